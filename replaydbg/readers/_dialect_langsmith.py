"""LangSmith's runs as OpenTelemetry spans: `langsmith.span.kind`, inputs under `gen_ai.prompt`, outputs under `gen_ai.completion`.

Both are JSON text, LangChain's own shapes mostly. The GenAI operation beside them is not to be trusted: a prompt
template is a `chat` there, a retriever `embeddings`.
"""

from __future__ import annotations

from collections.abc import Mapping

from replaydbg.core.message import Json, Message, ToolCall
from replaydbg.core.step import Kind, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _dialect_genai
from replaydbg.readers._attributes import parsed
from replaydbg.readers._dialect_genai import first_text
from replaydbg.readers._lazy import lazy
from replaydbg.readers._span import Facts, is_glue, python_literal
from replaydbg.wire import arguments, loose, mixed_messages, tool_specs

MARK = "langsmith.span.kind"
_INPUT, _OUTPUT = "gen_ai.prompt", "gen_ai.completion"
_AGENT = ("langsmith.metadata.lc_agent_name", "gen_ai.agent.name")
_NODE = "langsmith.metadata.langgraph_node"
_KINDS = {"llm": Kind.MODEL_CALL, "tool": Kind.TOOL_EXECUTION, "retriever": Kind.RETRIEVAL}

_PARAMS = ("temperature", "top_p", "max_tokens", "seed")

WANTED = frozenset({MARK, *_AGENT, _NODE, "gen_ai.request.model", "gen_ai.tool.name"})
COUNTS = _dialect_genai.COUNTS


def kind_of(kind: Json) -> Kind:
    return _KINDS.get(kind.lower(), Kind.OPAQUE) if isinstance(kind, str) else Kind.OPAQUE


def facts(wanted: Mapping[str, Json], name: str) -> Facts:
    kind = kind_of(wanted.get(MARK))
    agent = first_text(wanted, _AGENT)
    if kind is Kind.OPAQUE and agent and name == agent and not is_glue(name):
        kind = Kind.AGENT_INVOCATION
    if kind is Kind.MODEL_CALL:
        return Facts(kind, name, agent, first_text(wanted, ("gen_ai.request.model",)))
    if kind is Kind.TOOL_EXECUTION:
        return Facts(kind, first_text(wanted, ("gen_ai.tool.name",)) or name, agent)
    return Facts(kind, name, agent)


class Body(_dialect_genai.Body):
    @lazy
    def kind(self) -> Kind:
        wanted = {key: self.attributes[key] for key in WANTED if key in self.attributes}
        return facts(wanted, self.span.name).kind

    @lazy
    def messages(self) -> tuple[Message, ...] | None:
        if self.kind is not Kind.MODEL_CALL or _INPUT not in self.attributes:
            return super().messages
        return mixed_messages.messages(self._inputs)

    @lazy
    def output(self) -> Message | None:
        if self.kind is not Kind.MODEL_CALL or _OUTPUT not in self.attributes:
            return super().output
        return mixed_messages.reply(self.attributes.json(_OUTPUT))

    @lazy
    def tools(self) -> tuple[ToolSpec, ...] | None:
        """Of a wrapped client in the inputs; of LangChain in what is left of its parameters."""
        offered = loose.mapping(self._inputs).get("tools")
        if offered is None:
            body = loose.mapping(self.attributes.json("gen_ai.request.extra_body"))
            offered = body.get("tools", self.attributes.json("langsmith.metadata.tools"))
        return super().tools if offered is None else tool_specs.read_tools(offered)

    @lazy
    def params(self) -> Mapping[str, Json]:
        if self.kind is not Kind.MODEL_CALL:
            return {}
        beside = {key: self.attributes.get(f"langsmith.metadata.{key}") for key in _PARAMS}
        told = {key: value for key, value in super().params.items() if not key.startswith("extra_")}
        return {key: value for key, value in beside.items() if value is not None} | told

    @lazy
    def usage(self) -> Usage:
        """With what was cached and reasoned, which newer versions tell as LangChain counts it."""
        known = super().usage
        if self.kind is not Kind.MODEL_CALL:
            return known
        told = loose.mapping(self.attributes.json("langsmith.metadata.usage_metadata"))
        asked, said = (loose.mapping(told.get(f"{side}_token_details")) for side in ("input", "output"))
        cached, reasoned = loose.count(asked.get("cache_read")), loose.count(said.get("reasoning"))
        return Usage(
            known.input_tokens,
            known.output_tokens,
            cached if known.cache_read_tokens is None else known.cache_read_tokens,
            reasoned if known.reasoning_tokens is None else known.reasoning_tokens,
        )

    @lazy
    def call(self) -> ToolCall | None:
        if self.kind is not Kind.TOOL_EXECUTION or _INPUT not in self.attributes:
            return super().call
        id_ = loose.text(self._message.get("tool_call_id"))
        name = self.attributes.text("gen_ai.tool.name") or self.span.name
        value = self._inputs
        if isinstance(value, dict) and value.keys() == {"input"}:
            value = value["input"]
        literal = python_literal(value) if isinstance(value, str) and isinstance(parsed(value), str) else None
        return (
            ToolCall(id_, name, literal) if literal is not None else arguments.call_from_any(id_, name, value)
        )

    @lazy
    def result(self) -> Json:
        if not self.has_result:
            return None
        if self._message:
            return parsed(self._message.get("content"))
        found = self.attributes.json(self._result_key or "")
        return found["output"] if isinstance(found, dict) and found.keys() == {"output"} else found

    @lazy
    def _result_key(self) -> str | None:
        return self._first(_OUTPUT) or super()._result_key

    @lazy
    def _inputs(self) -> Json:
        return self.attributes.json(_INPUT)

    @lazy
    def input(self) -> Json:
        other = self.kind not in {Kind.MODEL_CALL, Kind.TOOL_EXECUTION}
        return self._inputs if other and _INPUT in self.attributes else super().input

    @lazy
    def output_value(self) -> Json:
        other = self.kind not in {Kind.MODEL_CALL, Kind.TOOL_EXECUTION}
        return self.attributes.json(_OUTPUT) if other and _OUTPUT in self.attributes else super().output_value
