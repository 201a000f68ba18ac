"""Traces in a few words.

trace(
    agent("a", "planner",
        model_call("m1", [user("hi")], assistant("", call("search", {"q": "x"}, "c1")), tools=[tool("search")]),
        tool_execution("t1", call("search", {"q": "x"}, "c1"), "nothing"),
    ),
)

`chat([...])` makes the trace that a plain message list is read as: each assistant message a model call with everything
before it as its prompt, each tool message a tool execution. Every step starts one millisecond after the step written
before it, unless told otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from replaydbg.core.columns import Columns, arrange
from replaydbg.core.history import History
from replaydbg.core.message import Json, Message, Role, Text, ToolCall, ToolResponse, text_message
from replaydbg.core.step import Kind, PlainBody, Status, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Source, Trace
from replaydbg.wire.arguments import call_from_raw

BEGIN_NS = 1_700_000_000_000_000_000
TICK_NS = 1_000_000


@dataclass(frozen=True)
class Built:
    """A step before it has a place: what `Columns.add` is told, the body, and the steps inside it."""

    id: str
    kind: Kind
    name: str
    body: PlainBody
    agent: str = ""
    model: str = ""
    status: Status = Status.UNSET
    start_ms: int | None = None
    duration_ms: int | None = None
    cost_usd: float = float("nan")
    timed: bool = True
    children: tuple[Built, ...] = ()


def system(text: str) -> Message:
    return text_message(Role.SYSTEM, text)


def user(text: str) -> Message:
    return text_message(Role.USER, text)


def assistant(text: str = "", *calls: ToolCall, finish_reason: str = "") -> Message:
    texts = (Text(text),) if text else ()
    return Message(
        Role.ASSISTANT, (*texts, *calls), finish_reason=finish_reason or ("tool_calls" if calls else "stop")
    )


def response(id_: str, result: Json, *, is_error: bool = False) -> Message:
    """A tool message. `id_` is that of the call it answers."""
    return Message(Role.TOOL, (ToolResponse(id_, result, is_error=is_error),))


def call(name: str, arguments: Json = None, id_: str = "", *, raw: str | None = None) -> ToolCall:
    """A tool call; with `raw` its arguments are what that text says, or it is unparsable."""
    if raw is not None:
        return call_from_raw(id_, name, raw)
    return ToolCall(id_, name, {} if arguments is None else arguments)


def tool(name: str, schema: Json | None = None, description: str = "") -> ToolSpec:
    return ToolSpec(name, description, schema)


def parameters(required: Sequence[str] = (), **properties: Json) -> dict[str, Json]:
    """An object schema that allows nothing else: `parameters(["id"], id={"type": "string"})`."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def model_call(
    id_: str,
    messages: Iterable[Message] | None = (),
    reply: Message | str | None = None,
    *,
    tools: Iterable[ToolSpec] | None = None,
    params: Mapping[str, Json] | None = None,
    model: str = "m-1",
    usage: Usage | None = None,
    error: str = "",
    **facts: Any,
) -> Built:
    """`messages` is the whole prompt; None where it was not recorded. `facts` are fields of `Built`."""
    body = PlainBody(
        messages=messages if messages is None or isinstance(messages, History) else tuple(messages),
        output=assistant(reply) if isinstance(reply, str) else reply,
        tools=None if tools is None else tuple(tools),
        params=dict(params or {}),
        usage=usage or Usage(),
        error=error,
    )
    return Built(id_, Kind.MODEL_CALL, f"chat {model}", body, model=model, **facts)


_ABSENT = object()


def tool_execution(
    id_: str, asked: ToolCall | None, result: Json = _ABSENT, *, error: str = "", **facts: Any
) -> Built:
    """The run of a tool. Without `result` none was recorded; with `error` its status is an error."""
    has_result = result is not _ABSENT
    body = PlainBody(call=asked, has_result=has_result, result=result if has_result else None, error=error)
    status = facts.pop("status", Status.ERROR if error else Status.UNSET)
    return Built(id_, Kind.TOOL_EXECUTION, asked.name if asked else id_, body, status=status, **facts)


def agent(id_: str, name: str, *children: Built, **facts: Any) -> Built:
    """An agent invocation; the steps inside it that name no agent are its own."""
    inside = tuple(_owned(child, name) for child in children)
    return Built(id_, Kind.AGENT_INVOCATION, name, PlainBody(), agent=name, children=inside, **facts)


def other(id_: str, kind: Kind, name: str, *, input: Json = None, output: Json = None, **facts: Any) -> Built:  # noqa: A002
    """A step of any other kind: retrieval, handoff, opaque."""
    return Built(id_, kind, name, PlainBody(input=input, output_value=output), **facts)


def trace(*steps: Built, trace_id: str = "t", format_name: str = "test") -> Trace:
    columns = Columns()
    clock = _Clock()
    for step in steps:
        _add(columns, step, "", clock)
    return arrange(
        columns, trace_id=trace_id, source=Source("test.json", format_name), decode=_as_it_is
    ).trace


def chat(
    messages: Iterable[Message],
    *,
    tools: Iterable[ToolSpec] | None = None,
    trace_id: str = "t",
    model: str = "m-1",
    executions: bool = True,
) -> Trace:
    """The trace of a message list: `m1`, `m2`, ... are its model calls, `x1`, `x2`, ... its tool executions.

    A response is paired with the nearest unanswered call before it that has its id.
    """
    steps: list[Built] = []
    said: list[Message] = []
    waiting: list[ToolCall] = []
    offered = None if tools is None else tuple(tools)
    numbers = {"m": 0, "x": 0}
    for message in messages:
        if message.role is Role.ASSISTANT:
            numbers["m"] += 1
            steps.append(model_call(f"m{numbers['m']}", tuple(said), message, tools=offered, model=model))
            waiting.extend(message.tool_calls)
        for answer in message.tool_responses if executions else ():
            numbers["x"] += 1
            # Without ids the calls of one turn are answered in their order.
            newest_first = range(len(waiting) - 1, -1, -1) if answer.id else range(len(waiting))
            at = next((n for n in newest_first if waiting[n].id == answer.id), None)
            asked = waiting.pop(at) if at is not None else ToolCall(answer.id, answer.name)
            ran = tool_execution(f"x{numbers['x']}", asked, answer.result)
            steps.append(replace(ran, status=Status.ERROR) if answer.is_error else ran)
        said.append(message)
    return trace(*steps, trace_id=trace_id, format_name="chat")


@dataclass
class _Clock:
    now_ns: int = field(default=BEGIN_NS)

    def tick(self) -> int:
        self.now_ns += TICK_NS
        return self.now_ns


def _as_it_is(handle: Any) -> PlainBody:
    assert isinstance(handle, PlainBody)
    return handle


def _owned(step: Built, name: str) -> Built:
    return (
        step
        if step.agent
        else replace(step, agent=name, children=tuple(_owned(child, name) for child in step.children))
    )


def _add(columns: Columns, step: Built, parent_id: str, clock: _Clock) -> None:
    start = clock.tick() if step.start_ms is None else BEGIN_NS + step.start_ms * TICK_NS
    row = len(columns)
    usage = step.body.usage
    columns.add(
        id=step.id,
        kind=step.kind,
        name=step.name,
        handle=step.body,
        parent_id=parent_id,
        agent=step.agent,
        model=step.model,
        start_ns=start if step.timed else -1,
        status=step.status,
        input_tokens=-1 if usage.input_tokens is None else usage.input_tokens,
        output_tokens=-1 if usage.output_tokens is None else usage.output_tokens,
        cost_usd=step.cost_usd,
    )
    for child in step.children:
        _add(columns, child, step.id, clock)
    if step.timed:
        end = clock.tick() if step.duration_ms is None else start + step.duration_ms * TICK_NS
        columns.ends_ns[row] = end
