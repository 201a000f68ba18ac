"""Messages: what is said to a model and what it says back.

The shape is OpenTelemetry GenAI's (`{role, parts}`): the only one of the common shapes in which order of text
and tool calls inside one message is kept. Values are immutable; JSON inside them must be treated as such.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""A JSON value as `orjson.loads` gives it. A recursive union would have to be narrowed at every use for no gain."""


class Role(StrEnum):
    SYSTEM = "system"
    DEVELOPER = "developer"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
    UNKNOWN = "unknown"
    """The writer gave a role that none of ours stands for."""


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """What the model thought aloud. `signature` belongs to the provider: altered or moved, it is refused."""

    text: str
    signature: str = ""


@dataclass(frozen=True, slots=True)
class ParseProblem:
    """Why `ToolCall.raw` is not JSON: the parser's words and the offset in characters, -1 where unknown.

    `truncated` tells text that stops in the middle (token limit, attribute limit) from text that is wrong.
    """

    message: str
    offset: int = -1
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model's *request* for a tool. The step in which the tool ran is a `ToolExecution`.

    `raw` is the byte-exact text of the arguments where the format kept it, None where it kept only the parsed
    value. `arguments` is the parsed value, None when `problem` says why there is none. Where all three are None
    nobody recorded with what the tool was called: instrumentations are often told to leave contents out.
    """

    id: str
    name: str
    arguments: Json = None
    raw: str | None = None
    problem: ParseProblem | None = None

    @property
    def has_arguments(self) -> bool:
        """Whether the arguments were recorded, as whatever they are."""
        return self.arguments is not None or self.raw is not None or self.problem is not None


@dataclass(frozen=True, slots=True)
class ToolResponse:
    """What came back for the tool call with this id. Ids may repeat within a trace: pair by position first."""

    id: str
    result: Json
    name: str = ""
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Media:
    """An image, a sound, a file: described, never fetched. `data` is base64 text or empty."""

    kind: str
    mime_type: str = ""
    uri: str = ""
    data: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class OtherPart:
    """A part that none of ours stands for, kept as it came."""

    value: Json


Part: TypeAlias = Text | Reasoning | ToolCall | ToolResponse | Media | OtherPart


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    parts: tuple[Part, ...] = ()
    name: str = ""
    finish_reason: str = ""

    @property
    def text(self) -> str:
        """All text parts joined by a newline; reasoning is not text."""
        return "\n".join([part.text for part in self.parts if isinstance(part, Text)])

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        return tuple([part for part in self.parts if isinstance(part, ToolCall)])

    @property
    def tool_responses(self) -> tuple[ToolResponse, ...]:
        return tuple([part for part in self.parts if isinstance(part, ToolResponse)])


def text_message(role: Role, text: str) -> Message:
    return Message(role, (Text(text),))
