"""OpenLLMetry attributes as they were before 2026: `gen_ai.prompt.<i>.*`, `gen_ai.completion.<i>.*`."""

from __future__ import annotations

from replaydbg.core.message import Json, Message, Part, Reasoning, Role, ToolResponse
from replaydbg.core.step import Kind
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _dialect_genai
from replaydbg.readers._attributes import numbered, parsed
from replaydbg.readers._lazy import lazy
from replaydbg.readers._span import merged
from replaydbg.wire import arguments, genai, tool_specs

WANTED = frozenset({"gen_ai.prompt.0.role", "gen_ai.completion.0.role"})

facts = _dialect_genai.facts
COUNTS = _dialect_genai.COUNTS


class Body(_dialect_genai.Body):
    @lazy
    def messages(self) -> tuple[Message, ...] | None:
        prompt = numbered(self.attributes.below("gen_ai.prompt"))
        if self.kind is not Kind.MODEL_CALL or not prompt:
            return None
        return tuple(_message(item) for item in prompt)

    @lazy
    def output(self) -> Message | None:
        completion = numbered(self.attributes.below("gen_ai.completion"))
        if self.kind is not Kind.MODEL_CALL or not completion:
            return None
        return merged([_message(item) for item in completion])

    @lazy
    def tools(self) -> tuple[ToolSpec, ...] | None:
        functions = numbered(self.attributes.below("llm.request.functions"))
        return tool_specs.read_tools(functions) if functions else None


def _message(item: Json) -> Message:
    if not isinstance(item, dict):
        return genai.read_message(item)
    role, content = genai.role(item.get("role")), parsed(item.get("content"))
    finish = item.get("finish_reason")
    if role is Role.TOOL:
        response = ToolResponse(str(item.get("tool_call_id") or ""), item.get("content"))
        return Message(role, (response,))
    parts: list[Part] = []
    if isinstance(item.get("reasoning"), str):
        parts.append(Reasoning(item["reasoning"]))
    if _are_parts(content):
        parts += genai.read_parts(content)
    elif item.get("content"):
        parts += genai.read_parts(item["content"])
    for call in numbered(item.get("tool_calls")):
        if isinstance(call, dict):
            id_, name = str(call.get("id") or ""), str(call.get("name") or "")
            parts.append(arguments.call_from_any(id_, name, call.get("arguments")))
    return Message(role, tuple(parts), finish_reason=finish if isinstance(finish, str) else "")


def _are_parts(content: Json) -> bool:
    """Whether a content that was JSON is a list of parts, and not a text that happens to be JSON."""
    return isinstance(content, list) and all(isinstance(part, dict) and "type" in part for part in content)
