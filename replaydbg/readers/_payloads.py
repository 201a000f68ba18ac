"""What applications hand to a platform as input and output of a step: arguments and tool offers in all their wrappings."""

from __future__ import annotations

from replaydbg import limits
from replaydbg.core.message import Json, ToolCall
from replaydbg.core.tool import ToolSpec
from replaydbg.readers._attributes import parsed
from replaydbg.readers._span import python_literal
from replaydbg.wire import arguments, loose, tool_specs


def unwrapped(value: Json) -> Json:
    """The value behind JSON in JSON in JSON, as deep as platforms encode it."""
    for _ in range(limits.JSON_IN_JSON_LEVELS_MAX):
        inner = parsed(value)
        if inner is value:
            break
        value = inner
    return value


def call_of(id_: str, name: str, value: Json) -> ToolCall:
    """A tool call whose arguments were recorded as a value, in one of the wrappings that recorders put around them."""
    known = unwrapped(value)
    if known is None:
        return ToolCall(id_, name)
    if isinstance(known, str):
        if arguments.is_redacted(known):
            return arguments.call_from_raw(id_, name, known)
        literal = python_literal(known)  # LangChain's `str(inputs)`
        return ToolCall(id_, name, known if literal is None else literal)
    if isinstance(known, dict):
        if known.keys() == {"args", "kwargs"} and not known["args"]:  # a decorated function
            return ToolCall(id_, name, known["kwargs"])
        inner = unwrapped(known.get("input"))
        if known.keys() == {"input"}:
            if isinstance(inner, dict):
                return ToolCall(id_, name, inner)
            literal = python_literal(inner) if isinstance(inner, str) else None
            if literal is not None:
                return ToolCall(id_, name, literal)
    return ToolCall(id_, name, known)


def tools_of(offers: Json) -> tuple[ToolSpec, ...]:
    """The tools among the offers, however they are wrapped; none where these are no offers."""
    found = unwrapped(offers)
    return tool_specs.read_tools([_offer(item) for item in found]) if isinstance(found, list) else ()


def offers_among(messages: Json) -> list[Json]:
    """Langfuse's LangChain callback writes the tools that were offered as messages of role *tool* behind the others."""
    return [item["content"] for item in loose.sequence(messages) if _is_offer(item)]


def without_offers(messages: Json) -> Json:
    """The messages that are none of `offers_among`."""
    if not isinstance(messages, list) or not any(map(_is_offer, messages)):
        return messages
    return [item for item in messages if not _is_offer(item)]


def _is_offer(message: Json) -> bool:
    content = loose.mapping(message).get("content")
    if not isinstance(content, dict) or message.get("role") != "tool" or message.get("tool_call_id"):
        return False
    return content.get("type") == "function" and isinstance(content.get("function"), dict)


def _offer(item: Json) -> Json:
    offer = unwrapped(item)
    literal = python_literal(offer) if isinstance(offer, str) else None
    return offer if literal is None else literal


def without_nulls(schema: Json) -> Json:
    """The schema without the keywords that pydantic wrote as null because nobody had set them: null is no keyword's value."""
    if isinstance(schema, dict):
        return {key: without_nulls(value) for key, value in schema.items() if value is not None}
    if isinstance(schema, list):
        return [without_nulls(item) for item in schema]
    return schema


def tool_message(returned: Json) -> dict[str, Json]:
    """The tool message that LangChain makes of what a tool returned, in any of its dumps; empty where there is none."""
    whole = loose.mapping(returned)
    if whole.keys() <= {"output", "kwargs"}:  # as its callbacks hand it over
        whole = loose.mapping(parsed(whole.get("output")))
    said = loose.mapping(whole.get("kwargs", whole.get("data", whole)))
    return said if isinstance(said.get("tool_call_id"), str) and "content" in said else {}


def error_in(message: dict[str, Json]) -> str:
    """What failed, where a tool message says that something did."""
    return loose.text(message.get("content")) or "error" if message.get("status") == "error" else ""
