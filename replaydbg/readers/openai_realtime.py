"""Events of OpenAI's Realtime API, of server and client, one a line.

A response that is done is a model call: with the session's instructions and tools, what was in the conversation, and the
tokens. Sounds are told by their transcripts. Events that only stream are passed over.

Get one: append `json.dumps(event)` of each event that the socket sends and receives to a file
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Media, Message, OtherPart, Part, Role, Text, ToolResponse
from replaydbg.core.step import Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import arguments, genai, loose, tool_specs

FORMAT = "openai-realtime"
_SESSION = frozenset({"session.created", "session.update", "session.updated"})
_ITEM = frozenset(
    {
        "conversation.item.create",
        "conversation.item.created",
        "conversation.item.added",
        "conversation.item.done",
    }
)
_TRANSCRIBED = "conversation.item.input_audio_transcription.completed"
_SILENT = frozenset(
    f"{root}.{word}"
    for root, words in {
        "conversation": "created",
        "conversation.item": "deleted delete retrieve retrieved truncate truncated",
        "conversation.item.input_audio_transcription": "failed segment updated",
        "input_audio_buffer": "append clear cleared commit committed dtmf_event_received speech_started speech_stopped "
        "timeout_triggered",
        "mcp_list_tools": "completed failed in_progress",
        "output_audio_buffer": "clear cleared started stopped",
        "rate_limits": "updated",
        "response": "cancel create",
        "response.mcp_call": "completed failed in_progress",
        "transcription_session": "created update updated",
    }.items()
    for word in words.split()
)
_WHOLES = ("response.", "conversation.item.")
_PIECES = (".added", ".delta", ".done")
"""Endings of events that hold a piece of what another tells whole."""
_TIMES = ("timestamp", "time", "ts", "created_at", "received_at")


_NEEDS = tuple(
    f'"{kind}{end}"'.encode() for kind in (*sorted(_SESSION | _ITEM), "response.done") for end in ("", "\\")
)
"""Envelopes hold events as text, too: then a backslash stands before the quote."""


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    event = _event(first[0] if isinstance(first, list) and first else first)
    kind = loose.text(event.get("type"))
    is_own = kind in _SESSION and isinstance(event.get("session"), dict)
    is_item = kind in _ITEM and isinstance(event.get("item"), dict)
    is_response = kind == "response.done" and "realtime" in loose.text(
        loose.mapping(event.get("response")).get("object")
    )
    return 0.95 if is_own or is_item or is_response else 0.0


def _event(value: Json) -> dict[str, Json]:
    """Loggers put an envelope around events."""
    record = loose.mapping(value)
    for key in ("event", "data", "message", "payload"):
        inner = loose.parsed(record.get(key))
        if isinstance(inner, dict) and "type" in inner and "event_id" not in record:
            return inner
    return record


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    told = _Told(transcript.run(document.stem).thread())
    for value, place in _containers.values(document.buffer, transcript.notices, items=True):
        event = _event(value)
        if not loose.text(event.get("type")):
            transcript.notice(place, "no event, left out")
            continue
        transcript.place = place
        times = (_moments.nanoseconds(loose.mapping(value).get(key)) for key in _TIMES)
        told.event(event, next((moment for moment in times if moment >= 0), -1))
    told.end()
    yield transcript.whole("no response")


class _Told:
    def __init__(self, thread: Thread) -> None:
        self._thread = thread
        self._model = ""
        self._instructions = ""
        self._tools: tuple[ToolSpec, ...] | None = None
        self._known: set[str] = set()
        """Items that are in the conversation: by their ids, and calls by those of their responses."""
        self._heard: dict[str, tuple[dict[str, Json], int]] = {}
        """What a person said, until a response needs it: its words may be transcribed later."""
        self._began: dict[str, int] = {}

    def event(self, event: dict[str, Json], moment: int) -> None:
        kind = loose.text(event.get("type"))
        if kind in _SESSION:
            self._session(loose.mapping(event.get("session")))
        elif kind in _ITEM:
            self._item(loose.mapping(event.get("item")), moment)
        elif kind == _TRANSCRIBED:
            item, at = self._heard.get(loose.text(event.get("item_id")), ({}, moment))
            said = [{"type": "input_text", "text": loose.text(event.get("transcript"))}]
            if item:
                self._heard[loose.text(event.get("item_id"))] = ({**item, "content": said}, at)
        elif kind == "response.created":
            self._began[loose.text(loose.mapping(event.get("response")).get("id"))] = moment
        elif kind == "response.done":
            self._response(loose.mapping(event.get("response")), moment)
        elif kind == "error":
            error = loose.mapping(event.get("error"))
            words = loose.text(error.get("message")) or loose.encoded(error)
            self._hear()
            self._thread.reply(None, facts=Facts(self._model, error=words), moment_ns=moment, origin=event)
        elif kind not in _SILENT and not (kind.startswith(_WHOLES) and kind.endswith(_PIECES)):
            self._thread.run.transcript.unknown(kind)

    def end(self) -> None:
        self._hear()
        self._thread.end()

    def _session(self, session: dict[str, Json]) -> None:
        self._model = loose.text(session.get("model")) or self._model
        if isinstance(session.get("tools"), list):
            self._tools = tool_specs.read_tools(session["tools"])
        asked = loose.text(session.get("instructions"))
        if asked and asked != self._instructions:
            self._instructions = asked
            self._thread.say(Message(Role.SYSTEM, (Text(asked),)))

    def _item(self, item: dict[str, Json], moment: int) -> None:
        kind, id_ = loose.text(item.get("type")), loose.text(item.get("id"))
        if kind == "function_call_output":
            id_ = f"output of {item.get('call_id')}"
        elif kind != "message" or loose.text(item.get("role")) == "assistant":
            return  # the response tells it
        if id_ in self._known:
            return
        self._heard[id_ or f"{len(self._heard)}"] = (item, moment)

    def _hear(self) -> None:
        for id_, (item, moment) in self._heard.items():
            self._known.add(id_)
            if loose.text(item.get("type")) == "function_call_output":
                response = ToolResponse(loose.text(item.get("call_id")), item.get("output"))
                self._thread.add(Message(Role.TOOL, (response,)), moment_ns=moment, origin=item)
            else:
                parts = tuple(_part(loose.mapping(part)) for part in loose.sequence(item.get("content")))
                self._thread.say(Message(genai.role(item.get("role")), parts), moment_ns=moment)
        self._heard.clear()

    def _response(self, response: dict[str, Json], moment: int) -> None:
        self._hear()
        parts: list[Part] = []
        for item in map(loose.mapping, loose.sequence(response.get("output"))):
            self._known.add(loose.text(item.get("id")))
            if loose.text(item.get("type")) == "function_call":
                id_, name = loose.text(item.get("call_id")), loose.text(item.get("name"))
                parts.append(arguments.call_from_any(id_, name, item.get("arguments")))
            else:
                parts += [_part(loose.mapping(part)) for part in loose.sequence(item.get("content"))]
        status = loose.mapping(response.get("status_details"))
        error = loose.mapping(status.get("error"))
        failed = loose.text(response.get("status")) == "failed"
        words = loose.text(error.get("message")) or ("failed" if failed else "")
        facts = Facts(
            self._model,
            provider="openai",
            tools=self._tools,
            usage=_usage(loose.mapping(response.get("usage"))),
            start_ns=self._began.get(loose.text(response.get("id")), -1),
            error=words,
        )
        finish = loose.text(response.get("status"))
        message = Message(Role.ASSISTANT, tuple(parts), finish_reason="" if finish == "completed" else finish)
        self._thread.reply(message if parts else None, facts=facts, moment_ns=moment, origin=response)


def _part(part: dict[str, Json]) -> Part:
    for key in ("text", "transcript"):
        if isinstance(part.get(key), str):
            return Text(part[key])
    if "audio" in loose.text(part.get("type")):
        return Media("audio", data=loose.text(part.get("audio")))
    return OtherPart(part)


def _usage(usage: dict[str, Json]) -> Usage:
    details = loose.mapping(usage.get("input_token_details"))
    asked, said = loose.count(usage.get("input_tokens")), loose.count(usage.get("output_tokens"))
    return Usage(asked, said, loose.count(details.get("cached_tokens")))


READER = Reader(
    FORMAT,
    "events of OpenAI's Realtime API",
    sniff,
    read,
    marks=("type", "event_id", "session", "response"),
    needs=_NEEDS,
)
