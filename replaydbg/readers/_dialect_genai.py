"""OTel GenAI attributes, with what pydantic-ai and OpenLLMetry add to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import msgspec

from replaydbg.core.message import Json, Message, Role, Text, ToolCall
from replaydbg.core.step import Kind, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _genai_contents, _genai_events
from replaydbg.readers._attributes import Attributes, cut_off, parsed, parsed_list
from replaydbg.readers._histories import Told
from replaydbg.readers._lazy import lazy
from replaydbg.readers._payloads import error_in, tool_message
from replaydbg.readers._span import Counts, Event, Facts, Span, SpanBody, is_glue, merged, python_literal
from replaydbg.wire import arguments, genai, loose, tool_specs

_KIND_OF_OPERATION = {
    "chat": Kind.MODEL_CALL,
    "generate_content": Kind.MODEL_CALL,
    "text_completion": Kind.MODEL_CALL,
    "completion": Kind.MODEL_CALL,
    "response": Kind.MODEL_CALL,
    "call_llm": Kind.MODEL_CALL,
    "chat.completions": Kind.MODEL_CALL,  # Semantic Kernel's words
    "chat.streaming_completions": Kind.MODEL_CALL,
    "text.completions": Kind.MODEL_CALL,
    "text.streaming_completions": Kind.MODEL_CALL,
    "execute_tool": Kind.TOOL_EXECUTION,
    "invoke_agent": Kind.AGENT_INVOCATION,
    "handle_conversation_turn": Kind.AGENT_INVOCATION,
    "retrieval": Kind.RETRIEVAL,
    "handoff": Kind.HANDOFF,
    "transfer_to_agent": Kind.HANDOFF,
}
_KIND_OF_TRACELOOP = {
    "tool": Kind.TOOL_EXECUTION,
    "agent": Kind.AGENT_INVOCATION,
    "handoff": Kind.HANDOFF,
}
INPUT_TOKENS = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
OUTPUT_TOKENS = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
AGENT = ("gen_ai.agent.name", "agent.name", "agent_name")

WANTED = frozenset(
    {
        "gen_ai.operation.name",
        "traceloop.span.kind",
        "llm.request.type",
        "gen_ai.request.model",
        "gen_ai.response.model",
        "gen_ai.tool.name",
        "gen_ai.handoff.to_agent",
        "gen_ai.handoff.from_agent",
        *AGENT,
        *_genai_contents.WANTED,
    }
)
_REPLY = "gen_ai.output.messages"
_TOOL_NAMES = ("gen_ai.tool.name", *_genai_contents.TOOL_NAMES)
COUNTS = Counts(INPUT_TOKENS, OUTPUT_TOKENS, "operation.cost")

_GIVEN = ("gen_ai.tool.call.arguments", "tool_arguments", "traceloop.entity.input", *_genai_contents.GIVEN)
_GAVE = ("gen_ai.tool.call.result", "tool_response", "traceloop.entity.output", *_genai_contents.GAVE)

_PARAMS = {"stop_sequences": "stop", "choice.count": "n", "encoding_formats": "", "model": ""}
"""Names of ours for those of `gen_ai.request.*`; "" is none of the model's parameters."""

_WRAPPER_KEYS = {"input_str", "tags", "metadata", "kwargs"}
"""What OpenLLMetry's LangChain instrumentation puts around the `inputs` of a tool."""


_LONG_BYTES_MIN = 16 << 10
_BYTES_OF_A_MESSAGE, _BYTES_OF_A_PLACE = 128, 8
"""A message takes so much text at least, and its place in a prompt so much memory."""


def kind_of(wanted: Mapping[str, Json], name: str) -> Kind:
    if "gen_ai.handoff.to_agent" in wanted or "gen_ai.handoff.from_agent" in wanted:
        return Kind.HANDOFF
    operation = wanted.get("gen_ai.operation.name")
    kind = _KIND_OF_OPERATION.get(operation) if isinstance(operation, str) else None
    if kind is None:
        traceloop = wanted.get("traceloop.span.kind")
        kind = _KIND_OF_TRACELOOP.get(traceloop) if isinstance(traceloop, str) else None
    kind = kind or _genai_contents.kind(wanted, name)
    if kind is None and operation is None:
        kind = _kind_without_operation(wanted, name)
    if kind is Kind.AGENT_INVOCATION and is_glue(name):
        return Kind.OPAQUE
    if kind is Kind.TOOL_EXECUTION and str(wanted.get("gen_ai.tool.name")).startswith("("):
        return Kind.OPAQUE  # ADK's "(merged tools)" sums up executions that have spans of their own
    return kind or Kind.OPAQUE


def _kind_without_operation(wanted: Mapping[str, Json], name: str) -> Kind | None:
    if first_text(wanted, ("llm.request.type",)) in {"chat", "completion", "response"}:
        return Kind.MODEL_CALL
    if wanted.get("gen_ai.tool.name"):
        return Kind.TOOL_EXECUTION
    if "gen_ai.request.model" not in wanted:
        return None
    is_named_so = _CALL_NAME.search(name) is not None and "embed" not in name.lower()
    return Kind.MODEL_CALL if is_named_so or "gen_ai.response.model" in wanted else None


_CALL_NAME = re.compile(r"\b(?:chat|llm|completions?|generate)\b", re.IGNORECASE)
"""How spans of model calls are called by those who make them by hand, and leave the operation out."""


def facts(wanted: Mapping[str, Json], name: str) -> Facts:
    kind = kind_of(wanted, name)
    name = first_text(wanted, _genai_contents.STEP_NAMES) or name
    agent = first_text(wanted, AGENT)
    if kind is Kind.MODEL_CALL:
        return Facts(kind, name, agent, first_text(wanted, ("gen_ai.request.model", "gen_ai.response.model")))
    if kind is Kind.TOOL_EXECUTION:
        return Facts(kind, first_text(wanted, _TOOL_NAMES) or name.removesuffix(".tool"), agent)
    if kind is Kind.AGENT_INVOCATION:
        agent = agent or name.removesuffix(".agent")
        return Facts(kind, agent, agent)
    return Facts(kind, name, "" if is_glue(agent) else agent)


def first_text(wanted: Mapping[str, Json], keys: tuple[str, ...]) -> str:
    for key in keys:
        value = wanted.get(key)
        if value and isinstance(value, str):
            return value
    return ""


class Body(SpanBody):
    def __init__(self, span: Span) -> None:
        super().__init__(span)
        told = _genai_events.details(span.events) if span.events else {}
        if told:
            self.attributes = Attributes({**told, **span.attributes.undecoded})

    @lazy
    def kind(self) -> Kind:
        return kind_of(self.attributes, self.span.name)

    @lazy
    def events(self) -> list[Event]:
        events = _genai_events.from_attribute(self.attributes.json("events"))
        return _genai_events.opened([*self.span.events, *events])

    @lazy
    def messages(self) -> tuple[Message, ...] | None:
        if self.kind is not Kind.MODEL_CALL:
            return None
        said = self._messages("gen_ai.input.messages")
        system, _ = parsed_list(self.attributes.get("gen_ai.system_instructions"))
        instructions = (Message(Role.SYSTEM, genai.read_parts(system)),) if system else ()
        if said is None:
            told = _genai_events.prompt(self.events) or _genai_contents.prompt(self.attributes, self.events)
            return instructions or told
        return (*instructions, *said) if instructions else said

    @lazy
    def output(self) -> Message | None:
        if self.kind is not Kind.MODEL_CALL:
            return None
        said = self._messages(_REPLY)
        if said is None:
            told = _genai_events.reply(self.events) or _genai_contents.reply(self.attributes, self.events)
            return told and self._finished(told)
        message = merged(said)
        message = message and self._finished(message)
        if message is None or message.role is not Role.UNKNOWN:
            return message
        # OpenLLMetry's LangChain instrumentation calls the model's role "unknown".
        return Message(Role.ASSISTANT, message.parts, message.name, message.finish_reason)

    def _finished(self, message: Message) -> Message:
        """With why the model stopped, which some say beside it."""
        reasons = self.attributes.json("gen_ai.response.finish_reasons")
        reason = loose.text(reasons[0] if isinstance(reasons, list) and reasons else reasons)
        return message if message.finish_reason or not reason else replace(message, finish_reason=reason)

    _elsewhere = 0
    """Bytes of its text that made messages which other bodies hold, too."""

    @property
    def weight(self) -> int | None:
        """Of a long prompt that nobody has looked at nothing is known: most of it may be in others, and weigh nothing here."""
        told = super().weight or 0
        if told < _LONG_BYTES_MIN or "messages" in self.__dict__:
            return told - self._elsewhere + self._elsewhere // _BYTES_OF_A_MESSAGE * _BYTES_OF_A_PLACE
        return None

    def _shared(self, told: Told) -> tuple[Message, ...]:
        self._elsewhere += told.begun
        return told.messages

    def _messages(self, key: str) -> tuple[Message, ...] | None:
        if key not in self.attributes:
            return None
        raw = self.attributes.undecoded[key]
        if self.histories is not None and isinstance(raw, msgspec.Raw):
            known = self.histories.messages_in(memoryview(raw), replied=key == _REPLY)
            if known is not None:
                return self._shared(known)
        value = self.attributes[key]
        if value is None or (isinstance(value, str) and value.startswith(arguments.REDACTED_MARKS)):
            return None
        if isinstance(value, str) and self.histories is not None:
            known = self.histories.messages(value)
            if known is not None:
                return self._shared(known)
        if isinstance(value, str) and value.lstrip()[:1] not in {
            "[",
            "{",
            '"',
        }:  # what was said, and no list of it
            return (
                (Message(Role.ASSISTANT if key == _REPLY else Role.USER, (Text(value),)),) if value else None
            )
        within = loose.mapping(parsed(value)).get(
            "messages"
        )  # Microsoft's Agent 365 says the version beside them
        found, cut = (within, False) if isinstance(within, list) else parsed_list(value)
        end = (cut_off(key, len(value)),) if cut else ()
        return None if found is None and not cut else (*genai.read_messages(found or []), *end)

    @lazy
    def tools(self) -> tuple[ToolSpec, ...] | None:
        key = self._first(*_genai_contents.SCHEMAS) if self.kind is Kind.TOOL_EXECUTION else None
        if key is not None:
            schema, name = self.attributes.json(key), self.attributes.text(*_TOOL_NAMES)
            return (ToolSpec(name, self.attributes.text("gen_ai.tool.description"), schema, schema),)
        if "gen_ai.tool.definitions" in self.attributes:
            return self.repeated("gen_ai.tool.definitions", tool_specs.read_tools)
        parameters = self.attributes.json("model_request_parameters")
        if not isinstance(parameters, dict):
            return _genai_contents.tools(self.attributes) if self.kind is Kind.MODEL_CALL else None
        offered = [*(parameters.get("function_tools") or ()), *(parameters.get("output_tools") or ())]
        # pydantic-ai names the schema in its own way.
        return tool_specs.read_tools([_with_schema(tool) for tool in offered if isinstance(tool, dict)])

    @lazy
    def params(self) -> Mapping[str, Json]:
        if self.kind is not Kind.MODEL_CALL:
            return {}
        params = {}
        for key in self.attributes.undecoded:
            if key.startswith("gen_ai.request."):
                name = key.removeprefix("gen_ai.request.")
                name = _PARAMS.get(name, name)
                value = self.attributes[key]
                if name and value is not None:
                    params[name] = value
        return params

    @lazy
    def call(self) -> ToolCall | None:
        if self.kind is not Kind.TOOL_EXECUTION:
            return None
        id_ = self.attributes.text("gen_ai.tool.call.id", *_genai_contents.CALL_IDS) or loose.text(
            self._message.get("tool_call_id")
        )
        name = self.attributes.text(*_TOOL_NAMES) or self.span.name.removesuffix(".tool")
        key = self._first(*_GIVEN)
        if key is None:
            told = _genai_events.given(self.events)
            return ToolCall(id_, name) if told is None else arguments.call_from_any(id_, name, told)
        value = self.attributes[key]
        if isinstance(value, str) and not any(map(value.__contains__, _WRAPPER_KEYS)):
            return arguments.call_from_raw(id_, name, value)
        wrapped = parsed(value)
        if isinstance(wrapped, dict) and not _WRAPPER_KEYS.isdisjoint(wrapped):
            return ToolCall(id_, name, _unwrapped(wrapped))
        return arguments.call_from_any(id_, name, value)

    @lazy
    def has_result(self) -> bool:
        return self.kind is Kind.TOOL_EXECUTION and (self._result_key is not None or self._told is not None)

    @lazy
    def _told(self) -> Json:
        return _genai_events.returned(self.events)

    @lazy
    def result(self) -> Json:
        if not self.has_result:
            return None
        if self._result_key is None:
            return parsed(self._told)
        value = self.attributes.json(self._result_key)
        if self._message:
            return parsed(self._message.get("content"))
        if self._result_key == "traceloop.entity.output" and isinstance(value, dict) and "output" in value:
            return parsed(value["output"])
        return value

    @lazy
    def error(self) -> str:
        error = super().error or error_in(self._message)
        is_told = self.attributes.get(_genai_contents.IS_ERROR) is True and isinstance(self.result, str)
        return str(self.result) if is_told and not error else error

    @lazy
    def _message(self) -> dict[str, Json]:
        """LangChain's own message of what the tool returned; empty where the result stands by itself."""
        if self.kind is not Kind.TOOL_EXECUTION or self._result_key is None:
            return {}
        return tool_message(self.attributes.json(self._result_key))

    @lazy
    def _result_key(self) -> str | None:
        return self._first(*_GAVE)

    def _first(self, *keys: str) -> str | None:
        known = self.attributes.undecoded
        for key in keys:
            if key in known:
                return key
        return None

    @lazy
    def input(self) -> Json:
        if self.kind in {Kind.MODEL_CALL, Kind.TOOL_EXECUTION}:
            return None
        key = self._first(
            "gen_ai.handoff.from_agent",
            "gen_ai.input.messages",
            "pydantic_ai.all_messages",
            "gen_ai.task.input",
            "gen_ai.retrieval.query.text",
            "traceloop.entity.input",
        )
        return self.attributes.json(key) if key else _genai_events.content_of(self.events, prompts=True)

    @lazy
    def output_value(self) -> Json:
        if self.kind in {Kind.MODEL_CALL, Kind.TOOL_EXECUTION}:
            return None
        key = self._first(
            "gen_ai.handoff.to_agent",
            "final_result",
            "gen_ai.output.messages",
            "gen_ai.task.output",
            "gen_ai.retrieval.documents",
            "traceloop.entity.output",
        )
        return self.attributes.json(key) if key else _genai_events.content_of(self.events, prompts=False)

    @lazy
    def usage(self) -> Usage:
        if self.kind is not Kind.MODEL_CALL:
            return Usage()  # on other spans these are sums of what the model calls below them say
        whole_of = self.attributes.whole
        return Usage(
            whole_of(*INPUT_TOKENS),
            whole_of(*OUTPUT_TOKENS),
            whole_of(
                "gen_ai.usage.cache_read.input_tokens",
                "gen_ai.usage.cache_read_input_tokens",
                "gen_ai.usage.cached_input_tokens",  # Mastra
            ),
            whole_of(
                "gen_ai.usage.reasoning.output_tokens",
                "gen_ai.usage.reasoning_tokens",
                "gen_ai.usage.details.reasoning_tokens",
            ),
        )

    @lazy
    def response_model(self) -> str:
        return self.attributes.text("gen_ai.response.model")

    @lazy
    def provider(self) -> str:
        return self.attributes.text("gen_ai.provider.name", "gen_ai.system").lower()


def _with_schema(tool: dict[str, Json]) -> Json:
    return {**tool, "parameters": tool.get("parameters_json_schema", tool.get("parameters"))}


def _unwrapped(wrapper: dict[str, Json]) -> Json:
    if "inputs" in wrapper:
        return parsed(wrapper["inputs"])
    if wrapper.keys() == {"args", "kwargs"} and not wrapper["args"]:  # AgentOps
        return wrapper["kwargs"]
    text = wrapper.get("input_str")
    literal = python_literal(text) if isinstance(text, str) else None
    return parsed(text) if literal is None else literal
