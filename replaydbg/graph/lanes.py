"""Rows and lanes of a call chain: the step list with `git log --graph` beside it.

The state of the lanes is the edges that are still waiting for their consumer, so it does not know row numbers: after a
fold is toggled the rows behind it are laid again only until the state is the one it was before. Checkpoints make any
window cost the window; they are made as far as somebody has looked.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING

from replaydbg.core.trace import Trace
from replaydbg.graph.folds import find_folds
from replaydbg.graph.joins import Joins, join
from replaydbg.graph.rows import FREE, OVERFLOW, Entry, FoldState, Laid, Layout
from replaydbg.graph.walk import Heed, unheeded

if TYPE_CHECKING:
    from replaydbg.graph.facts import Facts

CHECKPOINT_ROWS = 256
"""Rows laid again at most to show one: 0.3 ms; a checkpoint costs some hundred bytes."""

AT_ONCE_ROWS = 8192
"""Opening more rows than this keeps no checkpoint behind them: they are laid when somebody looks there."""

_CLOSED_SELDOM = 8

OPEN_ROUNDS_STEPS_MAX = 120
"""Three screens of forty rows: a longer run is read folded first."""


class Chain:
    """The visible rows of one trace. `entries` holds a row, or `~n` for the header of the n-th of `folds`."""

    def __init__(
        self,
        trace: Trace,
        facts: Facts | None = None,
        state: FoldState | None = None,
        heed: Heed = unheeded,
    ) -> None:
        self.trace = trace
        self.joins: Joins = join(trace, facts, heed)
        self.folds = find_folds(trace, self.joins, heed)
        self._folds_at: dict[int, list[int]] = {}
        for number, fold in enumerate(self.folds):
            self._folds_at.setdefault(fold.start, []).append(number)
        self._fold_rows = sorted(self._folds_at)
        self._outs: dict[tuple[int, int], tuple[int, ...]] = {}
        self._fed_from = self.joins.first_sources()
        self._opened: set[int] = set()
        self._closed: set[int] = set()
        self.turns = 0
        """How often something was folded or unfolded: equal as long as the rows are."""
        if state is None:
            self._open_what_hides_a_short_run()
            self._lay_all()
        else:
            self.resume(state)

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def whole(self) -> Chain:
        """The chain that this one shows a part of, or from farther away; itself where it shows all."""
        return self

    # -- folds ---------------------------------------------------------------------------------------------------

    @property
    def state(self) -> FoldState:
        ids = self.trace.ids
        opened = (self.folds[number] for number in self._opened)
        return FoldState(
            frozenset((ids[fold.start], fold.period) for fold in opened),
            frozenset(ids[row] for row in self._closed),
        )

    def resume(self, state: FoldState) -> None:
        """Fold and unfold as another chain was; what this one does not have is passed over."""
        ids, opened, closed = self.trace.ids, state.opened, state.closed
        self._opened, self._closed = set(), set()
        if opened:
            known = ((number, (ids[fold.start], fold.period)) for number, fold in enumerate(self.folds))
            self._opened = {number for number, name in known if name in opened}
        if closed:
            self._closed = {row for row, id_ in enumerate(ids) if id_ in closed and self._has_steps(row)}
        self._lay_all()

    def _open_what_hides_a_short_run(self) -> None:
        """Rounds with steps inside of them ("turn", "node") would hide nearly all of a run that fits a few screens."""
        if len(self.trace) <= OPEN_ROUNDS_STEPS_MAX:
            self._opened = {
                number
                for number, fold in enumerate(self.folds)
                if any(self._has_steps(row) for row in fold.units)
            }

    def _has_steps(self, row: int) -> bool:
        return self.trace.subtree_ends[row] > row + 1

    def can_toggle(self, y: int) -> bool:
        """Whether there is something to fold or unfold at this row."""
        return self.entries[y] < 0 or self._has_steps(self.entries[y])

    def toggle(self, y: int) -> int:
        """Open or close the fold or the step at visible row `y`; the number of rows whose lanes were laid again."""
        number = self.entries[y]
        if not self.can_toggle(y):
            return 0
        chosen, key = (self._opened, ~number) if number < 0 else (self._closed, number)
        chosen.symmetric_difference_update((key,))
        self.turns += 1
        start, end = self._span(y)
        # Lines into a fold are one line as long as it is shut, so it matters from where the first of them comes.
        fed_from = min(self._fed_from[start:end])
        begin = self.place(fed_from) if 0 <= fed_from < start else y
        after = bisect_left(self.entries, end, lo=y + 1, key=self._start)
        skip = self._folds_at[start].index(~number) if number < 0 else len(self._folds_at.get(start, ()))
        rows, inside = self._flatten(
            start, end, self._inside[y], skip, opened=self._opened, closed=self._closed
        )
        grown = len(rows) - (after - y)
        self.entries[y:after] = rows
        self._inside[y:after] = inside
        return self._lay_again(begin, after, grown)

    def around(self, y: int) -> int | None:
        """The visible row that folds what row `y` is part of: the header of its round or its parent; None at the top."""
        fold, row = self.entry(y).inside, self.entry(y).row
        parent = self.trace.parents[row]
        if fold is not None and fold.start > parent:
            number = ~self._inside[y]
            return next(at for at in range(y, -1, -1) if self.entries[at] == number)
        return self.place(parent) if parent >= 0 else None

    def fold_all(self) -> None:
        """Folds shut, and every step but the roots hides what is below it."""
        self.take(self.all_folded())

    def unfold_all(self) -> None:
        self.take(self.all_unfolded())

    # Both grow with the trace, so that they may be made in a thread; to take them costs nothing.

    def all_folded(self) -> Layout:
        depths, ends = self.trace.depths, self.trace.subtree_ends
        closed = {row for row, end in enumerate(ends) if end > row + 1 and depths[row]}
        return self._layout(set(), closed)

    def all_unfolded(self) -> Layout:
        return self._layout(set(range(len(self.folds))), set())

    def _layout(self, opened: set[int], closed: set[int]) -> Layout:
        return Layout(opened, closed, *self._flatten(0, len(self.trace), -1, 0, opened=opened, closed=closed))

    def take(self, layout: Layout) -> None:
        self._opened, self._closed = layout.opened, layout.closed
        self.entries, self._inside = layout.entries, layout.inside
        self._marks: list[tuple[int, tuple[int, ...]]] = [(0, ())]
        """Checkpoints `(visible row, lanes above it)`, the farthest one as far as somebody has looked."""
        self.turns += 1

    def place(self, row: int) -> int:
        """The visible row that shows the step, or stands for it."""
        return bisect_right(self.entries, row, key=self._start) - 1

    def shows(self, row: int) -> bool:
        return self.entries[self.place(row)] == row

    def reveal(self, row: int) -> int:
        """Open whatever hides the step; its visible row."""
        while not self.shows(row):
            self.toggle(self.place(row))
        return self.place(row)

    # -- rows ----------------------------------------------------------------------------------------------------

    def entry(self, y: int) -> Entry:
        number, inside = self.entries[y], self._inside[y]
        around = self.folds[inside] if inside >= 0 else None
        start, end = self._span(y)
        if number >= 0:
            closed = number in self._closed
            return Entry(start, end if closed else start + 1, closed=closed, inside=around)
        return Entry(start, end, self.folds[~number], opened=~number in self._opened, inside=around)

    def _start(self, number: int) -> int:
        return number if number >= 0 else self.folds[~number].start

    def _span(self, y: int) -> tuple[int, int]:
        number = int(self.entries[y])
        if number < 0:
            return self.folds[~number].start, self.folds[~number].end
        return number, self.trace.subtree_ends[number]

    def _flatten(
        self, row: int, end: int, inside: int, skip: int, *, opened: set[int], closed: set[int]
    ) -> tuple[array[int], array[int]]:
        """Visible rows of the steps from `row` to `end`, and the innermost open fold around each.

        `inside` is the fold around all of them, and the first `skip` of those that begin at `row` are outside too.
        """
        rows, insides = array("i"), array("i")
        around = [(end, inside)]
        ends, folds_at = self.trace.subtree_ends, self._folds_at
        stops = self._stops(row, end, closed)
        while row < end:
            while row >= around[-1][0]:
                around.pop()
            at = bisect_left(stops, row)
            plain = min(stops[at] if at < len(stops) else end, around[-1][0])
            if plain > row:
                rows.extend(range(row, plain))
                insides.extend(array("i", (around[-1][1],)) * (plain - row))
                row = plain
                continue
            shut = False
            for number in folds_at.get(row, ())[skip:]:
                rows.append(~number)
                insides.append(around[-1][1])
                fold_end = self.folds[number].end
                if number not in opened:
                    row, shut = fold_end, True
                    break
                around.append((fold_end, number))
            skip = 0
            if shut:
                continue
            rows.append(row)
            insides.append(around[-1][1])
            row = ends[row] if row in closed else row + 1
        return rows, insides

    def _stops(self, row: int, end: int, closed: set[int]) -> Sequence[int]:
        """Steps on the way at which a fold begins or that are closed. Of many that are, most are passed over: then all are asked."""
        if len(closed) > (end - row) // _CLOSED_SELDOM:
            return range(row, end)
        folds = self._fold_rows[bisect_left(self._fold_rows, row) : bisect_left(self._fold_rows, end)]
        return sorted({*folds, *(each for each in closed if row <= each < end)}) if closed else folds

    # -- lanes ---------------------------------------------------------------------------------------------------

    def _lay_all(self) -> None:
        self.take(self._layout(self._opened, self._closed))

    def window(self, start: int, end: int) -> list[Laid]:
        """The visible rows from `start` to `end` (not included) with their lanes; without them where `knows` says so."""
        end = min(end, len(self.entries))
        if not self.knows(start):
            return [Laid(self.entry(y), 0) for y in range(start, end)]
        at = bisect_right(self._marks, start, key=itemgetter(0)) - 1
        y, state = self._marks[at]
        last_known = self._marks[-1][0]
        laid = []
        lanes = list(state)
        for here in range(y, end):
            if here - last_known >= CHECKPOINT_ROWS:
                self._marks.append((here, tuple(lanes)))
                last_known = here
            if here < start:
                self._advance(lanes, here)
            else:
                laid.append(self._laid(lanes, here))
        return laid

    def knows(self, y: int) -> bool:
        """Whether the lanes of this row are at hand, or near what has been looked at."""
        return y - self._marks[-1][0] <= AT_ONCE_ROWS

    def marks_to_end(self, heed: Heed) -> list[tuple[int, tuple[int, ...]]] | None:
        """Checkpoints down to the last row. For a thread: None where something was folded meanwhile."""
        here, state = self._marks[-1]
        turns, lanes, marks, end = self.turns, list(state), [], len(self)
        try:
            for at in range(here, end):
                if (at - here) % CHECKPOINT_ROWS == 0 and at > here:
                    marks.append((at, tuple(lanes)))
                    heed(at / end)
                self._advance(lanes, at)
        except IndexError:  # the rows became fewer
            return None
        return marks if turns == self.turns else None

    def take_marks(self, marks: Sequence[tuple[int, tuple[int, ...]]]) -> None:
        """What `marks_to_end` made, unless somebody has looked there since."""
        self._marks.extend(mark for mark in marks if mark[0] > self._marks[-1][0])

    def _lay_again(self, y: int, after: int, grown: int) -> int:
        """Mend the checkpoints after rows from `y` up to `after` became `grown` more; how many rows that took."""
        keep = bisect_right(self._marks, y, key=itemgetter(0))
        tail = [(at + grown, state) for at, state in self._marks[keep:] if at >= after]
        self._marks = self._marks[:keep]
        here, state = self._marks[-1]
        first, lanes = here, list(state)
        for number, (at, known) in enumerate(tail):
            if at - first > AT_ONCE_ROWS:
                break
            while here < at:
                if here - self._marks[-1][0] >= CHECKPOINT_ROWS:
                    self._marks.append((here, tuple(lanes)))
                self._advance(lanes, here)
                here += 1
            if tuple(lanes) == known:
                self._marks.extend(tail[number:])
                break
            self._marks.append((at, tuple(lanes)))
        return here - first

    def _laid(self, lanes: list[int], y: int) -> Laid:
        entry, before = self.entry(y), tuple(lanes)
        lane, merges, forks, more = self._advance(lanes, y)
        header_lane = FREE
        if lane == FREE:
            targets = self.joins.targets
            leading = (at for at, edge in enumerate(lanes) if edge >= 0 and targets[edge] == entry.row)
            header_lane = next(leading, _free(lanes, 0))
        return Laid(entry, lane, before, tuple(lanes), merges, forks, more, header_lane)

    def _advance(self, lanes: list[int], y: int) -> tuple[int, tuple[int, ...], tuple[int, ...], bool]:
        """Move `lanes` over one row; lane, merges, forks and whether some edges found no lane."""
        number = self.entries[y]
        start, end = self._span(y)
        if number < 0 and ~number in self._opened:
            return FREE, (), (), False
        if number >= 0 and number not in self._closed:
            end = start + 1
        targets = self.joins.targets
        merges = [lane for lane, edge in enumerate(lanes) if edge >= 0 and start <= targets[edge] < end]
        lane = merges[0] if merges else _free(lanes, 0)
        for merged in merges:
            lanes[merged] = FREE
        forks: list[int] = []
        more = False
        edges = self._leaving(start, end)
        led_to = (0, 0)
        for edge in edges:
            target = targets[edge]
            if led_to[0] <= target < led_to[1]:
                continue  # the same row shows both: one line leads there
            if lane == OVERFLOW:
                more = True
                break
            if len(edges) > 1:
                led_to = self._shown_with(target)
            at = _free(lanes, lane + 1) if forks else lane
            if at == OVERFLOW:
                more = True
                break
            lanes.extend([FREE] * (at + 1 - len(lanes)))
            lanes[at] = edge
            forks.append(at)
        while lanes and lanes[-1] == FREE:
            lanes.pop()
        return lane, tuple(merges), tuple(forks[1:]), more

    def _shown_with(self, row: int) -> tuple[int, int]:
        """The steps that the row which shows this one stands for, from and up to."""
        y = self.place(row)
        number, (start, end) = self.entries[y], self._span(y)
        return start, end if number < 0 or number in self._closed else start + 1

    def _leaving(self, start: int, end: int) -> Sequence[int]:
        """Edges from the steps `start` to `end` to later ones, one for each step they lead to."""
        joins = self.joins
        if end == start + 1:
            return joins.edges(start)
        known = self._outs.get((start, end))
        if known is None:
            leaving: dict[int, int] = {}
            for edge in range(joins.first[start], joins.first[end]):
                if joins.targets[edge] >= end:
                    leaving.setdefault(joins.targets[edge], edge)
            known = self._outs[start, end] = tuple(leaving[target] for target in sorted(leaving))
        return known

    def branches(self, laid: Laid) -> Iterator[tuple[int, int]]:
        """`(lane, branch)` of each lane that the row shows."""
        for lane in range(laid.width):
            edge = laid.before[lane] if lane < len(laid.before) else FREE
            if edge < 0 and lane < len(laid.after):
                edge = laid.after[lane]
            if edge >= 0:
                yield lane, self.joins.edge_branch(edge)


def _free(lanes: list[int], start: int) -> int:
    """The leftmost free lane from `start` on; failing that, the leftmost free one; OVERFLOW where none is."""
    for lane in chain(range(start, OVERFLOW), range(min(start, OVERFLOW))):
        if lane >= len(lanes) or lanes[lane] == FREE:
            return lane
    return OVERFLOW
