"""Mastra attributes: GenAI beside `mastra.span.type`, and inputs under the type, `mastra.agent_run.input`.

A generation encloses one step for each request that it made. In newer versions a step encloses the inference, which knows the
model and the tokens, while the step has the prompt and the calls. Before its 1.0 Mastra wrote `input`, `output`,
`gen_ai.prompt` and operations of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from replaydbg.core.message import Json, Message, Role, Text, ToolCall, ToolResponse
from replaydbg.core.step import Kind
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _dialect_genai
from replaydbg.readers._dialect_genai import first_text
from replaydbg.readers._lazy import lazy
from replaydbg.readers._span import Facts
from replaydbg.wire import arguments, mixed_messages, tool_specs

MARK = "mastra.span.type"
_KINDS = {
    "agent_run": Kind.AGENT_INVOCATION,
    "model_generation": Kind.MODEL_CALL,
    "llm_generation": Kind.MODEL_CALL,
    "model_step": Kind.MODEL_CALL,
    "model_inference": Kind.MODEL_CALL,
    "tool_call": Kind.TOOL_EXECUTION,
    "mcp_tool_call": Kind.TOOL_EXECUTION,
    "client_tool_call": Kind.TOOL_EXECUTION,
    "provider_tool_call": Kind.TOOL_EXECUTION,
}
_AGENT = ("gen_ai.agent.name", "gen_ai.agent.id", "agent.id")

WANTED = frozenset({MARK, *_AGENT, "gen_ai.request.model", "gen_ai.tool.name"})
COUNTS = _dialect_genai.COUNTS


def kind_of(type_: Json) -> Kind:
    return _KINDS.get(type_.lower(), Kind.OPAQUE) if isinstance(type_, str) else Kind.OPAQUE


def facts(wanted: Mapping[str, Json], name: str) -> Facts:
    kind, agent = kind_of(wanted.get(MARK)), first_text(wanted, _AGENT)
    if kind is Kind.MODEL_CALL:
        return Facts(kind, name, agent, first_text(wanted, ("gen_ai.request.model",)))
    if kind is Kind.TOOL_EXECUTION:
        return Facts(
            kind, first_text(wanted, ("gen_ai.tool.name",)) or name.removeprefix("tool.execute "), agent
        )
    if kind is Kind.AGENT_INVOCATION:
        agent = agent or name.removeprefix("agent.")
        return Facts(kind, agent, agent)
    return Facts(kind, name, agent)


class Body(_dialect_genai.Body):
    @lazy
    def kind(self) -> Kind:
        return kind_of(self.attributes.get(MARK))

    @lazy
    def _type(self) -> str:
        return self.attributes.text(MARK).lower()

    @lazy
    def messages(self) -> tuple[Message, ...] | None:
        if self.kind is not Kind.MODEL_CALL or "gen_ai.input.messages" in self.attributes:
            return super().messages
        key = self._first(f"mastra.{self._type}.input", "gen_ai.prompt", "input")
        found = mixed_messages.messages(self.attributes.json(key)) if key else None
        return found and tuple(map(_with_calls, found)) if self._type == "model_step" else found

    @lazy
    def output(self) -> Message | None:
        if self.kind is not Kind.MODEL_CALL or "gen_ai.output.messages" in self.attributes:
            return super().output
        key = self._first(f"mastra.{self._type}.output", "gen_ai.completion", "output")
        return mixed_messages.reply(self.attributes.json(key)) if key else None

    @lazy
    def tools(self) -> tuple[ToolSpec, ...] | None:
        if "gen_ai.tool.definitions" in self.attributes or "agent.available_tools" not in self.attributes:
            return super().tools
        return tool_specs.read_tools(self.attributes.json("agent.available_tools"))

    @lazy
    def call(self) -> ToolCall | None:
        key = self._first(
            "gen_ai.tool.call.arguments", "gen_ai.tool.input", f"mastra.{self._type}.input", "input"
        )
        if self.kind is not Kind.TOOL_EXECUTION:
            return None
        id_ = self.attributes.text("gen_ai.tool.call.id", "toolCallId")
        name = self.attributes.text("gen_ai.tool.name") or self.span.name.removeprefix("tool.execute ")
        return arguments.call_from_any(id_, name, self.attributes[key]) if key else ToolCall(id_, name)

    @lazy
    def _result_key(self) -> str | None:
        return self._first(
            "gen_ai.tool.call.result", "gen_ai.tool.output", f"mastra.{self._type}.output", "output"
        )

    @lazy
    def input(self) -> Json:
        return self._recorded("input")

    @lazy
    def output_value(self) -> Json:
        return self._recorded("output")

    def _recorded(self, side: str) -> Json:
        if self.kind in {Kind.MODEL_CALL, Kind.TOOL_EXECUTION}:
            return None
        key = self._first(f"mastra.{self._type}.{side}", side)
        return self.attributes.json(key) if key else None


_PREVIEW = re.compile(r"\s?\[tool: ([^\]\n]{1,200})\]")
_RESULT_PREVIEW = re.compile(r"\[tool-result: ([^\]\n]{1,200})\]")


def _with_calls(message: Message) -> Message:
    """A step has a preview of its prompt, in which a call is its tool's name in brackets, and so is a result."""
    if message.role is Role.ASSISTANT and not message.tool_calls:
        names = _PREVIEW.findall(message.text)
        if names:
            text = _PREVIEW.sub("", message.text)
            calls = [ToolCall("", name) for name in names]
            return Message(message.role, (*([Text(text)] if text else ()), *calls), message.name)
    if message.role is Role.TOOL and len(message.parts) == 1:
        (said,) = message.tool_responses or (ToolResponse("", message.text),)
        names = _RESULT_PREVIEW.findall(said.result) if isinstance(said.result, str) else []
        if names:
            return Message(
                message.role, tuple(ToolResponse("", f"[tool-result: {name}]", name) for name in names)
            )
    return message
