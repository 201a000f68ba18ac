"""Steps: units of work of a run. Built from the columns of a `Trace` when somebody looks; see `core.trace`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from replaydbg.core.message import Json, Message, ToolCall
from replaydbg.core.tool import ToolSpec


class Kind(StrEnum):
    """The kinds of step, in the words of the JSON output. `KINDS` gives them their number in the columns."""

    MODEL_CALL = "model-call"
    TOOL_EXECUTION = "tool-execution"
    AGENT_INVOCATION = "agent-invocation"
    RETRIEVAL = "retrieval"
    HANDOFF = "handoff"
    OPAQUE = "opaque"


KINDS: tuple[Kind, ...] = tuple(Kind)


class Status(StrEnum):
    UNSET = "unset"
    OK = "ok"
    ERROR = "error"


STATUSES: tuple[Status, ...] = tuple(Status)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one model call. None means not recorded, 0 means zero. Cached tokens are counted inside input."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    reasoning_tokens: int | None = None


NO_USAGE = Usage()
"""Nothing recorded."""


class Body(Protocol):
    """What a step said and was told. None means *not recorded*; an empty tuple means *recorded, and empty*.

    Readers of large formats hand out objects that decode each attribute when it is asked for; `PlainBody` is the
    ready-made one.
    """

    @property
    def messages(self) -> Sequence[Message] | None:
        """The whole prompt of a model call, system messages included: a tuple, or a `core.history.History`."""

    @property
    def output(self) -> Message | None:
        """The reply of a model call."""

    @property
    def tools(self) -> tuple[ToolSpec, ...] | None:
        """The tools offered with this model call."""

    @property
    def params(self) -> Mapping[str, Json]:
        """temperature, max_tokens, ... by OpenAI Chat Completions names."""

    @property
    def call(self) -> ToolCall | None:
        """The tool call that a tool execution ran."""

    @property
    def has_result(self) -> bool:
        """Whether a result was recorded: a tool may well return null."""

    @property
    def result(self) -> Json:
        """What the tool returned."""

    @property
    def input(self) -> Json:
        """Input of a step of another kind, as recorded; None where it was not."""

    @property
    def output_value(self) -> Json:
        """Output of a step of another kind, as recorded; None where it was not."""

    @property
    def error(self) -> str:
        """What went wrong, in the recording's words."""

    @property
    def usage(self) -> Usage: ...

    @property
    def response_model(self) -> str:
        """The model that answered, where recorded apart from the model that was asked."""

    @property
    def provider(self) -> str:
        """openai, anthropic, ... by OTel's `gen_ai.provider.name`."""

    @property
    def raw(self) -> Json:
        """The step as its format wrote it."""


@dataclass(frozen=True, slots=True)
class PlainBody:
    """A body whose parts are all there. For small formats, branches and tests."""

    messages: Sequence[Message] | None = None
    output: Message | None = None
    tools: tuple[ToolSpec, ...] | None = None
    params: Mapping[str, Json] = field(default_factory=dict)
    call: ToolCall | None = None
    has_result: bool = False
    result: Json = None
    input: Json = None
    output_value: Json = None
    error: str = ""
    usage: Usage = NO_USAGE
    response_model: str = ""
    provider: str = ""
    raw: Json = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step, whole: the facts of the columns and the decoded body.

    `number` counts from 1 in the order of the screen (pre-order); times are Unix nanoseconds, None if not recorded.
    """

    number: int
    id: str
    parent_id: str | None
    kind: Kind
    name: str
    agent: str
    model: str
    started_ns: int | None
    ended_ns: int | None
    status: Status
    cost_usd: float | None
    body: Body

    @property
    def duration_ms(self) -> float | None:
        if self.started_ns is None or self.ended_ns is None:
            return None
        return (self.ended_ns - self.started_ns) / 1e6

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls a model call asked for, or the one call that a tool execution ran."""
        if self.kind is Kind.TOOL_EXECUTION:
            return (self.body.call,) if self.body.call else ()
        return self.body.output.tool_calls if self.body.output else ()
