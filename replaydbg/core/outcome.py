"""What the world answered: a value, never an exception, so that no sibling's answer is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from replaydbg.core.message import Json, Message
from replaydbg.core.step import NO_USAGE, Usage


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's answer. `interrupted` marks what had come when the connection or the person cut it off."""

    message: Message
    model: str = ""
    usage: Usage = NO_USAGE
    duration_ms: float = 0.0
    interrupted: bool = False
    raw: Json = None


@dataclass(frozen=True, slots=True)
class ToolResult:
    result: Json
    is_error: bool = False
    duration_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Failed:
    """The world refused. `kind` is one word for programs: auth, rate-limit, timeout, network, server, request, tool,
    arguments (a binding needs others), or UNFIT.
    """

    kind: str
    message: str
    retryable: bool = False


UNFIT = "unfit"
"""The kind of a call whose arguments break the tool's schema: every runtime refuses it and tells the model why."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Nothing was asked: not allowed, not bound, over a bound, or stopped. `reason` is a sentence with what would help."""

    reason: str


Outcome: TypeAlias = Reply | ToolResult | Failed | Skipped
