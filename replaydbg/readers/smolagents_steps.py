"""Memory of smolagents: the steps of an agent, each with its prompt, reply, tool calls and observations.

A step is a model call and an execution for each tool call. Code that an agent wrote is the argument of the
`python_interpreter`. The prompts are those of the full steps; the succinct ones have none. What several calls of
one step returned was recorded as one text, and is shown with each.

Get one: `json.dump(agent.memory.get_full_steps(), file, default=str)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.columns import Columns, arrange
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json, Message, ToolCall
from replaydbg.core.step import Body, Kind, PlainBody, Status, Usage
from replaydbg.core.trace import Source
from replaydbg.readers import _containers, _moments, _salvage
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.wire import loose, openai_chat
from replaydbg.wire.arguments import call_from_any

_ACTION_KEYS = frozenset(
    {"model_output", "model_output_message", "tool_calls", "observations", "action_output"}
)
_ROLES = {"tool-call": "assistant", "tool-response": "user"}
"""As smolagents sends them."""
_TOOL_ERRORS = ("AgentToolExecutionError", "AgentToolCallError", "AgentExecutionError")

_Handle = tuple[memoryview, int]
"""The text of a step, and which of its tool calls ran; -1 for the model call, -2 for what is neither."""
_REPLY, _OTHER = -1, -2


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    items = loose.sequence(loose.mapping(first).get("steps")) if isinstance(first, dict) else first
    return 0.9 if any(map(_is_action, loose.sequence(items)[:4])) else 0.0


def _is_action(value: Json) -> bool:
    item = loose.mapping(value)
    return "step_number" in item and len(_ACTION_KEYS & item.keys()) >= 2


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial  # steps are few: each holds the whole prompt
    notices: list[Notice] = []
    columns = Columns()
    for value, raw, place in _steps(document.buffer, notices):
        _add(columns, raw, loose.mapping(value), place, notices)
    if not len(columns):
        raise NotThisFormat("no step")
    name = document.stem
    source = Source(document.name, READER.name)
    arranged = arrange(columns, trace_id=name or "steps", source=source, decode=_decoded)
    yield Reading((arranged.trace,), (*notices, *arranged.notices))


def _steps(buffer: memoryview, notices: list[Notice]) -> Iterator[tuple[Json, memoryview, str]]:
    """Each step, its text and its place: of a list, of lines, or of the `steps` of a whole result."""
    for record in _containers.records(buffer, notices, items=True):
        for value, place in _containers.parsed(record, notices):
            steps = loose.mapping(value).get("steps")
            if isinstance(steps, list):
                for at, step in enumerate(steps):
                    yield step, _text(step), f"{place}/steps/{at}"
            else:
                yield value, record.raw if _containers.is_json(record.raw) else _text(value), place


def _text(value: Json) -> memoryview:
    return memoryview(loose.encoded(value).encode())


def _add(columns: Columns, raw: memoryview, step: dict[str, Json], place: str, notices: list[Notice]) -> None:
    if not step.keys() & (_ACTION_KEYS | {"task", "system_prompt", "plan", "output"}):
        notices.append(Notice(place, "no step of an agent, left out"))
        return
    if not step.keys() & _ACTION_KEYS:
        word = next(key for key in ("task", "system_prompt", "plan", "output") if key in step)
        columns.add(id=f"x{len(columns) + 1}", kind=Kind.OPAQUE, name=word, handle=(raw, _OTHER))
        return
    timing = loose.mapping(step.get("timing"))
    start, end = (_moments.nanoseconds(timing.get(key)) for key in ("start_time", "end_time"))
    calls = _executed(step)
    usage = _usage(step)
    failed = bool(step.get("error"))
    model = _model(step)
    columns.add(
        id=f"m{len(columns) + 1}",
        kind=Kind.MODEL_CALL,
        name=f"chat {model}".rstrip(),
        handle=(raw, _REPLY),
        model=model,
        start_ns=start,
        end_ns=end if not calls else -1,  # with calls, the time of the step is that of both
        status=Status.ERROR if failed and not calls else Status.UNSET,
        input_tokens=-1 if usage.input_tokens is None else usage.input_tokens,
        output_tokens=-1 if usage.output_tokens is None else usage.output_tokens,
    )
    for number, call in enumerate(calls):
        columns.add(
            id=f"t{len(columns) + 1}",
            kind=Kind.TOOL_EXECUTION,
            name=call.name or "tool",
            handle=(raw, number),
            start_ns=start,
            end_ns=end,
            status=Status.ERROR if failed else Status.UNSET,
        )


def _usage(step: dict[str, Json]) -> Usage:
    usage = loose.mapping(step.get("token_usage"))
    return Usage(loose.count(usage.get("input_tokens")), loose.count(usage.get("output_tokens")))


def _model(step: dict[str, Json]) -> str:
    """Only what the provider answered says it."""
    return loose.text(loose.mapping(loose.mapping(step.get("model_output_message")).get("raw")).get("model"))


def _executed(step: dict[str, Json]) -> list[ToolCall]:
    """The calls that ran. A step that failed in a tool has none, but says in its error which it was."""
    calls = [_call(call) for call in loose.sequence(step.get("tool_calls"))]
    error = loose.mapping(step.get("error"))
    if calls or error.get("type") not in _TOOL_ERRORS:
        return calls
    output = _output(step)
    asked = list(output.tool_calls) if output else []
    if len(asked) < 2:
        return asked
    said = loose.text(error.get("message"))
    return [call for call in asked if f"'{call.name}'" in said and f"{call.arguments}" in said][:1]


def _call(value: Json) -> ToolCall:
    call = loose.mapping(value)
    function = loose.mapping(call.get("function"))
    id_, name = loose.text(call.get("id")), loose.text(function.get("name"))
    given = function.get("arguments")
    if isinstance(given, str) and not given.lstrip().startswith("{"):
        return ToolCall(id_, name, given)  # code, or a single text: no broken JSON
    return call_from_any(id_, name, given)


# ---- bodies -----------------------------------------------------------------------------------------------------


def _decoded(handle: _Handle) -> Body:
    raw, number = handle
    step = loose.mapping(_salvage.loads(raw))
    if number == _OTHER:
        word = next((key for key in ("task", "system_prompt") if key in step), "")
        given = next((step[key] for key in ("plan", "output") if key in step), None)
        return PlainBody(input=step.get(word) if word else None, output_value=given, raw=step)
    error = loose.text(loose.mapping(step.get("error")).get("message"))
    calls = _executed(step)
    if number == _REPLY:
        told = step.get("model_input_messages")
        return PlainBody(
            messages=_messages(told) if isinstance(told, list) else None,
            output=_output(step),
            error="" if calls else error,
            usage=_usage(step),
            response_model=_model(step),
            raw=step,
        )
    result = step.get("observations")
    if result is None:
        result = step.get("action_output")
    return PlainBody(
        call=calls[number] if number < len(calls) else None,
        has_result=result is not None or bool(error),
        result=error if result is None and error else result,
        error=error,
        raw=step,
    )


def _output(step: dict[str, Json]) -> Message | None:
    recorded = step.get("model_output_message")
    if isinstance(recorded, dict):
        return _messages([{**recorded, "role": "assistant"}])[0]
    said = step.get("model_output")
    return _messages([{"role": "assistant", "content": said}])[0] if isinstance(said, str) else None


def _messages(value: Json) -> tuple[Message, ...]:
    items = []
    for each in loose.sequence(value):
        item = loose.mapping(each)
        role = loose.text(item.get("role"))
        items.append({**item, "role": _ROLES.get(role, role)})
    return openai_chat.read_messages(items)


READER = Reader(
    "smolagents",
    "smolagents memory steps",
    sniff,
    read,
    marks=("step_number", "model_input_messages", "token_usage"),
    needs=(b'"step_number"',),
)
