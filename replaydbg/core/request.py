"""What replay asks of the world: a model call or a tool run, named by the digest of what matters in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from replaydbg.core.digest import digest
from replaydbg.core.message import Json, Media, Message, OtherPart, Reasoning, Text, ToolCall, ToolResponse
from replaydbg.core.tool import ToolSpec


@dataclass(eq=False, slots=True)
class Sent:
    """The body of a recorded request, in the provider's `shape`: chat, anthropic, responses or google."""

    shape: str
    body: Json
    rewritten: Any = None
    """What would be written of it here, once somebody has: it is held against every request that goes on from it."""


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One question to a model. `params` by OpenAI Chat Completions names; unknown ones are kept and resent."""

    model: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    params: Mapping[str, Json] = field(default_factory=dict)
    provider: str = ""
    sent: Sent | None = field(default=None, compare=False, repr=False)
    """The recorded request that this one comes of, for what it holds that nobody here knows (`wire.verbatim`)."""

    def digest(self) -> str:
        """Equal for requests that must get the same recorded reply: model, messages, tools and parameters."""
        tools = [[tool.name, tool.description, tool.schema] for tool in self.tools]
        messages = [message_document(message) for message in self.messages]
        return digest([self.model, messages, tools, dict(self.params)])


@dataclass(frozen=True, slots=True)
class ToolRequest:
    """One tool to run, for the tool call `call` of a model."""

    call: ToolCall

    def digest(self) -> str:
        """Equal for calls with the same name and arguments: their ids are chance."""
        return call_digest(self.call)


def call_digest(call: ToolCall) -> str:
    return digest([call.name, call.raw if call.problem else call.arguments])


def message_document(message: Message) -> Json:
    """The message as canonical plain data: what digests and comparisons of messages look at."""
    return [str(message.role), message.name, [_part_document(part) for part in message.parts]]


def _part_document(part: Any) -> Json:
    match part:
        case Text(text):
            return ["text", text]
        case Reasoning(text):
            return ["reasoning", text]
        case ToolCall():
            return ["tool_call", part.id, part.name, part.raw if part.problem else part.arguments]
        case ToolResponse():
            return ["tool_response", part.id, part.result, part.is_error]
        case Media():
            return ["media", part.kind, part.mime_type, part.uri, part.data]
        case OtherPart(value):
            return ["other", value]
    raise TypeError(type(part).__name__)
