"""Sessions of Kimi CLI, the Python program before Kimi Code, and what it and Kimi Code print as `stream-json`.

A session is told twice: `wire.jsonl` has events with their times and tokens, sub-agents inside of them, and `context.jsonl` the
messages as the model got them. Of the events each step is a model call and its tools; instructions are taken from the file beside.
What is printed has neither times nor what was asked.

Shapes: https://moonshotai.github.io/kimi-cli/en/customization/wire-mode.html, .../print-mode.html, and kimi-cli 1.x.

Get one: `~/.kimi/sessions/<project>/<session>/wire.jsonl`, or `kimi --print -p "..." --output-format stream-json > run.jsonl`
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.message import Json, Message, Part, Reasoning, Role, Text, ToolCall, ToolResponse
from replaydbg.core.step import Kind, PlainBody, Usage
from replaydbg.readers import _containers, _json_lines, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Thread, Transcript
from replaydbg.wire import arguments, genai, loose, openai_chat

FORMAT = "kimi-cli"
_OWN_ROLES = frozenset({"_system_prompt", "_checkpoint", "_usage"})
_OF_MESSAGES = frozenset({"role", "name", "content", "tool_calls", "tool_call_id", "partial"})
_PIECES = frozenset(
    {"ContentPart", "ToolCall", "ToolCallPart", "ToolResult", "SubagentEvent", "StatusUpdate"}
)
_TURNS = frozenset({"TurnBegin", "SteerInput", "TurnEnd", "StepBegin", "StepInterrupted", "CompactionEnd"})
_SILENT = frozenset(
    {
        "ApprovalRequest", "ApprovalRequestResolved", "ApprovalResponse", "BtwBegin", "BtwEnd", "CompactionBegin",
        "HookResolved", "HookTriggered", "MCPLoadingBegin", "MCPLoadingEnd", "Notification", "PlanDisplay",
        "QuestionRequest", "StepRetry", "ToolCallRequest",
    }
)  # fmt: skip
_KINDS = _PIECES | _TURNS | _SILENT
_OF_NOTIFICATIONS = (
    {"category", "severity"},
    {"content", "file_path"},
    {"question"},
    {"response"},
    {"error"},
)
"""Keys of what is printed beside messages: notifications, plans, questions asked by the way."""
_AGENTS_DEEP_MAX = 8
_CONTEXT, _WIRE = "context.jsonl", "wire.jsonl"


def sniff(document: Document) -> float:
    records = [loose.mapping(value) for value in _json_lines.first_values(document.head)]
    for record in records:
        if _event(record)[0] in _KINDS or loose.text(record.get("role")) in _OWN_ROLES:
            return 0.95
    is_printed = any(map(_is_printed, records)) and all(
        _is_message(record) or "role" not in record for record in records
    )
    return 0.95 if is_printed else 0.0


def _event(record: dict[str, Json]) -> tuple[str, dict[str, Json]]:
    """Kind and payload of an event, in a line of the file or in one of the protocol that the file is a copy of."""
    holder = record.get("params") if "jsonrpc" in record else record.get("message")
    event = loose.mapping(holder)
    return (
        (loose.text(event.get("type")), loose.mapping(event.get("payload")))
        if "payload" in event
        else ("", {})
    )


def _is_message(record: dict[str, Json]) -> bool:
    return record.keys() <= _OF_MESSAGES or _is_meta(record)


def _is_meta(record: dict[str, Json]) -> bool:
    return record.get("role") == "meta" and loose.text(record.get("type")).startswith("session.")


def _is_printed(record: dict[str, Json]) -> bool:
    """Whether it has what other messages in OpenAI's shape have not: a thought among the parts, or how to go on."""
    parts = map(loose.mapping, loose.sequence(record.get("content")))
    return _is_meta(record) or (
        record.get("role") == "assistant" and any(isinstance(part.get("think"), str) for part in parts)
    )


def beside(document: Document, names: Iterable[str]) -> list[str]:
    return [name for name in names if name == _CONTEXT] if _file_name(document) == _WIRE else []


def _file_name(document: Document) -> str:
    return document.name.replace("\\", "/").rpartition("/")[2]


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    folders = document.name.replace("\\", "/").split("/")[:-1]
    is_of_session = bool(folders) and _file_name(document) in {_CONTEXT, _WIRE}
    run = transcript.run(folders[-1] if is_of_session else document.stem)
    session = _Session(run, run.thread())
    for prompt in _instructions(document.beside.get(_CONTEXT)):
        session.thread.say(prompt)
    for value, place in _containers.values(document.buffer, transcript.notices):
        record = loose.mapping(value)
        transcript.place = place
        kind, payload = _event(record)
        if kind:
            session.hear(kind, payload, _moments.nanoseconds(record.get("timestamp")))
        elif "role" in record:
            session.say(record)
        elif record.get("type") != "metadata" and not any(
            keys <= record.keys() for keys in _OF_NOTIFICATIONS
        ):
            transcript.notice(place, "neither an event nor a message, left out")
    session.end()
    if not session.is_asked:
        transcript.notice("", "what was asked is not in the file")
    yield transcript.whole("no message")


def _instructions(context: Document | None) -> Iterator[Message]:
    """What stands first in the messages of the session."""
    first = loose.mapping(_containers.first_record(context.head)) if context is not None else {}
    if first.get("role") == "_system_prompt" and loose.text(first.get("content")):
        yield Message(Role.SYSTEM, (Text(loose.text(first["content"])),))


def _parts(content: Json) -> tuple[Part, ...]:
    if isinstance(content, str):
        return (Text(content),) if content else ()
    return tuple(map(_part, loose.sequence(content)))


def _part(value: Json) -> Part:
    part = loose.mapping(value)
    if isinstance(part.get("think"), str):
        return Reasoning(part["think"], loose.text(part.get("encrypted")))
    (message,) = openai_chat.read_messages([{"role": "user", "content": [value]}])
    return message.parts[0]


def _call(payload: dict[str, Json]) -> ToolCall:
    function = loose.mapping(payload.get("function"))
    name, given = loose.text(function.get("name")), function.get("arguments")
    return arguments.call_from_any(loose.text(payload.get("id")), name, given)


@dataclass(slots=True)
class _Step:
    """One call of the model and what its tools returned: tokens may be told after the first results."""

    parts: list[Part] = field(default_factory=list)
    calls: list[dict[str, Json]] = field(default_factory=list)
    moment: int = NOT_RECORDED
    """When the latest piece of the reply came."""
    usage: Usage = field(default_factory=Usage)
    results: list[tuple[ToolResponse, int]] = field(default_factory=list)
    agents: dict[str, list[tuple[dict[str, Json], int]]] = field(default_factory=dict)
    """What sub-agents did meanwhile, by the call that started each."""


class _Session:
    """One agent's events or messages."""

    def __init__(self, run: Run, thread: Thread, depth: int = 0) -> None:
        self._run = run
        self.thread = thread
        self._depth = depth
        self._step = _Step()
        self.is_asked = False

    def say(self, record: dict[str, Json]) -> None:
        """A message as the model got it."""
        role = loose.text(record.get("role"))
        parts = _parts(record.get("content"))
        if role == "_system_prompt":
            self.thread.say(Message(Role.SYSTEM, parts))
        elif role == "assistant":
            calls = (_call(loose.mapping(call)) for call in loose.sequence(record.get("tool_calls")))
            self.thread.reply(Message(Role.ASSISTANT, (*parts, *calls)))
        elif role == "tool":
            text = "\n".join(part.text for part in parts if isinstance(part, Text))
            result = (
                text if len(parts) == sum(isinstance(part, Text) for part in parts) else record.get("content")
            )
            id_, failed = loose.text(record.get("tool_call_id")), text.startswith("<system>ERROR")
            self.thread.add(Message(Role.TOOL, (ToolResponse(id_, result, is_error=failed),)))
        elif role not in _OWN_ROLES and not _is_meta(record):
            self.is_asked |= role == "user"
            self.thread.say(Message(genai.role(role), parts))

    def hear(self, kind: str, payload: dict[str, Json], moment: int) -> None:
        if kind in _PIECES:
            self._piece(kind, payload, moment)
        elif kind in _TURNS:
            self._turn(kind, payload, moment)
        elif kind not in _SILENT:
            self._run.transcript.unknown(kind)

    def _piece(self, kind: str, payload: dict[str, Json], moment: int) -> None:
        step = self._step
        if kind == "ToolResult":
            step.results.append((_result(payload), moment))
        elif kind == "StatusUpdate":
            step.usage = _usage(loose.mapping(payload.get("token_usage"))) or step.usage
        elif kind == "SubagentEvent":
            by = payload.get("parent_tool_call_id", payload.get("task_tool_call_id"))
            step.agents.setdefault(loose.text(by), []).append((payload, moment))
        else:
            step.moment = max(step.moment, moment)
            if kind == "ToolCall":
                step.calls.append(payload | {"function": dict(loose.mapping(payload.get("function")))})
            elif kind == "ToolCallPart" and step.calls:
                function = loose.mapping(step.calls[-1]["function"])
                piece = loose.text(payload.get("arguments_part"))
                function["arguments"] = loose.text(function.get("arguments")) + piece
            elif kind == "ContentPart":
                _add(step.parts, _part(payload))

    def _turn(self, kind: str, payload: dict[str, Json], moment: int) -> None:
        self._finish("interrupted" if kind == "StepInterrupted" else "")
        if kind in {"TurnBegin", "SteerInput"}:
            self.is_asked = True
            self.thread.say(Message(Role.USER, _parts(payload.get("user_input"))), moment_ns=moment)
        elif kind == "StepBegin":
            self.thread.last_ns = max(self.thread.last_ns, moment)  # from here the model is thinking
        elif kind == "CompactionEnd":
            self._run.transcript.notice(
                self._run.transcript.place,
                "a compaction: what was kept of the messages before it is not in the events",
            )
            self.thread.compact()

    def _finish(self, reason: str = "") -> None:
        step, self._step = self._step, _Step()
        if step.parts or step.calls:
            said = Message(Role.ASSISTANT, (*step.parts, *map(_call, step.calls)), finish_reason=reason)
            self.thread.reply(said, facts=Facts(usage=step.usage), moment_ns=step.moment)
        executions: dict[str, str] = {}
        for result, moment in step.results:
            (executions[result.id],) = self.thread.add(Message(Role.TOOL, (result,)), moment_ns=moment)
        for id_, events in step.agents.items():
            self._agents(executions.get(id_, self.thread.parent_id), events)

    def _agents(self, parent_id: str, events: list[tuple[dict[str, Json], int]]) -> None:
        """The agents that one call started, each a conversation of its own."""
        if self._depth >= _AGENTS_DEEP_MAX:
            self._run.transcript.notice(
                "", f"agents inside of agents, more than {_AGENTS_DEEP_MAX} deep, left out"
            )
            return
        agents: dict[str, _Session] = {}
        for payload, moment in events:
            name = loose.text(payload.get("subagent_type")) or "sub-agent"
            id_ = loose.text(payload.get("agent_id"))
            if id_ not in agents:
                step = self._run.step(
                    Kind.AGENT_INVOCATION, name, PlainBody(), agent=name, parent_id=parent_id, start_ns=moment
                )
                thread = self._run.thread(agent=name, parent_id=step, first_ns=moment)
                agents[id_] = _Session(self._run, thread, self._depth + 1)
            event = loose.mapping(payload.get("event"))
            agents[id_].hear(loose.text(event.get("type")), loose.mapping(event.get("payload")), moment)
        for agent in agents.values():
            agent.end()

    def end(self) -> None:
        self._finish()
        self.thread.end()


def _add(parts: list[Part], part: Part) -> None:
    """With a part of its kind that goes on."""
    last = parts[-1] if parts else None
    if isinstance(part, Text) and isinstance(last, Text):
        parts[-1] = Text(last.text + part.text)
    elif isinstance(part, Reasoning) and isinstance(last, Reasoning) and not last.signature:
        parts[-1] = replace(part, text=last.text + part.text)
    else:
        parts.append(part)


def _result(payload: dict[str, Json]) -> ToolResponse:
    """What a tool returned; what it says to the model beside stands first, as the model gets it."""
    id_, value = loose.text(payload.get("tool_call_id")), payload.get("return_value")
    told = loose.mapping(value)
    if "output" not in told:
        return ToolResponse(id_, value)
    failed, output, words = told.get("is_error") is True, told["output"], loose.text(told.get("message"))
    if isinstance(output, list):
        texts = [part.text for part in _parts(output) if isinstance(part, Text)]
        output = "\n".join(texts) if len(texts) == len(output) else output
    if failed and words and isinstance(output, str):
        output = f"{words}\n{output}".rstrip()
    return ToolResponse(id_, output or words, is_error=failed)


def _usage(told: dict[str, Json]) -> Usage | None:
    """Tokens of a step: cached ones stand beside the others."""
    parts = [
        loose.count(told.get(key)) for key in ("input_other", "input_cache_read", "input_cache_creation")
    ]
    if parts[0] is None:
        return None
    return Usage(sum(part or 0 for part in parts), loose.count(told.get("output")), parts[1], None)


READER = Reader(
    FORMAT,
    "sessions of Kimi CLI, and what it and Kimi Code print (stream-json)",
    sniff,
    read,
    marks=("role", "content", "message", "payload"),
    needs=tuple(
        f'"{word}"'.encode() for word in sorted({*_OWN_ROLES, *_KINDS, "think", "session.resume_hint"})
    ),
    of_lines=True,
    beside=beside,
    parts=((r"(.*/)?context\.jsonl", r"\1wire.jsonl"),),
)
