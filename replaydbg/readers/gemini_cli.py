"""Gemini CLI: chat files of its sessions, contents as the API takes them, and replies that were recorded for replay.

A message of a chat file has the calls of a reply with what they brought. In lines, a message that comes again takes the
place of the first. Qwen Code writes contents a line.

Get one: `~/.gemini/tmp/<project>/chats/session-<time>-<id>.jsonl` (`.json` before the middle of 2026), or `/chat share chat.json`
in the program; of Qwen Code `~/.qwen/projects/<project>/chats/<session>.jsonl`
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from replaydbg.core.message import Json, Message, Part, Reasoning, Role, ToolResponse
from replaydbg.core.step import Kind, PlainBody, Status, Usage
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Transcript
from replaydbg.wire import arguments, google_generate, loose
from replaydbg.wire.google_generate import read_messages, read_parts
from replaydbg.wire.sse import Event

FORMAT = "gemini-cli"
_MODEL_ROLES = frozenset({"model", "gemini", "assistant"})
_METHODS = frozenset({"generateContent", "generateContentStream"})
_CHAT_KINDS = frozenset({"user", "gemini", "info", "error", "warning", "model"})
_SILENT = frozenset({"info", "warning", "system"})
"""Words for the screen, and what Qwen Code writes down beside the talk."""
_CHANGES = frozenset({"$set", "$rewindTo"})


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    items = first if isinstance(first, list) else []
    found = loose.mapping(first)
    if isinstance(found.get("history"), list):
        items = found["history"]
    if items and all(_is_content(item) for item in items[:3]):
        return 0.9
    if loose.text(found.get("method")) in _METHODS and "response" in found:
        return 0.95
    if _is_content(found.get("message")) and "sessionId" in found:
        return 0.98
    if "sessionId" in found and "projectHash" in found:
        return 0.95
    messages = loose.sequence(found.get("messages"))
    is_chat = bool(messages) and all(
        loose.text(loose.mapping(item).get("type")) in _CHAT_KINDS for item in messages[:3]
    )
    return 0.95 if is_chat and "sessionId" in found else 0.0


def _is_content(value: Json) -> bool:
    content = loose.mapping(value)
    parts = content.get("parts")
    is_own = isinstance(parts, list) and not any("type" in loose.mapping(part) for part in parts)
    return is_own and loose.text(content.get("role")) in {"user", "function", *_MODEL_ROLES}


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    told = _Told(transcript.run(document.stem))
    for value, place in _containers.values(document.buffer, transcript.notices):
        transcript.place = place
        is_talk = isinstance(value, list) or any(
            isinstance(loose.mapping(value).get(key), list) for key in ("history", "messages")
        )
        if is_talk and told.is_begun:  # one session a line
            told.end()
            told = _Told(transcript.run(document.stem))
        if isinstance(value, list):
            told.contents(value)
        elif not isinstance(value, dict):
            transcript.notice(place, "neither a message nor a session, left out")
        elif loose.text(value.get("method")) in _METHODS:
            told.recorded(value)
        elif isinstance(value.get("history"), list):
            told.contents(value["history"])
        elif isinstance(value.get("messages"), list):
            told.session(value)
            told.chat(value["messages"])
        else:
            told.line(value)
    told.end()
    yield transcript.whole("no message")


class _Told:
    def __init__(self, run: Run) -> None:
        self._run = run
        self._thread = run.thread()
        self.lines: dict[str, dict[str, Json]] = {}
        """Messages of a chat in lines, the last of each id."""
        self._answered: set[str] = set()
        """Ids of calls that stand together with their results."""

    @property
    def is_begun(self) -> bool:
        return bool(self.lines or len(self._thread) or len(self._run.columns))

    def end(self) -> None:
        self.chat(self.lines.values())
        self._thread.end()

    def session(self, value: dict[str, Json]) -> None:
        self._run.id = loose.text(value.get("sessionId")) or self._run.id

    def line(self, value: dict[str, Json]) -> None:
        self.session(value)
        if _is_content(value.get("message")):
            self._content(value["message"], value)
        elif isinstance(value.get("$rewindTo"), str):
            ids = list(self.lines)
            known = value["$rewindTo"] in self.lines  # else the program forgets all of it
            for id_ in ids[ids.index(value["$rewindTo"]) if known else 0 :]:
                del self.lines[id_]
        else:  # what stood there before a person spoke is set in one go
            first = loose.sequence(loose.mapping(value.get("$set")).get("messages"))
            for message in (value, *map(loose.mapping, first)):
                kind = loose.text(message.get("type"))
                if kind in _CHAT_KINDS:
                    self.lines[loose.text(message.get("id")) or f"line {len(self.lines)}"] = message
                elif kind not in _SILENT:
                    self._unknown(kind)
            for change in value.keys() - _CHANGES:
                if change.startswith("$"):
                    self._unknown(change)

    def _unknown(self, kind: str) -> None:
        if kind:
            self._run.transcript.unknown(kind)

    def contents(self, items: Iterable[Json]) -> None:
        for item in items:
            self._content(item, {})

    def _content(self, item: Json, frame: dict[str, Json]) -> None:
        content = loose.mapping(item)
        if loose.text(content.get("role")) in _MODEL_ROLES:
            content = {**content, "role": "model"}
        moment = _moments.nanoseconds(frame.get("timestamp", content.get("ts")))
        facts = Facts(
            model=loose.text(frame.get("model")),
            provider="gcp.gemini",
            usage=google_generate.read_usage(frame.get("usageMetadata")),
        )
        for message in read_messages([content]):
            is_reply = message.role is Role.ASSISTANT
            self._thread.add(
                message, moment_ns=moment, **({"facts": facts, "origin": item} if is_reply else {})
            )

    def recorded(self, value: dict[str, Json]) -> None:
        """A reply without what was asked: the prompt is not recorded."""
        pieces = value.get("response")
        collected = google_generate.Accumulator()
        for piece in pieces if isinstance(pieces, list) else [pieces]:
            collected.feed(Event(loose.encoded(piece)))
        reply = collected.reply()
        self._run.step(
            Kind.MODEL_CALL,
            f"chat {reply.model}".rstrip(),
            PlainBody(output=reply.message, usage=reply.usage, provider="gcp.gemini", raw=value),
            model=reply.model,
            input_tokens=-1 if reply.usage.input_tokens is None else reply.usage.input_tokens,
            output_tokens=-1 if reply.usage.output_tokens is None else reply.usage.output_tokens,
        )

    def chat(self, messages: Iterable[Json]) -> None:
        for message in map(loose.mapping, messages):
            moment = _moments.nanoseconds(message.get("timestamp"))
            kind = loose.text(message.get("type"))
            if kind in _MODEL_ROLES:
                self._reply(message, moment)
            elif kind == "user":
                self._turn(read_parts(message.get("content")), moment)
            elif kind == "error":
                words = "\n".join(getattr(part, "text", "") for part in read_parts(message.get("content")))
                body = PlainBody(output_value=words, error=words or "error", raw=message)
                self._run.step(
                    Kind.OPAQUE, "error", body, start_ns=moment, end_ns=moment, status=Status.ERROR
                )
                self._thread.last_ns = max(moment, self._thread.last_ns)
            elif kind not in _SILENT:
                self._unknown(kind)

    def _turn(self, parts: Sequence[Part], moment: int) -> None:
        """A person's words, or results: those that stand with their calls already are not told twice."""
        new = tuple(
            part for part in parts if not (isinstance(part, ToolResponse) and part.id in self._answered)
        )
        if parts and not new:
            return
        only_results = bool(new) and all(isinstance(part, ToolResponse) for part in new)
        self._thread.add(Message(Role.TOOL if only_results else Role.USER, new), moment_ns=moment)

    def _reply(self, message: dict[str, Json], moment: int) -> None:
        asked = [loose.mapping(call) for call in loose.sequence(message.get("toolCalls"))]
        thoughts: list[Part] = [
            Reasoning(
                ": ".join(
                    text for key in ("subject", "description") if (text := loose.text(thought.get(key)))
                )
            )
            for thought in map(loose.mapping, loose.sequence(message.get("thoughts")))
        ]
        calls = [
            arguments.call_from_any(
                loose.text(call.get("id")), loose.text(call.get("name")), call.get("args")
            )
            for call in asked
        ]
        parts = (*thoughts, *read_parts(message.get("content")), *calls)
        facts = Facts(
            model=loose.text(message.get("model")),
            provider="gcp.gemini",
            usage=_usage(loose.mapping(message.get("tokens"))),
        )
        self._thread.reply(Message(Role.ASSISTANT, parts), facts=facts, moment_ns=moment, origin=message)
        for call in asked:
            self._result(call)

    def _result(self, call: dict[str, Json]) -> None:
        if "result" not in call and loose.text(call.get("status")) not in {"error", "cancelled"}:
            return  # it still runs
        id_, name = loose.text(call.get("id")), loose.text(call.get("name"))
        self._answered.add(id_)
        found = [part for part in read_parts(call.get("result")) if isinstance(part, ToolResponse)]
        result: Any = found[0].result if found else call.get("result", call.get("resultDisplay"))
        is_error = loose.text(call.get("status")) in {"error", "cancelled"} or (
            bool(found) and found[0].is_error
        )
        self._thread.add(
            Message(Role.TOOL, (ToolResponse(id_, result, name, is_error),)),
            moment_ns=_moments.nanoseconds(call.get("timestamp")),
            origin=call,
        )


def _usage(tokens: dict[str, Json]) -> Usage:
    said, thought = loose.count(tokens.get("output")), loose.count(tokens.get("thoughts"))
    output = None if said is None else said + (thought or 0)
    return Usage(loose.count(tokens.get("input")), output, loose.count(tokens.get("cached")), thought)


READER = Reader(
    FORMAT,
    "Gemini CLI chats and contents, Qwen Code",
    sniff,
    read,
    of_lines=True,
    needs=(b'"parts"', b'"generateContent"', b'"generateContentStream"', b'"sessionId"'),
)
