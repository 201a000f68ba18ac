"""The words between replay and its drivers: what is asked, within which bounds, how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from replaydbg import limits
from replaydbg.core.branch import Provenance
from replaydbg.core.outcome import Outcome
from replaydbg.core.request import ModelRequest, ToolRequest
from replaydbg.core.step import Usage
from replaydbg.core.tool import ToolSpec

Request: TypeAlias = ModelRequest | ToolRequest


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the world. `id` is the id that the answering step will have in the branch.

    `row` is the recorded row that the step stands for, None where the recording has none; `why` is a sentence.
    """

    id: str
    request: Request
    row: int | None
    why: str
    spec: ToolSpec | None = None
    """Of a tool that is to run: how it was offered with the request that the call came from, if it was."""
    over: tuple[str, str] | None = None
    """Kind and sentence of the bound that asking a model would pass: then no model is asked, whoever else may answer."""
    unproven: bool = False
    """Whether the recording answers an equal call, and nothing proves that it would be so again: that is the answer, if this is `Skipped`."""


Pricing: TypeAlias = Callable[[str, Usage], float | None]
"""USD for a call to the model that took so many tokens; None where no price is known."""


def unpriced(_model: str, _usage: Usage) -> float | None:
    return None


@dataclass(frozen=True, slots=True)
class Policy:
    """What the person allows. Bounds count live model calls; where one is hit nothing more is asked."""

    calls_max: int = limits.REPLAY_CALLS_MAX
    tokens_max: int = limits.REPLAY_TOKENS_MAX
    cost_max_usd: float | None = None
    price: Pricing = field(default=unpriced, repr=False)
    """A live call that has no price counts as free: refuse `cost_max_usd` before, if that matters."""
    model: str = ""
    """Who is asked instead of the recorded models; "" asks those."""
    again: frozenset[int] = frozenset()
    """Model calls that are asked again as they were recorded: by choice, or to see how much answers differ by themselves."""
    kept: frozenset[int] = frozenset()
    """Steps that a person keeps although nothing proves that the edits leave them alone."""
    afresh: bool = False
    """Whether recorded replies serve nothing that is re-run: each sample is to be one of its own."""
    tell_failures: bool = False
    """Whether the model is told of a tool that failed, as its result; otherwise the thread stops there. Of arguments that
    break the schema it is always told: that is no failure of the world, and what a runtime does.
    """


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a re-run has come. `tokens` are as reported, or estimated where a reply reports none."""

    live_calls: int = 0
    tokens: int = 0
    cost_usd: float = 0.0
    waiting: int = 0
    """Questions that are not answered yet."""
    steps: int = 0
    """Steps of the branch so far that are not simply taken over."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a lane waits for: answers to all of `asked`, or that `ready` says yes."""

    asked: tuple[Asked, ...] = ()
    ready: Callable[[], bool] | None = None


class Given(NamedTuple):
    """An answer. `paid` says that it was given and counted in an earlier re-run."""

    outcome: Outcome
    provenance: Provenance
    paid: bool = False


Answers: TypeAlias = Mapping[str, Given]
