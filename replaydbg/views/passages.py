"""Finding words inside a text of blocks, in what is folded as well: the text is looked through with all folds open.

A `Whole` is that text. What is on the screen is it without the blocks inside of closed folds, so a place in one is a
place in the other (`Laid`).
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from replaydbg.views.blocks import Block, Folds


@dataclass(frozen=True, slots=True)
class _AllOpen(Folds):
    """Every fold is open, and it is kept in mind which would be so by itself."""

    usual: dict[str, bool] = field(default_factory=dict, compare=False)

    def is_open(self, name: str, usual: bool) -> bool:
        self.usual[name] = usual
        return True


class Laid:
    """Which blocks of a whole are shown: `begins` and `ends` are the stretches that are hidden, in order."""

    def __init__(self, stretches: Iterable[tuple[int, int]]) -> None:
        self._begins, self._ends, self._before = array("q"), array("q"), array("q")
        self._hidden = array("q", [0])
        """Blocks shown before each stretch, and hidden before and in it."""
        for begin, end in stretches:
            self._before.append(begin - self._hidden[-1])
            self._hidden.append(self._hidden[-1] + end - begin)
            self._begins.append(begin)
            self._ends.append(end)

    def shown_at(self, block: int) -> int | None:
        """The number of the block among those that are shown; None where it is hidden."""
        at = bisect_right(self._begins, block)
        return None if at and block < self._ends[at - 1] else block - self._hidden[at]

    def whole_at(self, number: int) -> int:
        """The number in the whole of a block that is shown."""
        return number + self._hidden[bisect_right(self._before, number)]


class Whole:
    """The text of a source with all folds open, as far as `read` has been driven.

    What a fold hides is one stretch of blocks; of the stretches only those matter that are closed.
    """

    def __init__(self, source: Callable[[Folds, int], Iterator[Block]], width: int) -> None:
        self.texts: list[str] = []
        self.complete = False
        self._folds = _AllOpen()
        self._blocks = source(self._folds, width)
        self._names: list[str] = []
        self._begins, self._ends, self._around = array("q"), array("q"), array("q")
        """Stretches by their beginning: the fold, its first block and the one after its last, the stretch around it."""
        self._closed = array("q")
        """Those that are closed by themselves."""
        self._of_fold: dict[str, int] = {}
        self._starts, self._inside = array("q", [0]), array("q", [-1])
        """Runs of blocks in the same stretch: the first block, and the stretch, -1 for none."""

    def read(self) -> Iterator[int]:
        """Makes the next block; gives its number."""
        open_ones: dict[str, int] = {"": -1}
        inside = ""
        for block in self._blocks:
            if block.inside != inside:
                inside = block.inside
                self._enter(inside, open_ones)
            self.texts.append(block.text)
            yield len(self.texts) - 1
        self._enter("", open_ones)
        self.complete = True

    def _enter(self, fold: str, open_ones: dict[str, int]) -> None:
        """From here on blocks are inside this fold: in one of those around, or in a new one."""
        here = len(self.texts)
        if fold in open_ones:
            while next(reversed(open_ones)) != fold:
                self._ends[open_ones.popitem()[1]] = here
        else:
            number, usual = len(self._names), self._folds.usual.get(fold, True)
            self._around.append(next(reversed(open_ones.values())))
            self._begins.append(here)
            self._ends.append(_NOT_YET)
            if not usual:
                self._closed.append(number)
            self._of_fold[fold] = number
            self._names.append(fold)
            open_ones[fold] = number
        self._inside.append(open_ones[fold])
        self._starts.append(here)

    def laid(self, folds: Folds) -> Laid:
        """What these folds show of what has been read."""
        count = len(self._names)
        turned = {self._of_fold[name] for name in folds.turned if name in self._of_fold}
        if folds.all_open is None:
            closed = sorted(turned.symmetric_difference(self._closed))
        else:
            closed = sorted(turned) if folds.all_open else [at for at in range(count) if at not in turned]
        return Laid(self._outermost(closed))

    def _outermost(self, closed: Iterable[int]) -> Iterator[tuple[int, int]]:
        last = -1
        for at in closed:
            begin, end = self._begins[at], self._ends[at]
            if begin >= last:
                last = end
                yield begin, end

    def opened(self, block: int, folds: Folds) -> Folds:
        """The folds with those open that hide the block."""
        at = self._inside[bisect_right(self._starts, block) - 1]
        while at >= 0:
            name = self._names[at]
            if not folds.is_open(name, self._folds.usual.get(name, True)):
                folds = folds.toggled(name)
            at = self._around[at]
        return folds


_NOT_YET = 1 << 60
"""Where a stretch ends whose end has not been read."""
