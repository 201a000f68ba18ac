"""Our own attributes: GenAI for everybody, and `replaydbg.*` for what the conventions can not say exactly."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from math import nan

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.message import Json, Message, ToolCall
from replaydbg.core.step import Kind, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _salvage
from replaydbg.readers._attributes import number, whole
from replaydbg.readers._span import Facts, SpanBody
from replaydbg.wire import genai

MARK = "replaydbg.kind"
STEP_ID, PARENT_ID, TRACE_ID = "replaydbg.step.id", "replaydbg.parent.id", "replaydbg.trace.id"
WANTED = frozenset(
    {
        MARK,
        STEP_ID,
        PARENT_ID,
        TRACE_ID,
        "replaydbg.cost_usd",
        "replaydbg.counted",
        "gen_ai.agent.name",
        "gen_ai.request.model",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.output_tokens",
    }
)
_KINDS = {str(kind): kind for kind in Kind}


def facts(wanted: Mapping[str, Json], name: str) -> Facts:
    kind = _KINDS.get(str(wanted[MARK]), Kind.OPAQUE)
    cost = wanted.get("replaydbg.cost_usd")
    counted = wanted.get("replaydbg.counted") is not False
    return Facts(
        kind,
        name,
        _str(wanted.get("gen_ai.agent.name")),
        _str(wanted.get("gen_ai.request.model")),
        _count(wanted.get("gen_ai.usage.input_tokens")) if counted else NOT_RECORDED,
        _count(wanted.get("gen_ai.usage.output_tokens")) if counted else NOT_RECORDED,
        nan if cost is None else number(cost),
    )


def _str(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _count(value: Json) -> int:
    count = whole(value)
    return NOT_RECORDED if count is None else count


class Body(SpanBody):
    def _json(self, key: str) -> Json:
        """JSON under `key`; None where it is missing or was cut off."""
        text = self.attributes.get(key)
        try:
            return _salvage.loads(text) if isinstance(text, str) else text
        except ValueError:
            return None

    @cached_property
    def messages(self) -> tuple[Message, ...] | None:
        value = self._json("gen_ai.input.messages")
        return None if value is None else genai.read_messages(value)

    @cached_property
    def output(self) -> Message | None:
        value = self._json("gen_ai.output.messages")
        return genai.read_message(value[0]) if isinstance(value, list) and value else None

    @cached_property
    def tools(self) -> tuple[ToolSpec, ...] | None:
        value = self._json("gen_ai.tool.definitions")
        return None if value is None else genai.read_tools(value)

    @cached_property
    def params(self) -> Mapping[str, Json]:
        value = self._json("replaydbg.params")
        return value if isinstance(value, dict) else {}

    @cached_property
    def call(self) -> ToolCall | None:
        value = self._json("replaydbg.call")
        parts = genai.read_parts([value]) if value else ()
        return next((part for part in parts if isinstance(part, ToolCall)), None)

    @cached_property
    def has_result(self) -> bool:
        return "gen_ai.tool.call.result" in self.attributes

    @cached_property
    def result(self) -> Json:
        return self._json("gen_ai.tool.call.result")

    @cached_property
    def input(self) -> Json:
        return self._json("replaydbg.input")

    @cached_property
    def output_value(self) -> Json:
        return self._json("replaydbg.output")

    @cached_property
    def error(self) -> str:
        return self.attributes.text("replaydbg.error")

    @cached_property
    def usage(self) -> Usage:
        return Usage(
            *(
                self.attributes.whole(f"gen_ai.usage.{name}")
                for name in (
                    "input_tokens",
                    "output_tokens",
                    "cache_read.input_tokens",
                    "reasoning.output_tokens",
                )
            )
        )

    @cached_property
    def response_model(self) -> str:
        return self.attributes.text("gen_ai.response.model")

    @cached_property
    def provider(self) -> str:
        return self.attributes.text("gen_ai.provider.name")
