"""Our own attributes: GenAI for everybody, and `replaydbg.*` for what the conventions can not say exactly."""

from __future__ import annotations

from collections.abc import Mapping

from replaydbg.core.message import Json, Message, ToolCall
from replaydbg.core.step import Kind, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _salvage
from replaydbg.readers._lazy import lazy
from replaydbg.readers._span import Counts, Facts, SpanBody
from replaydbg.wire import genai

MARK = "replaydbg.kind"
STEP_ID, PARENT_ID, TRACE_ID = "replaydbg.step.id", "replaydbg.parent.id", "replaydbg.trace.id"
IDS = frozenset({STEP_ID, PARENT_ID, TRACE_ID})
WANTED = frozenset({MARK, "gen_ai.agent.name", "gen_ai.request.model"})
COUNTS = Counts(("gen_ai.usage.input_tokens",), ("gen_ai.usage.output_tokens",), "replaydbg.cost_usd")
_KINDS = {str(kind): kind for kind in Kind}


def facts(wanted: Mapping[str, Json], name: str) -> Facts:
    agent, model = wanted.get("gen_ai.agent.name"), wanted.get("gen_ai.request.model")
    return Facts(
        _KINDS.get(str(wanted[MARK]), Kind.OPAQUE),
        name,
        agent if isinstance(agent, str) else "",
        model if isinstance(model, str) else "",
    )


class Body(SpanBody):
    def _json(self, key: str) -> Json:
        """JSON under `key`; None where it is missing or was cut off."""
        text = self.attributes.get(key)
        try:
            return _salvage.loads(text) if isinstance(text, str) else text
        except ValueError:
            return None

    @lazy
    def messages(self) -> tuple[Message, ...] | None:
        value = self._json("gen_ai.input.messages")
        return None if value is None else genai.read_messages(value)

    @lazy
    def output(self) -> Message | None:
        value = self._json("gen_ai.output.messages")
        return genai.read_message(value[0]) if isinstance(value, list) and value else None

    @lazy
    def tools(self) -> tuple[ToolSpec, ...] | None:
        value = self._json("gen_ai.tool.definitions")
        return None if value is None else genai.read_tools(value)

    @lazy
    def params(self) -> Mapping[str, Json]:
        value = self._json("replaydbg.params")
        return value if isinstance(value, dict) else {}

    @lazy
    def call(self) -> ToolCall | None:
        value = self._json("replaydbg.call")
        parts = genai.read_parts([value]) if value else ()
        return next((part for part in parts if isinstance(part, ToolCall)), None)

    @lazy
    def has_result(self) -> bool:
        return "gen_ai.tool.call.result" in self.attributes

    @lazy
    def result(self) -> Json:
        return self._json("gen_ai.tool.call.result")

    @lazy
    def input(self) -> Json:
        return self._json("replaydbg.input")

    @lazy
    def output_value(self) -> Json:
        return self._json("replaydbg.output")

    @lazy
    def error(self) -> str:
        return self.attributes.text("replaydbg.error")

    @lazy
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

    @lazy
    def response_model(self) -> str:
        return self.attributes.text("gen_ai.response.model")

    @lazy
    def provider(self) -> str:
        return self.attributes.text("gen_ai.provider.name")
