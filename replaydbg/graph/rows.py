"""What one visible row of a call chain is: the steps it stands for, and its lanes."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Final

from replaydbg import limits
from replaydbg.graph.folds import Fold

FREE = -1
OVERFLOW: Final[int] = limits.LANES_MAX
"""The column of steps that found no free lane: they share it, and no line is drawn for them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One visible row: the steps from `row` to `end` (not included), of which only the first, or none, is shown whole."""

    row: int
    end: int
    fold: Fold | None = None
    """Set for the header of a fold; `opened` says whether its steps follow."""
    opened: bool = False
    closed: bool = False
    """Whether this step hides the steps below it."""
    inside: Fold | None = None
    """The innermost open fold around the row."""
    stretch: bool = False
    """Whether it stands for all its steps alike, as from farther away (`graph.zoom`)."""

    @property
    def summed(self) -> bool:
        """Whether it tells the sum of its steps, and not of the first one."""
        return self.fold is not None or self.stretch


@dataclass(frozen=True, slots=True)
class Laid:
    """An entry with its lanes. `before` and `after` are the edges on each lane above and below it, FREE where empty.

    `merges` and `forks` are the lanes that end in, or begin at, the step on `lane`; `more` says that some found no
    lane. `lane` is FREE for the header of an open fold, which nothing goes on from.
    """

    entry: Entry
    lane: int
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    merges: tuple[int, ...] = ()
    forks: tuple[int, ...] = ()
    more: bool = False
    header_lane: int = FREE
    """Of the header of an open fold: the lane on which its first step is going to stand."""

    @property
    def width(self) -> int:
        """Lanes that the row takes."""
        return max(len(self.before), len(self.after), self.lane + 1, self.header_lane + 1, 1)


@dataclass(frozen=True, slots=True)
class FoldState:
    """What a person opened and closed, in names that outlive a reload: ids of first steps, rounds of folds."""

    opened: frozenset[tuple[str, int]] = frozenset()
    closed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Layout:
    """All visible rows for what is opened and closed, made apart from the chain that takes it."""

    opened: set[int]
    closed: set[int]
    entries: array[int]
    inside: array[int]
