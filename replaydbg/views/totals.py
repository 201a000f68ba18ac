"""What any stretch of a run sums up to: failures, tokens, cost, from when to when. Made once for a trace."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate
from math import isnan

from replaydbg.core.step import KINDS, STATUSES, Kind, Status
from replaydbg.core.trace import Trace
from replaydbg.views.ranges import Maxima, sums

_MODEL_CALL = KINDS.index(Kind.MODEL_CALL)
_ERROR = STATUSES.index(Status.ERROR)
_NEVER = -1 << 62


class RunTotals:
    """Entry n of each column is the sum of the rows before n. `finishes` are those of `graph.joins`."""

    def __init__(self, trace: Trace, finishes: array[int]) -> None:
        self.trace = trace
        self._finishes = finishes
        self.failed = sums(map(_ERROR.__eq__, trace.statuses))
        self.tokens = sums(self._tokens())
        self.costs = self._costs()
        """None where no cost was recorded."""

    def _tokens(self) -> Iterator[int]:
        """Of model calls only: agents repeat the sum of theirs."""
        trace = self.trace
        for kind, asked, said in zip(trace.kinds, trace.input_tokens, trace.output_tokens, strict=True):
            yield max(asked, 0) + max(said, 0) if kind == _MODEL_CALL else 0

    def _costs(self) -> array[float] | None:
        costs = self.trace.costs
        if all(map(isnan, costs)):
            return None
        kinds = self.trace.kinds
        known = (
            0.0 if isnan(cost) or kind != _MODEL_CALL else cost
            for cost, kind in zip(costs, kinds, strict=True)
        )
        return array("d", accumulate(known, initial=0.0))

    def times(self, start: int, end: int) -> tuple[int, int]:
        """When the first of the steps began and the last one ended, in ns; -1 where nothing is known.

        What is around other steps began before a stretch of those, or ends after it, and is no part of it.
        """
        last = self._ends.of(start, end)
        return (-self._starts.of(start, end), last) if last >= 0 else (-1, -1)

    def prepare(self) -> None:
        """Make what `times` looks into, which takes long in a long run."""
        _ = self._starts, self._ends

    @cached_property
    def _starts(self) -> Maxima:
        starts, ends = self.trace.starts_ns, self.trace.subtree_ends
        known = (-at if at >= 0 and ends[row] == row + 1 else _NEVER for row, at in enumerate(starts))
        return Maxima(array("q", known))

    @cached_property
    def _ends(self) -> Maxima:
        starts, ends = self.trace.starts_ns, self.trace.subtree_ends
        known = (
            at if starts[row] >= 0 and ends[row] == row + 1 else -1 for row, at in enumerate(self._finishes)
        )
        return Maxima(array("q", known))
