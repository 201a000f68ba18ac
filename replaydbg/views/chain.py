"""The list of steps as rows: number, marks, lanes, name, what was said, time, tokens, and a bar on the axis of time.

Every row is exactly as wide as asked, so the same rows are painted in the terminal program and printed without one.
Nothing here costs more than the rows asked for, once `ChainView` has been made.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from replaydbg.core.finding import Finding, Severity
from replaydbg.core.step import KINDS, STATUSES, Kind, Status
from replaydbg.graph.folds import FoldKind
from replaydbg.graph.lanes import Chain
from replaydbg.graph.rows import Entry, Laid
from replaydbg.views.bars import Axis, bar
from replaydbg.views.columns import Columns, fitting, timeline
from replaydbg.views.names import fold_name, stretch_name
from replaydbg.views.preview import preview
from replaydbg.views.rail import rail
from replaydbg.views.ranges import sums
from replaydbg.views.signs import UNICODE, Signs
from replaydbg.views.text import (
    Line,
    Span,
    cost_words,
    count_words,
    duration_words,
    fit,
    one_line,
    spans_width,
)
from replaydbg.views.totals import RunTotals

if TYPE_CHECKING:
    from replaydbg.graph.facts import Facts
    from replaydbg.views.timeline import Sweep

_MODEL_CALL = KINDS.index(Kind.MODEL_CALL)
_ERROR = STATUSES.index(Status.ERROR)
_BEGINNINGS = (Kind.MODEL_CALL, Kind.AGENT_INVOCATION)
"""Kinds that a round, or the turn of an agent, begins with."""
_INDENTS_MAX = 10
"""Levels that the name is indented for; deeper ones stand below each other, so that names keep some room."""
_LISTING_ROWS = 64
_IS_ANY = bytes(value > 0 for value in range(256))
_IS_WARNING = bytes(value == Severity.WARNING + 1 for value in range(256))
_IS_ERROR = bytes(value > Severity.ERROR for value in range(256))


class ChainView:
    """The rows of a chain with its findings and, for a branch, the word for where each row came from."""

    def __init__(
        self,
        chain: Chain,
        findings: Iterable[Finding] = (),
        origins: Sequence[str] | Mapping[int, str] | None = None,
        signs: Signs = UNICODE,
        facts: Facts | None = None,
        *,
        totals: RunTotals | None = None,
    ) -> None:
        """`totals` are those of the trace where they have been made."""
        self.chain = chain
        self.facts = facts
        self.trace = chain.trace
        self.origins = None if origins is None else _by_row(origins, len(chain.trace))
        self.signs = signs
        self.findings = tuple(findings)
        self.hits: Sequence[int] = ()
        """Rows that a search found, in order."""
        self.noted: Mapping[int, str] = {}
        """What a person wrote down beside a row."""
        self.marked: Collection[int] = ()
        self.sweep: Sweep | None = None
        """The run in order of time, once the timeline was asked for."""
        self.slowest: Collection[int] = ()
        """Rows of the slowest path, where it is shown."""
        count = len(self.trace)
        self.severities = bytearray(count)
        """Worst severity of the findings about each row, plus one; 0 for none."""
        self.looping = bytearray(count)
        """The same of findings about loops only."""
        self.stops = self._note_findings()
        """Rows to look at first, one or more for each finding, in order."""
        self.errors_before = sums(self.severities.translate(_IS_ERROR))
        self.warned_before = sums(self.severities.translate(_IS_WARNING))
        self.marked_before = sums(self.severities.translate(_IS_ANY))
        self.looping_before = sums(self.looping.translate(_IS_ANY))
        self.totals = totals or RunTotals(self.trace, chain.joins.finishes)
        self.failed_before = self.totals.failed

    def _note_findings(self) -> list[int]:
        stops = set()
        for finding in self.findings:
            rows = [self.row_of(step_id) for step_id in finding.step_ids]
            known = [row for row in rows if row >= 0]
            for row in known:
                self.severities[row] = max(self.severities[row], finding.severity + 1)
                if finding.period:
                    self.looping[row] = max(self.looping[row], finding.severity + 1)
            stops.update(known[:1])
        return sorted(stops)

    def row_of(self, step_id: str) -> int:
        """The row of the step; -1 where the trace does not have it."""
        try:
            return self.trace.row(step_id)
        except LookupError:
            return -1

    # -- columns -------------------------------------------------------------------------------------------------

    def columns(self, width: int, lanes: int, *, bars: bool = False) -> Columns:
        """What fits `width` cells beside rows that need `lanes` lanes."""
        costs = self.totals.costs is not None
        return fitting(width, lanes, self._digits, origins=self.origins is not None, costs=costs, bars=bars)

    def timeline(self, width: int, lanes: int) -> Columns:
        return timeline(width, lanes, self._digits, origins=self.origins is not None)

    @property
    def _digits(self) -> int:
        return len(str(len(self.trace)))

    def axis(self, window: Iterable[Laid]) -> Axis | None:
        """The time that the rows take, rows above others left out: a run's root would squeeze all the rest."""
        starts, ends = [], []
        for laid in window:
            entry = laid.entry
            if not entry.opened and (entry.summed or entry.closed or self._is_leaf(entry.row)):
                start, end = self.times(entry)
                if start >= 0:
                    starts.append(start)
                    ends.append(end)
        return Axis(min(starts), max(*ends, min(starts) + 1)) if starts else None

    def _is_leaf(self, row: int) -> bool:
        return self.trace.subtree_ends[row] == row + 1

    def times(self, entry: Entry) -> tuple[int, int]:
        """Start and end in ns of what the row stands for; -1 where not recorded."""
        start, finishes = self.trace.starts_ns[entry.row], self.chain.joins.finishes
        if entry.fold is not None:
            return start, max(finishes[unit] for unit in entry.fold.units)
        if entry.stretch:
            return self.totals.times(entry.row, entry.end)
        return start, finishes[entry.row]

    # -- rows ----------------------------------------------------------------------------------------------------

    def line(
        self,
        laid: Laid,
        columns: Columns,
        *,
        axis: Axis | None = None,
        bright: frozenset[int] | None = None,
    ) -> Line:
        """One row, `columns.width` cells wide. `bright` are the branches to stand out from the others."""
        entry = laid.entry
        right = self._right(entry, columns, axis)
        room = columns.width - spans_width(right)
        left = [*self._left(laid, columns, bright)]
        used = spans_width(left)
        if room - used > 8:
            left.extend(self._name(entry, room - used))
        return (*fit(left, room, self.signs.ellipsis), *right)

    def _left(self, laid: Laid, columns: Columns, bright: frozenset[int] | None) -> Iterator[Span]:
        entry = laid.entry
        if columns.number:
            shown = "" if entry.opened else str(entry.row + 1)
            yield Span(f"{shown:>{columns.number}}", "hit" if self.hit(entry.row, entry.end) else "number")
            yield Span(" ")
        if self.origins is not None:
            word = self._origin(entry)
            yield Span(f"{self.signs.origins.get(word, ' ')} ", f"origin-{word}")
        yield from self._marks(entry)
        yield self._bracket(entry)
        lanes = None
        if bright is not None:
            lanes = {lane for lane, branch in self.chain.branches(laid) if branch in bright}
        yield from rail(laid, columns.lanes, self._sign(entry), columns.pitch, bright=lanes, signs=self.signs)

    def hit(self, start: int, end: int) -> bool:
        """Whether the search found a step from `start` up to `end`."""
        at = bisect_left(self.hits, start)
        return at < len(self.hits) and self.hits[at] < end

    def _origin(self, entry: Entry) -> str:
        """The word of the row, or the one that all its rows share (of a long fold, its first ones)."""
        if self.origins is None:
            return ""
        words = self.origins[entry.row : min(entry.end, entry.row + _LISTING_ROWS)]
        return words[0] if all(word == words[0] for word in words) else ""

    def _marks(self, entry: Entry) -> tuple[Span, ...]:
        """Worst finding, then whether a step failed."""
        worst = 0 if entry.opened else self.worst(entry.row, entry.end)
        mark, look = " ", ""
        if worst:
            severity = Severity(worst - 1)
            mark, look = self.signs.severities[severity], severity.label
        failed = not entry.opened and self.failed_before[entry.end] > self.failed_before[entry.row]
        return (Span(mark, look), Span(self.signs.error if failed else " ", "error"))

    def worst(self, row: int, end: int) -> int:
        """The worst severity of the findings about these steps, plus one; 0 for none."""
        if end == row + 1:
            return self.severities[row]
        if self.marked_before[end] == self.marked_before[row]:
            return 0
        if self.errors_before[end] > self.errors_before[row]:
            return Severity.ERROR + 1
        if self.warned_before[end] > self.warned_before[row]:
            return Severity.WARNING + 1
        return max(self.severities[row:end])

    def _bracket(self, entry: Entry) -> Span:
        """The rounds of an open fold; heavy where a finding says that it is a loop."""
        loops = self.looping[entry.row] if not entry.opened else 0
        look = Severity(loops - 1).label if loops else "loop"
        if entry.inside is None or entry.inside.kind is FoldKind.FAN_OUT:
            return Span(self.signs.heavy[1] if loops else " ", look)
        start, end = entry.inside.start, entry.inside.end
        if entry.inside.period > 1 or end - start > len(entry.inside.units):
            start, end = entry.inside.round_of(entry.row)
        pieces = self.signs.heavy if loops else self.signs.light
        first, last = entry.row == start, entry.end >= end
        return Span(pieces[3 if first and last else 0 if first else 2 if last else 1], look)

    def _sign(self, entry: Entry) -> Span:
        if entry.fold is not None:
            return Span(self.signs.folds[entry.fold.kind], str(entry.fold.kind))
        kind = self.trace.kind(entry.row)
        if entry.stretch and kind not in _BEGINNINGS:
            kind = Kind.OPAQUE
        severity = self.severities[entry.row]
        bad = severity > Severity.WARNING
        return Span(self.signs.kinds[kind], Severity(severity - 1).label if bad else str(kind))

    def _name(self, entry: Entry, room: int) -> Iterator[Span]:
        row, signs = entry.row, self.signs
        yield Span(" " + "  " * min(self.trace.depths[row], _INDENTS_MAX))
        if entry.fold is not None:
            yield from fold_name(self, entry)
            return
        if entry.stretch:
            yield from stretch_name(self, entry, room)
            return
        has_steps = not self._is_leaf(row)
        yield Span(f"{signs.closed if entry.closed else signs.opened} " if has_steps else "", "fold-mark")
        if row in self.marked:
            yield Span(f"{signs.marked} ", "mark")
        yield Span(self.label(row), f"name-{self.trace.kind(row)}")
        if row in self.noted:
            yield Span(f"  {signs.noted} {one_line(self.noted[row], 60)}", "note")
        if entry.closed:
            yield Span(f"  {self.hidden(entry)}", "dim")
        if (agent := self._agent(row)) and room > 30:
            yield Span(f"  {one_line(agent, 40)}", "agent")
        if room > 24:
            said = preview(self.trace, row, signs)
            if said:
                yield Span("  ")
                yield from said

    def mark_at(self, laid: Laid, columns: Columns) -> int:
        """The column of the mark that folds and unfolds; -1 where there is none."""
        entry = laid.entry
        if entry.stretch or (entry.fold is None and self._is_leaf(entry.row)):
            return -1
        left = spans_width(self._left(laid, columns, None))
        return left + 1 + 2 * min(self.trace.depths[entry.row], _INDENTS_MAX)

    def hidden(self, entry: Entry) -> str:
        """How many steps a row does not show."""
        count = entry.end - entry.row - (entry.fold is None)
        return f"{count:,} step{'' if count == 1 else 's'}"

    def label(self, row: int) -> str:
        """The name without the model, which its own column of the detail shows."""
        trace = self.trace
        name = one_line(trace.name(row), 80)
        model = trace.model(row)
        if model and trace.kinds[row] == _MODEL_CALL and name.endswith(model) and name != model:
            name = name[: -len(model)].rstrip(" :/-")
        return name or str(trace.kind(row)).replace("-", " ")

    def _agent(self, row: int) -> str:
        """The agent of the step, where no step around it has said so."""
        trace = self.trace
        agent, at = trace.agents[row], trace.parents[row]
        if not agent or trace.strings[agent] == trace.name(row):
            return ""
        for _ in range(64):
            if at < 0 or trace.agents[at]:
                break
            at = trace.parents[at]
        return "" if at >= 0 and trace.agents[at] == agent else trace.strings[agent]

    def _right(self, entry: Entry, columns: Columns, axis: Axis | None) -> list[Span]:
        spans: list[Span] = []
        if columns.duration:
            slow = self.slowest and not entry.opened and entry.row in self.slowest
            look = "slow" if slow else "duration"
            text = f"{self.signs.slow if slow else ''}{self._duration(entry)}"
            spans.append(Span(f" {text:>{columns.duration - 1}}", look))
        if columns.tokens:
            tokens = self._tokens_of(entry)
            unit = " tok" if columns.tokens >= 10 and tokens else ""
            spans.append(Span(f"{tokens + unit:>{columns.tokens}}", "tokens"))
        if columns.cost:
            spans.append(Span(f"{self._cost_of(entry):>{columns.cost}}", "tokens"))
        if columns.bar:
            spans.extend(self._bar(entry, columns.bar, axis))
        elif spans:
            spans.append(Span(" "))
        return spans

    def _duration(self, entry: Entry) -> str:
        if entry.opened:
            return ""
        if not entry.summed and (own := self.trace.duration_ms(entry.row)) is not None:
            return duration_words(own)
        start, end = self.times(entry)
        if start < 0 or (entry.end == entry.row + 1 and self.trace.ends_ns[entry.row] < 0):
            return ""
        return duration_words((end - start) / 1e6)

    def _tokens_of(self, entry: Entry) -> str:
        if entry.opened:
            return ""
        if not entry.summed:
            own = self.trace.tokens(entry.row)
            if own is not None:
                return count_words(own)
        end = entry.end if entry.summed else self.trace.subtree_ends[entry.row]
        return count_words((self.totals.tokens[end] - self.totals.tokens[entry.row]) or None)

    def _cost_of(self, entry: Entry) -> str:
        costs = self.totals.costs
        if entry.opened or costs is None:
            return ""
        if not entry.summed and (own := self.trace.cost_usd(entry.row)) is not None:
            return cost_words(own)
        end = entry.end if entry.summed else self.trace.subtree_ends[entry.row]
        return cost_words((costs[end] - costs[entry.row]) or None)

    def _bar(self, entry: Entry, width: int, axis: Axis | None) -> list[Span]:
        start, end = self.times(entry)
        if axis is None or start < 0 or entry.opened:
            return [Span(" " * width)]
        around = not self._is_leaf(entry.row) and not entry.summed and not entry.closed
        failed = self.failed_before[entry.end] > self.failed_before[entry.row]
        look = "bar-around" if around else "bar-error" if failed else f"bar-{self._bar_kind(entry)}"
        return bar(axis, start, end, width, look, thin=around, signs=self.signs)

    def _bar_kind(self, entry: Entry) -> str:
        return "fold" if entry.fold is not None else str(self.trace.kind(entry.row))


def _by_row(origins: Sequence[str] | Mapping[int, str], count: int) -> list[str]:
    if isinstance(origins, Mapping):
        return [str(origins.get(row, "")) for row in range(count)]
    return [str(word) for word in origins][:count] + [""] * (count - len(origins))
