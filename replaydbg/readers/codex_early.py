"""What Codex wrote in its first half year: sessions in one JSON file, and the events that `codex exec --json` printed.

Before version 0.44 an event was `{id, msg: {type}}`: commands, patches and calls of MCP servers begin and end in events of
their own. A reply ends where the model speaks, thinks or calls again behind what was done.

Get one: `~/.codex/sessions/rollout-<date>-<session>.json` of the time before June 2025, or `codex exec --json` before October
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import (
    Json,
    Message,
    Part,
    Reasoning,
    Role,
    Text,
    ToolCall,
    ToolResponse,
    text_message,
)
from replaydbg.core.step import Usage
from replaydbg.readers import _containers, _json_lines, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Thread, Transcript
from replaydbg.wire import arguments, loose, openai_responses

FORMAT = "codex-early"
_LOOKED_AT_MAX = 6


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    if (
        isinstance(first.get("items"), list)
        and {"id", "timestamp"} <= loose.mapping(first.get("session")).keys()
    ):
        return 0.95
    for line in map(loose.mapping, _json_lines.first_values(document.head)[:_LOOKED_AT_MAX]):
        if "id" in line and isinstance(loose.mapping(line.get("msg")).get("type"), str):
            return 0.95
    return 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    printed = _Printed(transcript.run(document.stem))
    for value, place in _containers.values(document.buffer, transcript.notices):
        record = loose.mapping(value)
        if isinstance(record.get("items"), list):
            _session(transcript, record)
        elif isinstance(record.get("msg"), dict):
            printed.event(record["msg"])
        elif not printed.heading(record):
            transcript.notice(place, "neither a session nor an event, left out")
    printed.end()
    yield transcript.whole("no event and no item")


def _session(transcript: Transcript, record: dict[str, Json]) -> None:
    about = loose.mapping(record.get("session"))
    run = transcript.run(loose.text(about.get("id")) or transcript.stem)
    thread: Thread = run.thread(first_ns=_moments.nanoseconds(about.get("timestamp")))
    asked = loose.text(about.get("instructions"))
    if asked:
        thread.say(text_message(Role.SYSTEM, asked))
    for message in openai_responses.read_messages(record["items"]):
        responses = [_judged(part) if isinstance(part, ToolResponse) else part for part in message.parts]
        thread.add(Message(message.role, tuple(responses), message.name, message.finish_reason))
    thread.end()


def _judged(response: ToolResponse) -> ToolResponse:
    """The shell's code of exit stands in the JSON that it told the model."""
    told = loose.mapping(loose.parsed(response.result))
    code = loose.mapping(told.get("metadata")).get("exit_code")
    failed = isinstance(code, int) and code != 0
    return ToolResponse(response.id, response.result, response.name, failed or response.is_error)


class _Printed:
    def __init__(self, run: Run) -> None:
        self._run = run
        self._thread = run.thread()
        self._model = ""
        self._usage = Usage()
        self._parts: list[Part] = []
        """Of the reply that is being told,"""
        self._results: list[tuple[ToolResponse, Json]] = []
        """and what was done."""

    def heading(self, record: dict[str, Json]) -> bool:
        """The lines before the events: the configuration, and the prompt. False for any other."""
        self._model = loose.text(record.get("model")) or self._model
        if isinstance(record.get("prompt"), str):
            self._thread.say(text_message(Role.USER, record["prompt"]))
        return "prompt" in record or "model" in record

    def end(self) -> None:
        self._reply()
        self._thread.end()

    def event(self, event: dict[str, Json]) -> None:
        kind, id_ = loose.text(event.get("type")), loose.text(event.get("call_id"))
        invoked = loose.mapping(event.get("invocation"))
        match kind:
            case "session_configured":
                self._run.id = loose.text(event.get("session_id")) or self._run.id
                self._model = loose.text(event.get("model")) or self._model
            case "user_message":
                self._reply()
                self._thread.say(text_message(Role.USER, loose.text(event.get("message"))))
            case "agent_reasoning":
                self._say(Reasoning(loose.text(event.get("text"))))
            case "agent_message":
                self._say(Text(loose.text(event.get("message"))))
            case "exec_command_begin":
                self._say(ToolCall(id_, "shell", {"command": event.get("command"), "cwd": event.get("cwd")}))
            case "patch_apply_begin":
                self._say(ToolCall(id_, "apply_patch", {"changes": event.get("changes")}))
            case "mcp_tool_call_begin":
                name = f"{loose.text(invoked.get('server'))}.{loose.text(invoked.get('tool'))}"
                self._say(arguments.call_from_any(id_, name, invoked.get("arguments")))
            case "web_search_end":
                self._say(ToolCall(id_, "web_search", {"query": event.get("query")}))
                self._results.append((ToolResponse(id_, None, "web_search"), event))
            case "exec_command_end" | "patch_apply_end":
                code = event.get("exit_code")
                failed = event.get("success") is False or (isinstance(code, int) and code != 0)
                texts = [loose.text(event.get(key)) for key in ("stdout", "stderr")]
                self._results.append((ToolResponse(id_, "".join(texts), is_error=failed), event))
            case "mcp_tool_call_end":
                self._results.append((_of_mcp(id_, loose.mapping(event.get("result"))), event))
            case "token_count":
                told = loose.mapping(loose.mapping(event.get("info")).get("last_token_usage")) or event
                self._usage = openai_responses.read_usage(told)
            case "error" | "stream_error":
                self._reply()
                facts = Facts(self._model, error=loose.text(event.get("message")) or loose.encoded(event))
                self._thread.reply(None, facts=facts, origin=event)

    def _say(self, part: Part) -> None:
        if self._results:
            self._reply()
        self._parts.append(part)

    def _reply(self) -> None:
        if self._parts:
            facts = Facts(self._model, usage=self._usage)
            self._thread.reply(Message(Role.ASSISTANT, tuple(self._parts)), facts=facts)
        for response, event in self._results:
            self._thread.add(Message(Role.TOOL, (response,)), origin=event)
        self._parts, self._results, self._usage = [], [], Usage()


def _of_mcp(id_: str, result: dict[str, Json]) -> ToolResponse:
    if "Err" in result:
        return ToolResponse(id_, result["Err"], is_error=True)
    told = loose.mapping(result.get("Ok", result))
    failed = told.get("is_error", told.get("isError")) is True
    return ToolResponse(id_, told.get("content", told), is_error=failed)


READER = Reader(
    FORMAT,
    "early sessions and runs of Codex (2025)",
    sniff,
    read,
    marks=("session", "items", "msg"),
    of_lines=True,
    needs=(b'"session"', b'"msg"'),
)
