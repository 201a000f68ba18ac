"""A chain of chosen steps: what a filter leaves of a trace. No lanes, since what lies between is not shown."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from replaydbg.graph.lanes import Chain, FoldState, Laid


class Picked(Chain):
    """Some rows of another chain, in order; what is folded there stays as it is meanwhile."""

    def __init__(self, whole: Chain, rows: Iterable[int]) -> None:
        self.whole = whole
        self.trace, self.joins, self.folds = whole.trace, whole.joins, []
        self._opened, self._closed = set(), set()
        self.entries = array("i", rows)
        self._inside = array("i", [-1]) * len(self.entries)

    @property
    def state(self) -> FoldState:
        return self.whole.state

    def resume(self, state: FoldState) -> None:
        self.whole.resume(state)

    def can_toggle(self, y: int) -> bool:  # noqa: ARG002 - nothing is folded in a filtered list
        return False

    def around(self, y: int) -> int | None:  # noqa: ARG002
        return None

    def fold_all(self) -> None:
        """A filtered list has nothing to fold."""

    def unfold_all(self) -> None:
        """A filtered list has nothing to unfold."""

    def place(self, row: int) -> int:
        """The step, or the one before it that is shown."""
        return max(0, super().place(row))

    def shows(self, row: int) -> bool:
        return bool(self.entries) and super().shows(row)

    def reveal(self, row: int) -> int:
        return self.place(row)

    def window(self, start: int, end: int) -> list[Laid]:
        return [Laid(self.entry(y), 0) for y in range(start, min(end, len(self.entries)))]
