"""Langfuse's attributes on OpenTelemetry spans (`langfuse.observation.*`); what is missing in them may stand as GenAI's.

Input and output are whatever the application handed over, as JSON text.
"""

from __future__ import annotations

from collections.abc import Mapping

from replaydbg.core.message import Json, Message, ToolCall
from replaydbg.core.step import Kind, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _dialect_genai
from replaydbg.readers._attributes import number, parsed, whole
from replaydbg.readers._dialect_genai import AGENT, first_text
from replaydbg.readers._lazy import lazy
from replaydbg.readers._payloads import call_of
from replaydbg.readers._span import Counts, Facts
from replaydbg.wire import arguments, loose, mixed_messages, tool_specs

MARK = "langfuse.observation.type"
_INPUT, _OUTPUT = "langfuse.observation.input", "langfuse.observation.output"
_MODEL = ("langfuse.observation.model.name", "gen_ai.request.model", "gen_ai.response.model")
_LEVEL = "langfuse.observation.level"
_USAGE, _COST = "langfuse.observation.usage_details", "langfuse.observation.cost_details"
_UNSET = "Infinity"
"""What Langfuse's wrapper of OpenAI's client writes for `max_tokens` where nobody set it."""
_KINDS = {
    "generation": Kind.MODEL_CALL,
    "tool": Kind.TOOL_EXECUTION,
    "agent": Kind.AGENT_INVOCATION,
    "retriever": Kind.RETRIEVAL,
}
_INPUT_TOKENS = ("input", "prompt_tokens", "input_tokens", "promptTokens")
_OUTPUT_TOKENS = ("output", "completion_tokens", "output_tokens", "completionTokens")

WANTED = frozenset({MARK, _LEVEL, "langfuse.observation.model.name", "gen_ai.tool.name"})


def unfolded(counts: Mapping[str, Json]) -> Mapping[str, Json]:
    """Tokens and cost out of the objects that Langfuse writes as text."""
    usage, cost = _object(counts.get(_USAGE)), _object(counts.get(_COST))
    found: dict[str, Json] = {}
    for name, keys in ((_USAGE + ".input", _INPUT_TOKENS), (_USAGE + ".output", _OUTPUT_TOKENS)):
        value = next((usage[key] for key in keys if key in usage), None)
        if value is not None:
            found[name] = value
    if cost:
        parts = [number(value) for key, value in cost.items() if key != "total"]
        found[_COST] = cost.get("total", sum(parts))
    return {**counts, **found} if found else counts


def _object(value: Json) -> dict[str, Json]:
    return loose.mapping(parsed(value))


COUNTS = Counts(
    (_USAGE + ".input", *_dialect_genai.INPUT_TOKENS),
    (_USAGE + ".output", *_dialect_genai.OUTPUT_TOKENS),
    _COST,
    (_USAGE,),
    unfolded,
)


def kind_of(type_: Json) -> Kind:
    return _KINDS.get(type_.lower(), Kind.OPAQUE) if isinstance(type_, str) else Kind.OPAQUE


def facts(wanted: Mapping[str, Json], name: str) -> Facts:
    return _named(wanted, name)._replace(failed=wanted.get(_LEVEL) == "ERROR")


def _named(wanted: Mapping[str, Json], name: str) -> Facts:
    kind, agent = kind_of(wanted.get(MARK)), first_text(wanted, AGENT)
    if kind is Kind.MODEL_CALL:
        return Facts(kind, name, agent, first_text(wanted, _MODEL))
    if kind is Kind.TOOL_EXECUTION:
        return Facts(kind, first_text(wanted, ("gen_ai.tool.name",)) or name, agent)
    if kind is Kind.AGENT_INVOCATION:
        return Facts(kind, agent or name, agent or name)
    return Facts(kind, name, agent)


class Body(_dialect_genai.Body):
    @lazy
    def kind(self) -> Kind:
        return kind_of(self.attributes.get(MARK))

    @lazy
    def _input(self) -> Json:
        return self.attributes.json(_INPUT)

    @lazy
    def messages(self) -> tuple[Message, ...] | None:
        if self.kind is not Kind.MODEL_CALL or self._input is None:
            return super().messages
        return mixed_messages.messages(self._input)

    @lazy
    def output(self) -> Message | None:
        if self.kind is not Kind.MODEL_CALL or _OUTPUT not in self.attributes:
            return super().output
        return mixed_messages.reply(self.attributes.json(_OUTPUT))

    @lazy
    def tools(self) -> tuple[ToolSpec, ...] | None:
        offered = loose.mapping(self._input).get("tools")
        return super().tools if offered is None else tool_specs.read_tools(offered)

    @lazy
    def params(self) -> Mapping[str, Json]:
        if self.kind is not Kind.MODEL_CALL:
            return {}
        given = _object(self.attributes.get("langfuse.observation.model.parameters"))
        return {**super().params, **{key: value for key, value in given.items() if value != _UNSET}}

    @lazy
    def call(self) -> ToolCall | None:
        if self.kind is not Kind.TOOL_EXECUTION or _INPUT not in self.attributes:
            return super().call
        id_ = self.attributes.text("gen_ai.tool.call.id", "langfuse.observation.metadata.tool_call_id")
        name = self.attributes.text("gen_ai.tool.name") or self.span.name
        if loose.mapping(self._input).keys() == {"args", "kwargs"}:  # a decorated function
            return call_of(id_, name, self._input)
        return arguments.call_from_any(id_, name, self.attributes[_INPUT])

    @lazy
    def _result_key(self) -> str | None:
        return self._first(_OUTPUT) or super()._result_key

    @lazy
    def input(self) -> Json:
        other = self.kind not in {Kind.MODEL_CALL, Kind.TOOL_EXECUTION}
        return self._input if other and self._input is not None else super().input

    @lazy
    def output_value(self) -> Json:
        other = self.kind not in {Kind.MODEL_CALL, Kind.TOOL_EXECUTION}
        return self.attributes.json(_OUTPUT) if other and _OUTPUT in self.attributes else super().output_value

    @lazy
    def error(self) -> str:
        has_failed = self.attributes.text(_LEVEL) == "ERROR"
        told = self.attributes.text("langfuse.observation.status_message") if has_failed else ""
        return told or super().error

    @lazy
    def usage(self) -> Usage:
        known = super().usage
        details = _object(self.attributes.get(_USAGE))
        details |= loose.mapping(details.get("prompt_tokens_details", details.get("input_tokens_details")))
        details |= loose.mapping(
            details.get("completion_tokens_details", details.get("output_tokens_details"))
        )
        if self.kind is not Kind.MODEL_CALL or not details:
            return known

        def first(*keys: str) -> int | None:
            return next((whole(details[key]) for key in keys if key in details), None)

        return Usage(
            first(*_INPUT_TOKENS),
            first(*_OUTPUT_TOKENS),
            first("input_cached_tokens", "cache_read_input_tokens", "input_cache_read", "cached_tokens"),
            first("output_reasoning_tokens", "reasoning_tokens", "output_reasoning"),
        )
