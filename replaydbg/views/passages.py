"""Finding words inside a text of blocks, in what is folded as well: the text is looked through with all folds open.

A `Whole` is that text. What is on the screen is it without the blocks inside of closed folds, so a place in one is a
place in the other: `shown_at` and `whole_at`.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from replaydbg.views.blocks import Block, Folds
from replaydbg.views.query import QueryProblem


def pattern(text: str) -> re.Pattern[str] | None:
    """What `words` or `/a regular.expression/` look for, whatever the case; None for nothing. Raises QueryProblem."""
    if not text.strip():
        return None
    if len(text) > 2 and text[0] == text[-1] == "/":
        try:
            return re.compile(text[1:-1], re.IGNORECASE | re.MULTILINE)
        except re.error as problem:
            raise QueryProblem(f"{text} is no regular expression: {problem}") from problem
    return re.compile(re.escape(text), re.IGNORECASE)


def stretches(
    wanted: re.Pattern[str], text: str, begin: int = 0, end: int | None = None
) -> Iterator[tuple[int, int]]:
    """Where the pattern holds, without the places where it holds for nothing at all."""
    found = wanted.finditer(text, begin, len(text) if end is None else end)
    return (one.span() for one in found if one.end() > one.start())


@dataclass(frozen=True, slots=True)
class _AllOpen(Folds):
    """Every fold is open, and it is kept in mind which would be so by itself."""

    usual: dict[str, bool] = field(default_factory=dict, compare=False)

    def is_open(self, name: str, usual: bool) -> bool:
        self.usual[name] = usual
        return True


class Whole:
    """The text of a source with all folds open, as far as `read` has been driven."""

    def __init__(self, source: Callable[[Folds, int], Iterator[Block]], width: int) -> None:
        self.texts: list[str] = []
        self.complete = False
        self._folds = _AllOpen()
        self._blocks = source(self._folds, width)
        self._starts = array("q")
        self._inside: list[str] = []
        """Runs of blocks inside the same fold: the number of the first, and the fold."""
        self._around: dict[str, str] = {}
        """The fold that a fold is inside of."""
        self._laid: tuple[Folds, int, array[int], list[bool]] | None = None

    def read(self) -> Iterator[int]:
        """Makes the next block; gives its number."""
        for block in self._blocks:
            if not self._inside or self._inside[-1] != block.inside:
                self._starts.append(len(self.texts))
                self._inside.append(block.inside)
            if block.fold:
                self._around[block.fold] = block.inside
            self.texts.append(block.text)
            yield len(self.texts) - 1
        self.complete = True

    def _chain(self, fold: str) -> list[str]:
        chain: list[str] = []
        while fold and fold not in chain:
            chain.append(fold)
            fold = self._around.get(fold, "")
        return chain

    def _is_shown(self, inside: str, folds: Folds) -> bool:
        return all(folds.is_open(fold, self._folds.usual.get(fold, True)) for fold in self._chain(inside))

    def opened(self, block: int, folds: Folds) -> Folds:
        """The folds with those open that hide the block."""
        for fold in self._chain(self._inside[bisect_right(self._starts, block) - 1]):
            if not folds.is_open(fold, self._folds.usual.get(fold, True)):
                folds = folds.toggled(fold)
        return folds

    def _runs(self, folds: Folds) -> tuple[array[int], list[bool]]:
        """For each run how many blocks are shown before it, and whether it is shown itself."""
        runs = len(self._inside)
        if self._laid is None or self._laid[:2] != (
            folds,
            runs,
        ):  # a thread may still be reading: runs so far
            known: dict[str, bool] = {}
            befores, shown_ones, before = array("q"), list[bool](), 0
            bounds = pairwise((*self._starts[:runs], len(self.texts)))
            for (start, end), inside in zip(bounds, self._inside[:runs], strict=True):
                if inside not in known:
                    known[inside] = self._is_shown(inside, folds)
                befores.append(before)
                shown_ones.append(known[inside])
                before += end - start if known[inside] else 0
            self._laid = laid = folds, runs, befores, shown_ones
            return laid[2], laid[3]
        return self._laid[2], self._laid[3]

    def shown_at(self, block: int, folds: Folds) -> int | None:
        """The number of the block among those that these folds show; None where they hide it."""
        befores, shown_ones = self._runs(folds)
        run = bisect_right(self._starts, block) - 1
        return befores[run] + block - self._starts[run] if shown_ones[run] else None

    def whole_at(self, number: int, folds: Folds) -> int:
        """The number in the whole text of a block that these folds show."""
        befores, shown_ones = self._runs(folds)
        run = bisect_right(befores, number) - 1
        while run > 0 and not shown_ones[run]:
            run -= 1
        return self._starts[run] + number - befores[run] if run >= 0 else 0


def put_in(
    typed: str, wanted: re.Pattern[str], new: str, text: str, at: int | None = None
) -> tuple[str, int]:
    r"""The text with `new` in the place of the passage that begins at `at`, or of all of them; and of how many.

    After a regular expression `new` may name its groups, as in `\1`. Raises QueryProblem where it names one that is not there.
    """
    is_regex = wanted.pattern != re.escape(typed)
    count = 0

    def instead(found: re.Match[str]) -> str:
        nonlocal count
        if found.end() == found.start():
            return ""
        count += 1
        return found.expand(new) if is_regex else new

    try:
        if at is None:
            return wanted.sub(instead, text), count
        found = wanted.match(text, at)
        if found is None:
            return text, 0
        return text[: found.start()] + instead(found) + text[found.end() :], count
    except (re.error, IndexError) as problem:
        raise QueryProblem(f"“{new}” cannot be put in: {problem}") from problem
