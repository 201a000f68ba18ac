"""Vercel AI SDK attributes (`ai.*`): `ai.generateText` around `ai.generateText.doGenerate`, which asks the model.

The outer span repeats prompt, reply and tokens of what it encloses: it is the agent, and only the inner one is the
model call.
"""

from __future__ import annotations

from collections.abc import Mapping

from replaydbg.core.message import Json, Message, Part, Reasoning, Role, Text, ToolCall
from replaydbg.core.step import Kind, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _dialect_genai
from replaydbg.readers._dialect_genai import first_text
from replaydbg.readers._lazy import lazy
from replaydbg.readers._span import Counts, Facts
from replaydbg.wire import arguments, mixed_messages, tool_specs

MARK = "ai.operationId"
_AGENT = ("ai.telemetry.functionId", "resource.name")
_INPUT_TOKENS = ("ai.usage.inputTokens", "ai.usage.promptTokens", *_dialect_genai.INPUT_TOKENS)
_OUTPUT_TOKENS = ("ai.usage.outputTokens", "ai.usage.completionTokens", *_dialect_genai.OUTPUT_TOKENS)

WANTED = frozenset({MARK, *_AGENT, "ai.model.id", "ai.toolCall.name"})
COUNTS = Counts(_INPUT_TOKENS, _OUTPUT_TOKENS, "ai.usage.cost")

_PARAMS = {
    "temperature": "temperature", "topP": "top_p", "topK": "top_k", "seed": "seed", "stopSequences": "stop",
    "maxTokens": "max_tokens", "maxOutputTokens": "max_tokens", "presencePenalty": "presence_penalty",
    "frequencyPenalty": "frequency_penalty",
}  # fmt: skip


def kind_of(operation: Json) -> Kind:
    words = operation if isinstance(operation, str) else ""
    if words == "ai.toolCall":
        return Kind.TOOL_EXECUTION
    if words.endswith((".doGenerate", ".doStream")):
        return Kind.MODEL_CALL
    return Kind.AGENT_INVOCATION if words.startswith(("ai.generate", "ai.stream")) else Kind.OPAQUE


def facts(wanted: Mapping[str, Json], name: str) -> Facts:
    kind = kind_of(wanted.get(MARK))
    operation = first_text(wanted, (MARK,))
    agent = first_text(wanted, _AGENT)
    if kind is Kind.MODEL_CALL:
        return Facts(kind, operation, agent, first_text(wanted, ("ai.model.id",)))
    if kind is Kind.TOOL_EXECUTION:
        return Facts(kind, first_text(wanted, ("ai.toolCall.name",)) or name, agent)
    if kind is Kind.AGENT_INVOCATION:
        agent = agent or operation
        return Facts(kind, agent, agent)
    return Facts(kind, operation or name, agent)


class Body(_dialect_genai.Body):
    @lazy
    def kind(self) -> Kind:
        return kind_of(self.attributes.get(MARK))

    @lazy
    def messages(self) -> tuple[Message, ...] | None:
        if self.kind is not Kind.MODEL_CALL:
            return None
        key = self._first("ai.prompt.messages", "ai.prompt")
        return mixed_messages.messages(self.attributes.json(key)) if key else None

    @lazy
    def output(self) -> Message | None:
        if self.kind is not Kind.MODEL_CALL:
            return None
        parts: list[Part] = []
        for key, kind in (
            ("ai.response.reasoning", Reasoning), ("ai.response.text", Text), ("ai.response.object", Text)
        ):  # fmt: skip
            text = self.attributes.text(key)
            if text:
                parts.append(kind(text))
        said = mixed_messages.reply({"toolCalls": self.attributes.json("ai.response.toolCalls")})
        parts += said.tool_calls if said else ()
        if not parts and self._first("ai.response.text", "ai.response.finishReason") is None:
            return None
        return Message(
            Role.ASSISTANT, tuple(parts), finish_reason=self.attributes.text("ai.response.finishReason")
        )

    @lazy
    def tools(self) -> tuple[ToolSpec, ...] | None:
        if "ai.prompt.tools" not in self.attributes:
            return None
        return tool_specs.read_tools(self.attributes.json("ai.prompt.tools"))

    @lazy
    def params(self) -> Mapping[str, Json]:
        if self.kind is not Kind.MODEL_CALL:
            return {}
        settings = {name: self.attributes.get(f"ai.settings.{theirs}") for theirs, name in _PARAMS.items()}
        return {**super().params, **{name: value for name, value in settings.items() if value is not None}}

    @lazy
    def call(self) -> ToolCall | None:
        if self.kind is not Kind.TOOL_EXECUTION:
            return None
        id_ = self.attributes.text("ai.toolCall.id")
        name = self.attributes.text("ai.toolCall.name") or self.span.name
        key = self._first("ai.toolCall.args", "ai.toolCall.input")
        if key is None:
            return ToolCall(id_, name)
        return arguments.call_from_any(id_, name, self.attributes[key])

    @lazy
    def _result_key(self) -> str | None:
        return self._first("ai.toolCall.result", "ai.toolCall.output")

    @lazy
    def input(self) -> Json:
        key = self._first("ai.prompt", "ai.prompt.messages", "ai.value", "ai.values")
        return self.attributes.json(key) if key and self._is_other else None

    @lazy
    def output_value(self) -> Json:
        key = self._first("ai.response.text", "ai.response.object", "ai.response.toolCalls")
        return self.attributes.json(key) if key and self._is_other else None

    @property
    def _is_other(self) -> bool:
        return self.kind not in {Kind.MODEL_CALL, Kind.TOOL_EXECUTION}

    @lazy
    def usage(self) -> Usage:
        if self.kind is not Kind.MODEL_CALL:
            return Usage()
        whole = self.attributes.whole
        return Usage(
            whole(*_INPUT_TOKENS),
            whole(*_OUTPUT_TOKENS),
            whole("ai.usage.cachedInputTokens", "ai.usage.inputTokenDetails.cacheReadTokens"),
            whole("ai.usage.reasoningTokens", "ai.usage.outputTokenDetails.reasoningTokens"),
        )

    @lazy
    def response_model(self) -> str:
        return self.attributes.text("ai.response.model", "gen_ai.response.model")

    @lazy
    def provider(self) -> str:
        """`openai.responses` is OpenAI, by one of its interfaces."""
        return self.attributes.text("ai.model.provider", "gen_ai.system").lower().partition(".")[0]
