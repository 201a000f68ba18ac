"""Effect against noise: a model says something else each time, so one better answer after an edit proves little.

The edited branch is re-run a number of times, and so is the step as it was; each run is judged by an oracle. What is said
of the difference is what the numbers carry, and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from math import comb, sqrt

from replaydbg.core.branch import Edit
from replaydbg.core.step import Kind
from replaydbg.graph.facts import Facts
from replaydbg.replay.edits import apply_edits
from replaydbg.replay.sources import Recordings

Z = 1.96
"""Standard normal quantile of a 95 % interval."""

ERROR_MAX = 0.05
"""How often chance alone may look like an effect."""

PAIRS_COUNTED_MAX = 1000
"""Beyond so many pairs of runs the interval of the difference is true enough; below it chance is counted out."""

_RATES = [rate / 100 for rate in range(1, 51)]
"""Those beyond one half give the same."""

SAMPLES_SOUGHT_MAX = 1000
"""More would hardly be run for one question."""


@dataclass(frozen=True, slots=True)
class Arm:
    """Of so many runs that came to an end, those in which the oracle held."""

    held: int
    judged: int

    @property
    def rate(self) -> float:
        return self.held / self.judged if self.judged else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.held, self.judged)


@dataclass(frozen=True, slots=True)
class Judged:
    """What one oracle, in the words of the person, or all of them together made of the runs; `control` are those as it was."""

    words: str
    edited: Arm
    control: Arm | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What many runs of some edits came to, as it is kept: the branches of its runs do not tell of those as it was."""

    parent: str
    """The id of the branch that the edits are of; "" for the recording."""
    edits: tuple[Edit, ...]
    rows: tuple[Judged, ...]
    done: tuple[int, int]
    """Runs with the edits, and as it was."""
    wanted: tuple[int, int]
    calls: int = 0
    tokens: int = 0
    cost_usd: float = 0.0
    seconds: float = 0.0
    lost: tuple[str, ...] = ()
    """Why runs were not judged, a sentence for each."""
    ended: str = ""
    """Why no more were made than were made; "" where all were."""


def wilson(held: int, judged: int) -> tuple[float, float]:
    """The 95 % score interval of a rate (Wilson 1927): honest where runs are few and rates near 0 or 1."""
    if not judged:
        return 0.0, 1.0
    rate, square = held / judged, Z * Z / judged
    middle = (rate + square / 2) / (1 + square)
    half = Z * sqrt(rate * (1 - rate) / judged + square / (4 * judged)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def difference(edited: Arm, control: Arm) -> tuple[float, float]:
    """The 95 % interval of how much more often the oracle holds with the edit (Newcombe 1998, method 10)."""
    (low, high), (low_c, high_c) = edited.interval, control.interval
    gap = edited.rate - control.rate
    return (
        gap - sqrt((edited.rate - low) ** 2 + (high_c - control.rate) ** 2),
        gap + sqrt((high - edited.rate) ** 2 + (control.rate - low_c) ** 2),
    )


def by_chance(edited: Arm, control: Arm) -> float:
    """How often arms of one and the same rate, whichever that is, come out at least as far apart as these (Barnard 1947).

    Of very few runs the interval says too much: two that held of two, and none of two, is one chance in eight.
    """
    gap = abs(edited.rate - control.rate) - 1e-9
    apart = [
        [abs(one / edited.judged - other / control.judged) >= gap for other in range(control.judged + 1)]
        for one in range(edited.judged + 1)
    ]
    return max(
        sum(
            likely * sum(compress(others, row))
            for likely, row in zip(_binomial(edited.judged, rate), apart, strict=True)
        )
        for rate in _RATES
        for others in (_binomial(control.judged, rate),)
    )


def _binomial(runs: int, rate: float) -> list[float]:
    return [comb(runs, held) * rate**held * (1 - rate) ** (runs - held) for held in range(runs + 1)]


def tells(edited: Arm, control: Arm) -> bool:
    """Whether the runs tell the two apart."""
    low, high = difference(edited, control)
    if low <= 0 <= high:
        return False
    return edited.judged * control.judged > PAIRS_COUNTED_MAX or by_chance(edited, control) <= ERROR_MAX


def samples_needed(edited: Arm, control: Arm) -> int | None:
    """Runs of each after which these rates would tell the two apart; None where they would not within reason."""
    if not edited.judged or not control.judged or edited.rate == control.rate:
        return None
    for runs in range(1, SAMPLES_SOUGHT_MAX + 1):
        one, other = (Arm(round(arm.rate * runs), runs) for arm in (edited, control))
        if tells(one, other):
            return runs
    return None


def fewest_that_tell(runs: int) -> int | None:
    """In how many more of so many runs of each the oracle must hold for the edit to be told from chance, at the least.

    None where not even all of them against none would tell: then more runs are needed, whatever comes of them.
    """
    return next((held for held in range(1, runs + 1) if tells(Arm(held, runs), Arm(0, runs))), None)


def verdict(edited: Arm, control: Arm | None) -> str:
    """A sentence: what the runs show, or that they are too few to tell."""
    if not edited.judged:
        return "no run with the edit came to its end: nothing can be told"
    if control is None or not control.judged:
        return "without a control nobody can tell the edit from chance: re-run the step as it was, too (--control N)"
    low, high = difference(edited, control)
    told = tells(edited, control)
    if told and low > 0:
        return f"the edit helps: the oracle holds {low:.0%} to {high:.0%} more often"
    if told:
        return f"the edit harms: the oracle holds {-high:.0%} to {-low:.0%} less often"
    needed = samples_needed(edited, control)
    if needed is None:
        return "too few runs to tell the edit from chance, or there is no difference"
    return f"too few runs to tell the edit from chance: about {needed} of each would, if the rates stay so"


def control_rows(facts: Facts, edits: Sequence[Edit]) -> frozenset[int]:
    """The model calls that the edits change first, to be asked again as they were. A changed result is told to the next.

    Raises EditRefusedError and StepNotFound for edits that do not fit.
    """
    edited = apply_edits(facts, edits)
    recordings = Recordings(facts)
    rows = set(edited.prompts) | set(edited.replies)
    for ran in edited.results:
        place = facts.index.call_of(ran)
        follower = recordings.main(place.row) if place is not None else None
        if follower is not None and place is not None and place.row not in rows:
            rows.add(follower)
    return frozenset(row for row in rows if facts.trace.kind(row) is Kind.MODEL_CALL)
