"""One observation of Langfuse: the fields that the columns want, and all that a step has to say.

Langfuse keeps what OpenTelemetry instrumentations sent as `metadata.attributes`, and makes its own fields of them; what it
dropped on the way (tool calls of the AI SDK, ids of tool calls, names of agents) is still there.
"""

from __future__ import annotations

import re
from math import nan
from typing import Any

import msgspec

from replaydbg.core.columns import KIND_NUMBER, STATUS_NUMBER, Row
from replaydbg.core.message import Json
from replaydbg.core.step import NO_USAGE, Kind, Status, Usage
from replaydbg.readers import _dialects
from replaydbg.readers._attributes import Attributes, number
from replaydbg.readers._payloads import unwrapped
from replaydbg.readers._records import Observed, column, document_of, moment_ns, row_id, text_of_key
from replaydbg.readers._span import Facts, Span, is_glue
from replaydbg.wire import loose

_OBSERVATION_MARKS = (
    {"parentObservationId"},
    {"parent_observation_id"},
    {"traceId", "usageDetails"},
    {"trace_id", "usage_details"},
)
_TYPES = frozenset(
    {
        "SPAN",
        "GENERATION",
        "EVENT",
        "AGENT",
        "TOOL",
        "CHAIN",
        "RETRIEVER",
        "EVALUATOR",
        "EMBEDDING",
        "GUARDRAIL",
    }
)


_OWN_KEYS = ("parentObservationId", "parent_observation_id", "usageDetails", "usage_details")
NEEDS = tuple(f'"{word}"'.encode() for word in (*_OWN_KEYS, *sorted(_TYPES)))
"""No observation is without one of these."""


def is_observation(value: Json) -> bool:
    return isinstance(value, dict) and (
        any(marks <= value.keys() for marks in _OBSERVATION_MARKS)
        or (loose.text(value.get("type")) in _TYPES and bool({"traceId", "trace_id"} & value.keys()))
    )


_FIELDS = (
    "id", "trace_id", "parent_observation_id", "type", "name", "start_time", "end_time", "model", "internal_model",
    "provided_model_name", "level", "usage_details", "input_usage", "output_usage", "usage", "prompt_tokens", "completion_tokens", "total_cost",
    "calculated_total_cost", "cost_details",
)  # fmt: skip
_LARGE_FIELDS = ("input", "output", "metadata")
NONE = msgspec.Raw(b"null")


def _shape(*, camel: bool) -> msgspec.json.Decoder[Any]:
    def spelled(name: str) -> str:
        head, *rest = name.split("_")
        return head + "".join(word.title() for word in rest) if camel else name

    fields: list[Any] = [(name, Any, msgspec.field(default=None, name=spelled(name))) for name in _FIELDS]
    fields += [(name, msgspec.Raw, NONE) for name in _LARGE_FIELDS]
    return msgspec.json.Decoder(msgspec.defstruct("Observation", fields, gc=False))


CAMEL, SNAKE = _shape(camel=True), _shape(camel=False)
_SNAKE_KEY = re.compile(rb'"(?:parent_observation_id|trace_id|start_time)"\s*:')


def shape_of(head: bytes) -> msgspec.json.Decoder[Any]:
    """Whichever way the keys of the file are spelled."""
    return SNAKE if _SNAKE_KEY.search(head) else CAMEL


def is_hollow(seen: Any) -> bool:
    """Whether the observation was exported without its content."""
    return seen.input == NONE and seen.output == NONE and b"attributes" not in bytes(seen.metadata)


def row_of(seen: Any, raw: msgspec.Raw) -> Row:
    facts = _facts(seen)
    is_call = facts.kind is Kind.MODEL_CALL
    tokens = _usage(seen) if is_call else NO_USAGE
    return (
        row_id(seen.id),
        "" if seen.parent_observation_id == seen.trace_id else row_id(seen.parent_observation_id),
        KIND_NUMBER[facts.kind],
        facts.name,
        facts.agent,
        facts.model,
        moment_ns(seen.start_time),
        moment_ns(seen.end_time),
        STATUS_NUMBER[Status.ERROR if seen.level == "ERROR" else Status.UNSET],
        column(tokens.input_tokens),
        column(tokens.output_tokens),
        _cost(seen) if is_call else nan,
        raw,
    )


# ---- facts ------------------------------------------------------------------------------------------------------

_KINDS = {
    "GENERATION": Kind.MODEL_CALL,
    "TOOL": Kind.TOOL_EXECUTION,
    "AGENT": Kind.AGENT_INVOCATION,
    "RETRIEVER": Kind.RETRIEVAL,
}
_ATTRIBUTES = (
    "openinference.span.kind", "gen_ai.operation.name", "gen_ai.agent.name", "agent_name", "gen_ai.tool.name",
    "tool.name", "ai.operationId", "ai.toolCall.name", "ai.telemetry.functionId",
)  # fmt: skip
"""Of the OpenTelemetry attributes that Langfuse keeps in the metadata, those that say what the observation is."""
_TOOL_NAMES = ("ai.toolCall.name", "gen_ai.tool.name", "tool.name")
_TOOL_MESSAGE_BYTES_MAX = 1 << 20
"""Larger outputs of plain spans are not looked into for the message of a tool."""


_WANTED = re.compile(
    rb'"(%b)\\*"\s*:\s*\\*"([^"\\]+)' % b"|".join(re.escape(key.encode()) for key in _ATTRIBUTES)
)
_SHORT_BYTES = 16 << 10
"""In longer metadata each attribute is looked for by itself: prompts stand there, full of quotes."""


def _wanted(metadata: bytes) -> dict[str, str]:
    """Those of `_ATTRIBUTES` that the metadata holds, without decoding it."""
    if b"attributes" not in metadata:
        return {}
    if len(metadata) > _SHORT_BYTES:
        found = {key: text_of_key(metadata, key.encode()) for key in _ATTRIBUTES}
        return {key: value for key, value in found.items() if value}
    wanted: dict[str, str] = {}
    for key, value in _WANTED.findall(metadata):
        wanted.setdefault(key.decode(), value.decode("utf-8", "replace"))
    return wanted


def _facts(seen: Any) -> Facts:
    kind = _KINDS.get(seen.type.upper()) if isinstance(seen.type, str) else None
    name = seen.name if isinstance(seen.name, str) else ""
    model = loose.text(seen.model or seen.provided_model_name or seen.internal_model)
    wanted = _wanted(bytes(seen.metadata))
    agent = wanted.get("gen_ai.agent.name") or wanted.get("agent_name") or ""
    if "ai.operationId" in wanted and kind is Kind.MODEL_CALL:
        known = _dialects.dialect(wanted).facts(wanted, name)
        if (
            known.kind is Kind.AGENT_INVOCATION
        ):  # the AI SDK's outer span, which Langfuse calls a generation, too
            return known
    if kind is Kind.MODEL_CALL:
        return Facts(kind, name or "generation", agent, model)
    if kind is Kind.TOOL_EXECUTION:
        return Facts(kind, _tool_name(wanted, name), agent)
    if kind is Kind.AGENT_INVOCATION:
        return Facts(Kind.OPAQUE, name) if is_glue(name) else Facts(kind, agent or name, agent or name)
    if kind is None and agent and name.startswith(agent):  # pydantic-ai's "qa_agent run"
        return Facts(Kind.AGENT_INVOCATION, agent, agent)
    if kind is None and (_is_tool(wanted) or _is_tool_message(bytes(seen.output))):
        return Facts(Kind.TOOL_EXECUTION, _tool_name(wanted, name), agent)
    return Facts(kind or Kind.OPAQUE, name or str(seen.type or "observation").lower(), agent, model)


def _is_tool(wanted: dict[str, str]) -> bool:
    """Whether the attributes of a plain span say that a tool ran, and which."""
    says = (
        wanted.get("openinference.span.kind") == "TOOL"
        or wanted.get("gen_ai.operation.name") == "execute_tool"
    )
    return says and any(key in wanted for key in _TOOL_NAMES)


def _tool_name(wanted: dict[str, str], name: str) -> str:
    return next((wanted[key] for key in _TOOL_NAMES if key in wanted), "") or name


def _is_tool_message(output: bytes) -> bool:
    """Whether a plain span returned the message of a tool: LangChain's callback calls tools spans, too."""
    if len(output) > _TOOL_MESSAGE_BYTES_MAX or b"tool_call_id" not in output:
        return False
    said = unwrapped(loose.decoded(output.decode("utf-8", "replace")) or output.decode("utf-8", "replace"))
    said = loose.mapping(said)
    return isinstance(loose.mapping(said.get("kwargs", said)).get("tool_call_id"), str)


_CACHED = ("input_cached_tokens", "input_cache_read", "cache_read_input_tokens", "prompt_details.cache_read")
_REASONED = (
    "output_reasoning_tokens",
    "output_reasoning",
    "reasoning_tokens",
    "completion_details.reasoning",
)


_PLAIN_COUNTS = frozenset({"input", "output", "total"})


def _usage(seen: Any) -> Usage:
    """Tokens out of the details. Some integrations count cached and reasoning tokens beside input and output: the total tells."""
    details = seen.usage_details
    if type(details) is dict and _PLAIN_COUNTS.issuperset(details):
        asked, said = (
            details.get("input"),
            details.get("output"),
        )  # nearly all; what follows is for the others
        if (
            type(asked) is int
            and type(said) is int
            and 0 <= min(asked, said) <= max(asked, said) < loose.COUNT_END
        ):
            return Usage(asked, said)
    counts = {key: loose.count(value) for key, value in loose.mapping(unwrapped(details)).items()}
    if not counts:
        counts = {key: loose.count(value) for key, value in loose.mapping(unwrapped(seen.usage)).items()}
    if not counts:
        return Usage(loose.count(seen.prompt_tokens), loose.count(seen.completion_tokens))
    input_tokens, output_tokens = counts.get("input"), counts.get("output")
    beside = {
        side: sum(count or 0 for key, count in counts.items() if key.startswith(f"{side}_"))
        for side in ("input", "output")
    }
    if counts.get("total") == (input_tokens or 0) + (output_tokens or 0) + sum(beside.values()):
        input_tokens = input_tokens if input_tokens is None else input_tokens + beside["input"]
        output_tokens = output_tokens if output_tokens is None else output_tokens + beside["output"]
    cached, reasoned = (
        next((counts[key] for key in keys if key in counts), None) for keys in (_CACHED, _REASONED)
    )
    return Usage(input_tokens, output_tokens, cached, reasoned)


def _cost(seen: Any) -> float:
    """The cost of the call; a zero without any details means that Langfuse knew no price."""
    told = seen.total_cost, seen.calculated_total_cost
    cost = number(next((total for total in told if total is not None), None))
    if cost > 0:
        return cost
    details = loose.mapping(unwrapped(seen.cost_details))
    return number(details.get("total", cost)) if details else nan


# ---- bodies -----------------------------------------------------------------------------------------------------


def observed(raw: Any) -> Observed:
    document = document_of(raw)
    is_snake = bool({"trace_id", "parent_observation_id", "start_time"} & document.keys())
    seen = (SNAKE if is_snake else CAMEL).decode(msgspec.json.encode(document))
    facts = _facts(seen)
    metadata = loose.mapping(unwrapped(document.get("metadata")))
    attributes = Attributes(loose.mapping(unwrapped(metadata.get("attributes"))))
    parameters = document.get("modelParameters", document.get("model_parameters"))
    message = loose.text(document.get("statusMessage", document.get("status_message")))
    output = document.get("output")
    return Observed(
        kind=facts.kind,
        name=facts.name,
        input=document.get("input"),
        output=output,
        has_output=output is not None,
        offers=(
            *(
                loose.mapping(unwrapped(place)).get("tools")
                for place in (document.get("input"), parameters, metadata)
            ),
            _definitions(document.get("toolDefinitions", document.get("tool_definitions"))),
        ),
        span=Span(facts.name, attributes) if attributes else None,
        params=parameters,
        call_id=attributes.text("gen_ai.tool.call.id", "ai.toolCall.id", "tool_call.id"),
        finish_reason=_finish_reason(attributes),
        error=message if seen.level == "ERROR" else "",
        usage=_usage(seen),
        response_model=attributes.text("gen_ai.response.model", "ai.response.model"),
        provider=attributes.text("gen_ai.provider.name", "gen_ai.system")
        or loose.text(metadata.get("ls_provider")),
        raw=document,
    )


def _definitions(told: Json) -> Json:
    """The tools that Langfuse itself found in an input, by name: description and parameters, each JSON as text."""
    return [
        {
            "name": name,
            **{key: unwrapped(value) for key, value in loose.mapping(unwrapped(one)).items() if value},
        }
        for name, one in loose.mapping(unwrapped(told)).items()
    ]


def _finish_reason(attributes: Attributes) -> str:
    reasons = unwrapped(attributes.get("gen_ai.response.finish_reasons"))
    if isinstance(reasons, list) and reasons:
        return loose.text(reasons[0])
    return attributes.text("ai.response.finishReason")
