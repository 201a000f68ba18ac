"""From which numbers on a run of turns is a loop of its kind; why, is on the page of each rule.

They were weighed on labelled situations (`tests.support.situations`) and on public trajectories: a look back after the run may be
keener than a guard inside it, since a false alarm costs a glance and not an aborted run.
"""

from __future__ import annotations

from dataclasses import dataclass

from replaydbg.config import threshold


@dataclass(frozen=True, slots=True)
class NoProgress:
    rounds_min: int = threshold(3, least=2)
    turns_of_two_rounds_min: int = threshold(6, least=4)
    """Of a round that is longer than one turn, from its second time on."""


@dataclass(frozen=True, slots=True)
class ErrorLoop:
    rounds_min: int = threshold(3, least=2)


@dataclass(frozen=True, slots=True)
class RepeatedCall:
    rounds_min: int = threshold(5, least=2)
    rounds_failed_min: int = threshold(3, least=2)
    """When the last one failed."""
    novelty_max: float = threshold(0.5, most=1.0)
    """Share of different outcomes up to which nothing moves."""
    waiting_rounds_min: int = threshold(10, least=2)
    """Of equal answers to a call that gets another one in the end: so long is asked in vain before it is said."""


@dataclass(frozen=True, slots=True)
class Thrash:
    rounds_min: int = threshold(4, least=2)
    failed_min: float = threshold(0.5, most=1.0)
    """Share of failed turns from which calls are guesses."""


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    rounds_min: int = threshold(4, least=2)
    likeness_min: float = threshold(0.6, most=1.0)
    """1 less the edit distance of the arguments that changed, as a share of their length."""
    failed_min: float = threshold(0.5, most=1.0)


@dataclass(frozen=True, slots=True)
class Recurrence:
    times_min: int = threshold(4, least=2)


@dataclass(frozen=True, slots=True)
class PingPong:
    rounds_min: int = threshold(3, least=2)
    novelty_max: float = threshold(0.3, most=1.0)
    """Share of new words and outcomes, after the first round, below which agents only pass the task around."""
    period_max: int = threshold(6, least=2, most=32)
