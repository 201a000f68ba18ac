"""A chain of chosen steps: what a filter leaves of a trace. No lanes, since what lies between is not shown."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from replaydbg.graph.lanes import Chain
from replaydbg.graph.rows import FoldState, Laid


class Picked(Chain):
    """Some rows of another chain, in order; what is folded there stays as it is meanwhile."""

    def __init__(self, whole: Chain, rows: Iterable[int]) -> None:
        self._whole = whole
        self.trace, self.joins, self.folds = whole.trace, whole.joins, []
        self._opened, self._closed = set(), set()
        self.turns = whole.turns
        self.entries = array("i", rows)
        self._inside = array("i", [-1]) * len(self.entries)

    @property
    def whole(self) -> Chain:
        return self._whole

    @property
    def state(self) -> FoldState:
        return self._whole.state

    def resume(self, state: FoldState) -> None:
        self._whole.resume(state)

    def can_toggle(self, y: int) -> bool:  # noqa: ARG002 - nothing is folded in a filtered list
        return False

    def around(self, y: int) -> int | None:  # noqa: ARG002
        return None

    def fold_all(self) -> None:
        """There is nothing to fold."""

    def unfold_all(self) -> None:
        """There is nothing to unfold."""

    def knows(self, y: int) -> bool:  # noqa: ARG002 - there are no lanes
        return True

    def place(self, row: int) -> int:
        """The step, or the one before it that is shown."""
        return max(0, super().place(row))

    def shows(self, row: int) -> bool:
        return bool(self.entries) and super().shows(row)

    def reveal(self, row: int) -> int:
        return self.place(row)

    def window(self, start: int, end: int) -> list[Laid]:
        return [Laid(self.entry(y), 0) for y in range(start, min(end, len(self.entries)))]
