"""What a row of the list of steps is called that stands for several steps: a fold, or a stretch seen from farther away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from replaydbg.core.finding import Severity
from replaydbg.core.step import KINDS, STATUSES, Kind, Status
from replaydbg.graph.folds import FoldKind
from replaydbg.graph.rows import Entry
from replaydbg.views.preview import preview
from replaydbg.views.text import Span, one_line, plural

if TYPE_CHECKING:
    from replaydbg.views.chain import ChainView

_MODEL_CALL = KINDS.index(Kind.MODEL_CALL)
_TOOL_EXECUTION = KINDS.index(Kind.TOOL_EXECUTION)
_ERROR = STATUSES.index(Status.ERROR)


def fold_name(view: ChainView, entry: Entry) -> Iterator[Span]:
    fold, signs = entry.fold, view.signs
    assert fold is not None
    look = str(fold.kind)
    yield Span(f"{signs.opened if entry.opened else signs.closed} ", "fold-mark")
    yield Span(f"{signs.times}{fold.rounds} ", look)
    names = [view.label(row) for row in fold.units[: fold.period]]
    yield Span(f" {signs.leads_to} ".join(names), "name")
    if fold.kind is FoldKind.RETRY and len(fold.units) <= 8:
        failed = (view.trace.statuses[row] == _ERROR for row in fold.units)
        yield Span("  " + "".join(signs.error if bad else "+" for bad in failed), "dim")
    if entry.opened:
        return
    found = view.marked_before[entry.end] - view.marked_before[entry.row]
    if found:
        worst = Severity(view.worst(entry.row, entry.end) - 1)
        yield Span(f"  {signs.severities[worst]} {found} of {entry.end - entry.row} steps", worst.label)
    else:
        yield Span(f"  {view.hidden(entry)}", "dim")


def stretch_name(view: ChainView, entry: Entry, room: int) -> Iterator[Span]:
    """What begins there, how much of it there is, and what was found; the agents where they are several."""
    row, end, signs = entry.row, entry.end, view.signs
    kinds = view.trace.kinds[row:end]
    calls, runs = kinds.count(_MODEL_CALL), kinds.count(_TOOL_EXECUTION)
    one_round = calls == 1 and view.trace.kinds[row] == _MODEL_CALL
    if one_round:
        yield Span(view.label(row), "name")
        yield Span(f"  {plural(end - row, 'step')}", "dim")
    else:
        yield Span(_agents_of(view, row, end), "name")
        counts = f"  {plural(end - row, 'step')}, {plural(calls, 'call')}, {plural(runs, 'execution')}"
        yield Span(counts if room > 60 else f"  {plural(end - row, 'step')}", "dim")
    found = view.marked_before[end] - view.marked_before[row]
    if found:
        worst = Severity(view.worst(row, end) - 1)
        yield Span(f"  {signs.severities[worst]} {found:,}", worst.label)
    if one_round and room > 24:
        yield Span("  ")
        yield from preview(view.trace, row, signs)


def _agents_of(view: ChainView, row: int, end: int) -> str:
    """The agent of a stretch, or the first and the last one; what else it is part of where there is none."""
    names = view.trace.agents
    last = view.trace.strings[names[end - 1]]
    first = view.trace.strings[names[row]] or view.label(row)
    joined = first if last in ("", first) else f"{first} … {last}"
    return one_line(joined, 60)
