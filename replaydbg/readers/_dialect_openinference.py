"""OpenInference attributes (Arize Phoenix and most auto-instrumentors)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from replaydbg.core.message import (
    Json,
    Media,
    Message,
    OtherPart,
    Part,
    Reasoning,
    Role,
    Text,
    ToolCall,
    ToolResponse,
    text_message,
)
from replaydbg.core.step import Kind, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _langgraph
from replaydbg.readers._attributes import numbered, parsed
from replaydbg.readers._dialect_genai import AGENT, first_text
from replaydbg.readers._lazy import lazy
from replaydbg.readers._payloads import error_in, tool_message
from replaydbg.readers._span import Counts, Facts, SpanBody, is_glue, merged, python_literal
from replaydbg.wire import arguments, genai, loose, mixed_messages, tool_specs

MARK = "openinference.span.kind"
_KINDS = {
    "LLM": Kind.MODEL_CALL,
    "TOOL": Kind.TOOL_EXECUTION,
    "AGENT": Kind.AGENT_INVOCATION,
    "RETRIEVER": Kind.RETRIEVAL,
}
_INPUT_TOKENS = ("llm.token_count.prompt",)
_OUTPUT_TOKENS = ("llm.token_count.completion",)
_TOOL_NAME = ("tool.name", "gen_ai.tool.name")
_MODEL = ("llm.model_name", "gen_ai.request.model")

_METADATA = "metadata"
WANTED = frozenset({MARK, _METADATA, *_MODEL, *_TOOL_NAME, *AGENT})
COUNTS = Counts(_INPUT_TOKENS, _OUTPUT_TOKENS, "llm.cost.total")

_NO_PARAMS = frozenset(
    {
        "tools",
        "functions",
        "messages",
        "input",
        "contents",
        "model",
        "model_name",
        "prompt",
        "_type",
        "instructions",
    }
)
_PARAMS_IN_RESPONSE = (
    "temperature", "top_p", "max_tokens", "max_completion_tokens", "max_output_tokens", "seed", "stop", "tool_choice",
    "parallel_tool_calls", "reasoning", "service_tier", "truncation", "text", "top_logprobs", "store",
)  # fmt: skip
"""openai-agents records the response where the parameters should be; these of its keys repeat what was asked."""

_DUMPS = frozenset({"choices", "generations", "candidates", "output", "content", "error"})
"""Keys of a whole response: one without a reply in it is none."""


def kind_of(wanted: Mapping[str, Json], name: str) -> Kind:
    kind = _KINDS.get(str(wanted.get(MARK)).upper(), Kind.OPAQUE)
    if kind is Kind.TOOL_EXECUTION and name.startswith("handoff to ") and "tool.name" not in wanted:
        return Kind.HANDOFF
    if kind is Kind.AGENT_INVOCATION and is_glue(name) and not first_text(wanted, AGENT):
        return Kind.OPAQUE
    return kind


def facts(wanted: Mapping[str, Json], name: str) -> Facts:
    kind = kind_of(wanted, name)
    agent = first_text(wanted, AGENT) or _langgraph.agent(wanted.get(_METADATA), kind)
    if kind is Kind.OPAQUE and agent and name == agent and not is_glue(name):
        kind = Kind.AGENT_INVOCATION
    if kind is Kind.MODEL_CALL:
        return Facts(kind, name, agent, first_text(wanted, _MODEL))
    if kind is Kind.TOOL_EXECUTION:
        return Facts(kind, first_text(wanted, _TOOL_NAME) or name, agent)
    if kind is Kind.AGENT_INVOCATION:
        # smolagents, autogen: "critic.on_messages_stream", "search_agent.run"
        agent = agent or name.partition(".")[0]
        return Facts(kind, agent, agent)
    return Facts(kind, name, agent)


class Body(SpanBody):
    @lazy
    def kind(self) -> Kind:
        wanted = {key: self.attributes[key] for key in WANTED if key in self.attributes}
        return kind_of(wanted, self.span.name)

    @lazy
    def messages(self) -> tuple[Message, ...] | None:
        if self.kind is not Kind.MODEL_CALL:
            return None
        items = numbered(self.attributes.below("llm.input_messages"))
        if items:
            return tuple(_message(item) for item in items)
        prompts = [_own_text(item, "prompt") for item in numbered(self.attributes.below("llm.prompts"))]
        given = "\n".join(filter(None, prompts)) or self._value("input.value")
        said = mixed_messages.messages(given)
        return (
            (text_message(Role.USER, given),) if said is None and isinstance(given, str) and given else said
        )

    @lazy
    def output(self) -> Message | None:
        if self.kind is not Kind.MODEL_CALL:
            return None
        items = numbered(self.attributes.below("llm.output_messages"))
        finish = self.attributes.text("llm.finish_reason")
        if items:
            message = merged([_message(item) for item in items])
            return message and Message(
                message.role, message.parts, message.name, message.finish_reason or finish
            )
        choices = numbered(self.attributes.below("llm.choices"))
        text = _own_text(choices[0], "completion") if choices else ""
        given = text or self._value("output.value")
        said = mixed_messages.reply(given)
        is_dump = isinstance(given, str) and not _DUMPS.isdisjoint(loose.mapping(parsed(given)))
        if said is None and isinstance(given, str) and given and not is_dump:
            said = text_message(Role.ASSISTANT, given)
        return said and replace(said, finish_reason=said.finish_reason or finish)

    def _value(self, key: str) -> Json:
        """What went in or came out as a whole: the messages of those who recorded no others."""
        value = self.attributes.get(key)
        hidden = isinstance(value, str) and value.startswith(arguments.REDACTED_MARKS)
        return None if hidden else value

    @lazy
    def tools(self) -> tuple[ToolSpec, ...] | None:
        if self.kind is Kind.TOOL_EXECUTION:
            return self._own_schema
        offered = [_offer(item) for item in numbered(self.attributes.below("llm.tools"))]
        if not offered and isinstance(self._invocation, dict):
            offered = self._invocation.get("tools") or self._invocation.get("functions") or []
        return tool_specs.read_tools(offered) if offered else None

    @lazy
    def _own_schema(self) -> tuple[ToolSpec, ...] | None:
        """The schema that a tool's own span declares. `tool.parameters` may just as well hold the arguments."""
        schema = self.attributes.json("tool.json_schema") or self.attributes.json("tool.parameters")
        if not _is_schema(schema):
            return None
        name = self.attributes.text(*_TOOL_NAME) or self.span.name
        return (ToolSpec(name, self.attributes.text("tool.description"), schema, schema),)

    @lazy
    def _invocation(self) -> Json:
        return self.attributes.json("llm.invocation_parameters")

    @lazy
    def params(self) -> Mapping[str, Json]:
        given = self._invocation
        if self.kind is not Kind.MODEL_CALL or not isinstance(given, dict):
            return {}
        names = (
            _PARAMS_IN_RESPONSE if "created_at" in given else [key for key in given if key not in _NO_PARAMS]
        )
        return {name: given[name] for name in names if given.get(name) is not None}

    @lazy
    def call(self) -> ToolCall | None:
        if self.kind is not Kind.TOOL_EXECUTION:
            return None
        id_ = self.attributes.text("tool.id", "tool_call.id", "gen_ai.tool.call.id") or loose.text(
            self._message.get("tool_call_id")
        )
        name = self.attributes.text(*_TOOL_NAME) or self.span.name
        value = self.attributes.get("input.value")
        if value is None:
            declared = self.attributes.get("tool.parameters")
            value = None if _is_schema(parsed(declared)) else declared
        if value is None:
            return ToolCall(id_, name)
        return _call(id_, name, value)

    @lazy
    def has_result(self) -> bool:
        return self.kind is Kind.TOOL_EXECUTION and "output.value" in self.attributes

    @lazy
    def result(self) -> Json:
        if not self.has_result:
            return None
        if self._message:
            return parsed(self._message.get("content"))
        value = self._returned
        if isinstance(value, dict) and value.keys() == {"id", "name", "response"}:  # Google ADK
            return value["response"]
        return value

    @lazy
    def error(self) -> str:
        return super().error or error_in(self._message)

    @lazy
    def _message(self) -> dict[str, Json]:
        return tool_message(self._returned) if self.kind is Kind.TOOL_EXECUTION else {}

    @lazy
    def _returned(self) -> Json:
        return self.attributes.json("output.value")

    @lazy
    def input(self) -> Json:
        if self.kind in {Kind.MODEL_CALL, Kind.TOOL_EXECUTION}:
            return None
        return self.attributes.json("input.value")

    @lazy
    def output_value(self) -> Json:
        if self.kind in {Kind.MODEL_CALL, Kind.TOOL_EXECUTION}:
            return None
        documents = numbered(self.attributes.below("retrieval.documents"))
        if documents:
            return [item.get("document", item) if isinstance(item, dict) else item for item in documents]
        return self.attributes.json("output.value")

    @lazy
    def usage(self) -> Usage:
        if self.kind is not Kind.MODEL_CALL:
            return Usage()
        whole = self.attributes.whole
        return Usage(
            whole(*_INPUT_TOKENS),
            whole(*_OUTPUT_TOKENS),
            whole("llm.token_count.prompt_details.cache_read"),
            whole("llm.token_count.completion_details.reasoning"),
        )

    @lazy
    def provider(self) -> str:
        return self.attributes.text("llm.provider", "llm.system").lower()


def _own_text(item: Json, key: str) -> str:
    """Of the older API of completions: a text in, a text out."""
    return loose.text(loose.mapping(loose.mapping(item).get(key, item)).get("text"))


def _offer(item: Json) -> Json:
    tool = item.get("tool", item) if isinstance(item, dict) else item
    return tool.get("json_schema", tool) if isinstance(tool, dict) else tool


def _is_schema(value: Json) -> bool:
    return isinstance(value, dict) and value.get("type") == "object" and "properties" in value


def _call(id_: str, name: str, value: Json) -> ToolCall:
    """Arguments as recorded: the raw text, or what smolagents and LangChain make of it."""
    known = parsed(value)
    if isinstance(known, dict) and known.keys() >= {"args", "kwargs"}:  # smolagents
        return ToolCall(id_, name, known["args"] or known["kwargs"])
    if not isinstance(value, str):
        return arguments.call_from_any(id_, name, value)
    literal = python_literal(value) if isinstance(known, str) else None
    if literal is not None:
        return ToolCall(id_, name, literal)
    if isinstance(known, str) and value.strip()[:1] not in {"", "{", "["}:
        if value.startswith(arguments.REDACTED_MARKS):
            return arguments.call_from_raw(id_, name, value)
        return ToolCall(id_, name, value)  # a tool of one text argument, as LangChain records it
    return arguments.call_from_raw(id_, name, value)


def _message(item: Json) -> Message:
    said = item.get("message", item) if isinstance(item, dict) else None
    if not isinstance(said, dict):
        return Message(Role.UNKNOWN, (OtherPart(item),))
    role = genai.role(said.get("role"))
    name = said.get("name")
    name = name if isinstance(name, str) else ""
    contents = [_content(content) for content in numbered(said.get("contents"))]
    text = said.get("content")
    if role is Role.TOOL:
        result = text if text is not None else "\n".join(p.text for p in contents if isinstance(p, Text))
        return Message(role, (ToolResponse(_str(said.get("tool_call_id")), result, name=name),))
    parts: list[Part] = contents or [*genai.read_parts(text or None)]
    parts += _calls(said)
    return Message(role, tuple(parts), name)


def _content(item: Json) -> Part:
    content = item.get("message_content", item) if isinstance(item, dict) else item
    if not isinstance(content, dict):
        return OtherPart(content)
    if isinstance(content.get("text"), str):
        if content.get("type") == "reasoning":
            return Reasoning(content["text"], _str(content.get("signature")))
        return Text(content["text"])
    for kind in ("image", "audio"):
        media = content.get(kind)
        inner = media.get(kind, media) if isinstance(media, dict) else None
        if isinstance(inner, dict):
            return Media(kind, _str(inner.get("mime_type")), _str(inner.get("url")), _str(inner.get("data")))
    return OtherPart(content)


def _calls(said: dict[str, Json]) -> list[Part]:
    calls: list[Part] = []
    for item in numbered(said.get("tool_calls")):
        call = item.get("tool_call", item) if isinstance(item, dict) else None
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(call, dict) and isinstance(function, dict):
            calls.append(
                arguments.call_from_any(
                    _str(call.get("id")), _str(function.get("name")), function.get("arguments")
                )
            )
    if isinstance(said.get("function_call_name"), str):
        value = said.get("function_call_arguments_json")
        calls.append(arguments.call_from_any("", said["function_call_name"], value))
    return calls


def _str(value: Json) -> str:
    return value if isinstance(value, str) else ""
