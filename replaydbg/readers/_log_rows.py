"""Log records as stores keep them, flat, that say what was said in a span: CloudWatch's and Azure Monitor's.

Bedrock AgentCore takes messages out of the spans and writes them as records of the agent's log group, whole
(`{input: {messages}, output: {messages}}`), or as events whose name was lost on the way.
"""

from __future__ import annotations

from replaydbg.core.message import Json
from replaydbg.readers import _span_fields
from replaydbg.readers._attributes import parsed
from replaydbg.readers._genai_events import CHOICE
from replaydbg.readers._log_events import LogEvents
from replaydbg.wire import loose

_ROLES = {
    "system": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "tool": "tool",
}


def is_record(row: dict[str, Json]) -> bool:
    if "body" in row and ("timeUnixNano" in row or "observedTimeUnixNano" in row):
        return True
    return isinstance(parsed(row.get("customDimensions", row.get("Properties"))), dict)


def add(logs: LogEvents, row: dict[str, Json]) -> bool:
    """False where nothing in the record is of a model or a tool."""
    attributes = loose.mapping(
        parsed(row.get("attributes", row.get("customDimensions", row.get("Properties"))))
    )
    trace = row.get("traceId", row.get("operation_Id", row.get("OperationId")))
    span = row.get("spanId", row.get("operation_ParentId", row.get("ParentId")))
    ids = _span_fields.trace_id(trace), _span_fields.span_id(span)
    time = _span_fields.nanoseconds(
        row.get("timeUnixNano")
        or row.get("observedTimeUnixNano")
        or row.get("timestamp")
        or row.get("TimeGenerated")
    )
    body = parsed(row.get("body", row.get("message", row.get("Message"))))
    if not ids[1]:
        return False
    said = loose.mapping(body)
    name = loose.text(row.get("eventName")) or loose.text(attributes.get("event.name"))
    if not name.startswith("gen_ai."):
        if _told_whole(logs, ids, said, row, time):
            return True
        name = _name_of(said) if any(key.startswith("gen_ai.") for key in attributes) else ""
    if not name:
        return False
    logs.tell(ids, name, said or {"content": body}, attributes, time, row)
    return True


def _told_whole(
    logs: LogEvents, ids: tuple[str, str], said: dict[str, Json], row: dict[str, Json], time: int
) -> bool:
    asked, answered = (
        loose.sequence(loose.mapping(said.get(key)).get("messages")) for key in ("input", "output")
    )
    if not asked and not answered:
        return False
    scope = loose.text(loose.mapping(row.get("scope")).get("name"))
    attributes = _values_of(scope, asked, answered)
    if scope == "strands.telemetry.tracer":
        attributes["gen_ai.operation.name"] = _operation(asked, answered)
    for message in map(loose.mapping, asked):
        name = f"gen_ai.{_ROLES.get(loose.text(message.get('role')), 'user')}.message"
        logs.tell(ids, name, _fields(message), attributes, time, row)
    for message in map(loose.mapping, answered):
        logs.tell(ids, CHOICE, _fields(message), attributes, time, row)
    return True


def _values_of(scope: str, asked: list[Json], answered: list[Json]) -> dict[str, Json]:
    """What two instrumentations keep of tools and chains, under the names that they had in the span."""
    names = (
        ("input.value", "output.value")
        if scope.startswith("openinference.")
        else ("traceloop.entity.input", "traceloop.entity.output")
        if scope.startswith("opentelemetry.instrumentation.")
        else ()
    )
    first = (
        loose.mapping(messages[0]).get("content") if messages else None for messages in (asked, answered)
    )
    return {name: value for name, value in zip(names, first, strict=False) if isinstance(value, str)}


def _operation(asked: list[Json], answered: list[Json]) -> str:
    """Which kind of Strands' spans it was: a model's reply is a list of blocks written as text, an agent's is its text."""
    roles = {loose.text(loose.mapping(message).get("role")) for message in asked}
    if roles == {"tool"}:
        return "execute_tool"
    replies = [_fields(loose.mapping(message)).get("message") for message in answered]
    return (
        "chat" if any(isinstance(parsed(reply), list) for reply in replies) or not replies else "invoke_agent"
    )


def _fields(message: dict[str, Json]) -> dict[str, Json]:
    """A message as the event that it was: Strands wrote `{content}` or `{message, finish_reason}` into its content."""
    content = message.get("content")
    return {**content, "role": message.get("role")} if isinstance(content, dict) else message


def _name_of(body: dict[str, Json]) -> str:
    """What event this was, by what is in it."""
    if "finish_reason" in body or "message" in body:
        return CHOICE
    if "tool_calls" in body:
        return "gen_ai.assistant.message"
    if "id" in body and "content" in body:
        return "gen_ai.tool.message"
    return "gen_ai.user.message" if "content" in body else ""
