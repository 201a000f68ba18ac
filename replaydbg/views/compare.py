"""Two runs side by side: findings gained and lost on top, then the steps, then what differs in each by field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from replaydbg.core.changes import ABSENT, Change
from replaydbg.core.finding import Finding
from replaydbg.core.message import Json
from replaydbg.core.trace import Trace
from replaydbg.diff.fields import PieceKind, changed_words
from replaydbg.diff.steps import ComparedRow, Comparison, RowKind, Totals, compared_fields
from replaydbg.views.blocks import Block, Folds, fold_sign, one_line, shown
from replaydbg.views.preview import preview
from replaydbg.views.signs import SEVERITY_SIGNS, severity_look
from replaydbg.views.text import clip, cost_words, count_words, duration_words, pad, plain, plural

SIGNS = {RowKind.EQUAL: "=", RowKind.CHANGED: "~", RowKind.ADDED: "+", RowKind.REMOVED: "−"}
_LOOKS = {RowKind.EQUAL: "dim", RowKind.CHANGED: "warning", RowKind.ADDED: "good", RowKind.REMOVED: "error"}
_BESIDE_CELLS_MIN = 100
"""Narrower screens show the two sides of a step on one line below each other."""
_EQUAL_AROUND = 1
"""Equal steps shown beside a difference, so that one sees where it is."""


@dataclass(frozen=True, slots=True)
class _Sides:
    """Both runs, the rows that pair them, and how they are looked at."""

    a: Trace
    b: Trace
    rows: tuple[ComparedRow, ...]
    folds: Folds
    width: int
    equal: bool
    """Whether steps that are equal are shown."""


def gained_and_lost(comparison: Comparison) -> tuple[str, str]:
    """The headline: what became of the findings, and its look."""
    gained, lost = len(comparison.gained), len(comparison.lost)
    if not gained and not lost:
        same = comparison.first_divergence is None
        return (
            "the two runs are equal" if same else "no finding gained, none lost"
        ), "dim" if same else "info"
    parts = []
    if lost:
        parts.append(f"{plural(lost, 'finding')} gone ({_names(comparison.lost)})")
    if gained:
        parts.append(f"{plural(gained, 'new finding')} ({_names(comparison.gained)})")
    return ", ".join(parts), "error" if gained and not lost else "warning" if gained else "good"


def _names(findings: tuple[Finding, ...]) -> str:
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.name] = counts.get(finding.name, 0) + 1
    return ", ".join(name if count == 1 else f"{count} {name}" for name, count in counts.items())


PARTING = "parting"
"""The place of the line that says where the two runs part."""


def difference(number: int) -> str:
    """The place of a row that is not equal, by its number in the comparison."""
    return f"difference:{number}"


def compared_row(block: Block, comparison: Comparison) -> ComparedRow | None:
    """The row of the comparison that the line is about, if any."""
    kind, _, number = block.place.partition(":")
    return comparison.rows[int(number)] if kind in ("difference", "equal") else None


def comparison_blocks(
    traces: tuple[Trace, Trace],
    titles: tuple[str, str],
    comparison: Comparison,
    folds: Folds,
    width: int,
    *,
    equal: bool = False,
) -> Iterator[Block]:
    """The whole comparison. A step's differences are the fold `row:N`, a stretch of equal steps the fold `equal:N`."""
    text, look = gained_and_lost(comparison)
    sides = _Sides(*traces, comparison.rows, folds, width, equal)
    yield Block(text, look)
    yield from _findings(sides.a, comparison.lost, "− gone: ", "good")
    yield from _findings(sides.b, comparison.gained, "+ new: ", "error")
    yield Block()
    yield from totals_blocks(titles, comparison.totals_a, comparison.totals_b, width)
    yield Block()
    text = parting(comparison, sides.a, sides.b)
    parts = comparison.first_divergence is not None
    yield Block(text, "strong" if parts else "dim", place=PARTING if parts else "")
    at = 0
    rows = comparison.rows
    while at < len(rows):
        end = at
        while end < len(rows) and rows[end].kind is RowKind.EQUAL:
            end += 1
        if end > at:
            yield from _equal_rows(sides, at, end)
            at = end
        else:
            yield from _row(sides, at)
            at += 1


def _findings(trace: Trace, findings: tuple[Finding, ...], lead: str, look: str) -> Iterator[Block]:
    """A line for each rule: where, and what the first of its findings says."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.name, []).append(finding)
    for name, alike in by_rule.items():
        numbers = [f"#{trace.row(finding.step_ids[0]) + 1}" for finding in alike if finding.step_ids]
        more = f" and {len(numbers) - _STEPS_SHOWN} more" if len(numbers) > _STEPS_SHOWN else ""
        where = ", ".join(numbers[:_STEPS_SHOWN]) + more
        times = f"{len(alike)} × " if len(alike) > 1 else ""
        head = f"{lead}{SEVERITY_SIGNS[alike[0].severity]} {times}{name}"
        text = f"{head}  {where}: {shown(alike[0].message)}"
        spans = ((0, len(lead), look), (len(lead), len(head), severity_look(alike[0].severity)))
        yield Block(text, spans=spans, indent=2, hang=4)


_STEPS_SHOWN = 10
_TABLE_CELLS = 14 + 12 + 3 + 12 + 7


def totals_blocks(titles: tuple[str, str], a: Totals, b: Totals, width: int) -> Iterator[Block]:
    """A small table: before, after, and by how much."""
    name_cells, cells = (14, 12) if width >= _TABLE_CELLS else (11, 8)
    left, right = (title.removeprefix("branch ") for title in titles)
    left, right = _apart(left, right, cells)
    head = f"{'':<{name_cells}}{left:>{cells}}   {right:>{cells}}"
    yield Block(head, "dim")
    for name, before, after, words in totals_lines(a, b):
        left = "not recorded" if before is None else words(before)
        right = "not recorded" if after is None else words(after)
        text = f"{name:<{name_cells}}{clip(left, cells):>{cells}} → {clip(right, cells):>{cells}}"
        yield Block(text + share_words(before, after), spans=((0, name_cells, "dim"),))


def _apart(left: str, right: str, cells: int) -> tuple[str, str]:
    """Both in so many cells; where they begin alike it is their ends that tell them apart."""
    if left != right and clip(left, cells) == clip(right, cells):
        left, right = (f"…{title[1 - cells :]}" for title in (left, right))
    return clip(left, cells), clip(right, cells)


def totals_lines(
    a: Totals, b: Totals
) -> Iterator[tuple[str, float | None, float | None, Callable[[float], str]]]:
    """Name, before, after, and how to say them; what neither run recorded is left out."""
    lines: list[tuple[str, float | None, float | None, Callable[[float], str]]] = [
        ("steps", a.steps, b.steps, _whole),
        ("model calls", a.model_calls, b.model_calls, _whole),
        ("tool calls", a.tool_calls, b.tool_calls, _whole),
        ("tokens", a.tokens, b.tokens, lambda value: count_words(int(value)) or "0"),
        ("cost", a.cost_usd, b.cost_usd, lambda value: cost_words(value) or "0"),
        ("time", a.duration_ms, b.duration_ms, duration_words),
    ]
    return ((name, old, new, words) for name, old, new, words in lines if (old, new) != (None, None))


def spent_words(a: Totals, b: Totals) -> str:
    """`18k tokens -3%, $0.02, 3.4s -71%`: what B took, against A; "" where nothing was recorded."""
    said = []
    for name, before, after, words in totals_lines(a, b):
        if name in ("tokens", "cost", "time") and after is not None:
            noun = " tokens" if name == "tokens" else ""
            said.append(f"{words(after)}{noun}{share_words(before, after).replace('  ', ' ')}")
    return ", ".join(said)


def share_words(before: float | None, after: float | None) -> str:
    """By how much it grew or shrank, where that can be said."""
    if not before or after is None:
        return ""
    share = f"{(after - before) / before:+.0%}"
    return "" if share in ("+0%", "-0%") else f"  {share}"


def _whole(value: float) -> str:
    return f"{int(value):,}"


def parting(comparison: Comparison, a: Trace, b: Trace) -> str:
    """Where the two runs part, and how much of them differs."""
    at = comparison.first_divergence
    if at is None:
        return "every step says the same"
    row, counts = comparison.rows[at], comparison.counts()
    trace, there = (a, row.row_a) if row.row_b is None else (b, row.row_b)
    numbers = dict.fromkeys(number for number in (row.row_a, row.row_b) if number is not None)
    place = " → ".join(f"#{number + 1}" for number in numbers)
    name = clip(shown(trace.name(there)), 60) if there is not None else ""
    differing = ", ".join(f"{counts[kind]:,} {kind}" for kind in _DIFFERING if counts[kind])
    return f"they part at {place} {name}, {row.kind}; {plural(counts['equal'], 'step')} equal, {differing}"


_DIFFERING = (RowKind.CHANGED, RowKind.ADDED, RowKind.REMOVED)


def _equal_rows(sides: _Sides, at: int, end: int) -> Iterator[Block]:
    """Equal steps: those beside a difference, and a fold for the rest."""
    before = _EQUAL_AROUND if at > 0 else 0
    after = _EQUAL_AROUND if end < len(sides.rows) else 0
    if end - at <= before + after + 1:
        before, after = end - at, 0
    for number in range(at, at + before):
        yield from _row(sides, number)
    first, last = at + before, end - after
    if first < last:
        fold = f"equal:{at}"
        is_open = sides.folds.is_open(fold, usual=sides.equal)
        yield Block(f"{fold_sign(is_open)}{plural(last - first, 'equal step')}", "dim", fold=fold)
        if is_open:
            for number in range(first, last):
                yield from _row(sides, number)
    for number in range(last, end):
        yield from _row(sides, number)


def _row(sides: _Sides, number: int) -> Iterator[Block]:
    row = sides.rows[number]
    look, equal = _LOOKS[row.kind], row.kind is RowKind.EQUAL
    fold = "" if equal else f"row:{number}"
    is_open = bool(fold) and sides.folds.is_open(fold, usual=False)
    sign = f"{fold_sign(is_open) if fold else '  '}{SIGNS[row.kind]} "
    left = _cell(sides.a, row.row_a)
    right = _cell(sides.b, row.row_b)
    if sides.width >= _BESIDE_CELLS_MIN:
        half = (sides.width - len(sign)) // 2 - 1
        text = f"{sign}{pad(left, half)}  {clip(right, half)}"
    else:
        text = clip(f"{sign}{_one_sided(row, left, right)}", sides.width)
    spans = ((0, len(sign), look),)
    usual = "" if row.kind is RowKind.CHANGED else look
    place = f"equal:{number}" if equal else difference(number)
    leads_to = row.row_b if equal and row.row_b is not None else -1
    yield Block(text, usual, spans=spans, fold=fold, place=place, row=leads_to)
    if is_open:
        for change in row.changes or _whole_step(sides, row):
            yield from change_blocks(change, indent=6)


def _whole_step(sides: _Sides, row: ComparedRow) -> Iterator[Change]:
    """What a step said that only one of the runs has."""
    trace, at = (sides.a, row.row_a) if row.row_b is None else (sides.b, row.row_b)
    assert at is not None
    for name, value in compared_fields(trace.step(at)).items():
        if name not in _SAID_ABOVE and value not in (None, "", [], {}):
            yield (
                Change(f"/{name}", value, ABSENT) if row.row_b is None else Change(f"/{name}", ABSENT, value)
            )


_SAID_ABOVE = ("kind", "agent", "name", "tools")


def _one_sided(row: ComparedRow, left: str, right: str) -> str:
    if not left or not right:
        return left or right
    return right if row.row_a == row.row_b else f"{right}  (was #{(row.row_a or 0) + 1})"


def _cell(trace: Trace, row: int | None) -> str:
    if row is None:
        return ""
    said = plain(preview(trace, row))
    return f"#{row + 1} {shown(trace.name(row))}  {said}".replace("\n", " ")


def change_blocks(change: Change, indent: int = 0) -> Iterator[Block]:
    """One field that differs: its pointer, what was and what is; texts word by word."""
    yield Block(shown(change.pointer) or "(the whole)", "json-key", indent=indent, place=change.pointer)
    pieces = changed_words(change)
    if pieces is None:
        yield from _side("− ", change.before, "gone", indent)
        yield from _side("+ ", change.after, "added", indent)
        return
    for lead, side, kinds, look in (
        ("− ", "before", (PieceKind.REMOVED, PieceKind.REPLACED), "gone"),
        ("+ ", "after", (PieceKind.ADDED, PieceKind.REPLACED), "added"),
    ):
        text, spans = lead, [(0, 2, "error" if look == "gone" else "good")]
        for piece in pieces:
            said = shown(getattr(piece, side))
            if piece.kind in kinds:
                spans.append((len(text), len(text) + len(said), look))
            text += said
        yield Block(text, spans=tuple(spans), indent=indent, hang=2, place=change.pointer)


def _side(lead: str, value: Json, look: str, indent: int) -> Iterator[Block]:
    text = "(not there)" if value is ABSENT else shown(one_line(value))
    spans = (
        (0, 2, "error" if look == "gone" else "good"),
        (2, 2 + len(text), "dim" if value is ABSENT else look),
    )
    yield Block(lead + text, spans=spans, indent=indent, hang=2)
