"""The page of one finding: what is wrong, its evidence side by side, what to do, and why it matters."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from replaydbg.core.finding import Finding
from replaydbg.core.message import Json
from replaydbg.core.step import Kind
from replaydbg.diff.fields import PieceKind, words
from replaydbg.graph.facts import Facts
from replaydbg.graph.index import CallPlace
from replaydbg.rules._beginnings import advice
from replaydbg.views.against_schema import held_blocks
from replaydbg.views.blocks import Block, Folds, shown
from replaydbg.views.detail import Page, sections
from replaydbg.views.exhibit import Exhibit, Quote
from replaydbg.views.loops import LoopLine, change_lines, loop_facts
from replaydbg.views.signs import SEVERITY_SIGNS, severity_look
from replaydbg.views.text import plural
from replaydbg.views.wrapping import BESIDE_CELLS_MIN, Side, below, beside

_STEPS_SHOWN = 12
_SIDE_CHARS_MAX = 1_200
_SIDE_LINES_MAX = 24
_BEFORE_IT_CHARS = 60
_SHORT_JSON_CHARS = 60
_JSON_CHARS_MAX = 50_000
_PRETTY = json.JSONEncoder(ensure_ascii=False, default=str, indent=2)
"""Encodes as it is asked: a value may be large, and its beginning is shown."""
_BAR = "▍"


def finding_page(
    facts: Facts,
    one: Exhibit,
    folds: Folds,
    width: int,
    *,
    page: Page,
    keys: Callable[[str], str],
    first_round: int = 0,
) -> Iterator[Block]:
    """`first_round` is the round, from 0, that is shown beside the next one. `keys` puts keys in the place of actions in braces."""
    yield from head_blocks(facts, one.finding)
    yield from _mending(one, keys)
    if one.finding.loop is not None:
        yield Block()
        yield from _lines(loop_facts(facts.trace, one.finding.loop))
    yield Block()
    if one.held is not None:
        yield from held_blocks(one.held, folds, width)
        yield Block()
    if one.pair is not None:
        yield from _pair(*one.pair, width)
        yield Block()
    for quote in one.quotes:
        yield from _quote(quote)
    if len(one.rounds) > 1:
        yield from _rounds(facts, one, width, first_round)
        yield Block()
    if one.finding.loop is not None and one.finding.loop.changes:
        yield Block("from round to round", "heading")
        yield from _lines(change_lines(facts.trace, one.finding.loop))
        yield Block()
    yield from explained(page(one.finding.code))


def head_blocks(facts: Facts, finding: Finding) -> Iterator[Block]:
    """What is known before anything is looked up."""
    look = severity_look(finding.severity)
    sign = SEVERITY_SIGNS[finding.severity]
    first = facts.trace.row(finding.step_ids[0]) if finding.step_ids else -1
    head = f"{sign} {finding.severity.label}  {shown(finding.name)} ({shown(finding.code)})"
    yield Block(head, look, mark=_BAR, mark_look=look, row=first)
    yield Block(shown(finding.message), "strong", mark=_BAR, mark_look=look, row=first)
    if finding.step_ids:
        rows = [facts.trace.row(id_) for id_ in finding.step_ids[:_STEPS_SHOWN]]
        more = len(finding.step_ids) - len(rows)
        where = ", ".join(f"#{row + 1}" for row in rows) + (f" and {more:,} more" if more else "")
        yield Block(f"in {where}", "dim", mark=_BAR, mark_look=look, row=first, hang=2)


def _mending(one: Exhibit, keys: Callable[[str], str]) -> Iterator[Block]:
    mend = keys("{mend}")
    look = severity_look(one.finding.severity)
    if one.choices:
        words = " | ".join(choice.words.partition(": ")[2] for choice in one.choices)
        name = one.choices[0].words.partition(":")[0]
        text = f"{mend}: choose for {shown(name)}: {shown(words)}"
        yield Block(text, "good", ((0, len(mend), "key"),), hang=3, mark=_BAR, mark_look=look)
    elif one.beginning is not None:
        text = (
            f"{mend}: edit {one.beginning.place}: {one.beginning.words}; whether that helps the re-run shows"
        )
        yield Block(text, "good", ((0, len(mend), "key"),), hang=3, mark=_BAR, mark_look=look)
    elif one.repair is None:
        known = advice(one.finding) or "what would mend it is not known"
        yield Block(
            keys(f"{{mend}}: {known}; {{edit}} edits the step"), "dim", hang=3, mark=_BAR, mark_look=look
        )
    else:
        text = f"{mend}: {shown(one.repair.words)}"
        yield Block(text, "good", ((0, len(mend), "key"),), hang=3, mark=_BAR, mark_look=look)


def _lines(lines: Iterator[LoopLine]) -> Iterator[Block]:
    for line in lines:
        yield Block(line.text, indent=2, hang=2, row=line.row)


def explained(text: str) -> Iterator[Block]:
    """The rule's page, what to do first."""
    parts = dict(sections(text))
    for heading in ("What to do", "Why it matters", "What it finds", "Settings"):
        if heading in parts:
            yield Block(heading, "heading")
            yield Block(shown(parts[heading]), indent=2)
            yield Block()
    if not parts:
        yield Block("the rule of this finding is not here, so there is no page of it", "dim")


# Places


def _quote(quote: Quote) -> Iterator[Block]:
    yield Block(_title(quote), "heading", row=quote.row)
    if quote.value is not None:
        yield Block(shown(_cut(_text(quote.value), 0)), indent=2, place=quote.place, row=quote.row)
    yield Block()


def _title(quote: Quote) -> str:
    if quote.row < 0:
        return shown(quote.title)
    place = f"#{quote.row + 1} {quote.place}".strip()
    return shown(f"{place}: {quote.title}" if quote.title else place)


def _pair(left: Quote, right: Quote, width: int) -> Iterator[Block]:
    alike = left.place.rpartition("/")[2] == right.place.rpartition("/")[2]
    heads = (Side(_title(left), "heading"), Side(_title(right), "heading"))
    sides = _sides(_text(left.value), _text(right.value), marked=alike)
    row = right.row if right.row >= 0 else left.row
    if width >= BESIDE_CELLS_MIN:
        yield from beside(*heads, width, Block(row=row))
        yield from beside(*sides, width, Block(row=row))
        return
    for quote, head, side in zip((left, right), heads, sides, strict=True):
        yield from below(head, side, Block(row=quote.row))


# Rounds


@dataclass(frozen=True, slots=True)
class _Said:
    """One thing that a step of a round says."""

    row: int
    what: str
    value: Json
    failed: bool = False


def _rounds(facts: Facts, one: Exhibit, width: int, first: int) -> Iterator[Block]:
    first = max(0, min(first, len(one.rounds) - 2))
    left, right = (list(_said(facts, one.rounds[at])) for at in (first, first + 1))
    heads = [_round_head(one, at) for at in (first, first + 1)]
    wide = width >= BESIDE_CELLS_MIN
    if wide:
        yield from beside(Side(heads[0], "heading"), Side(heads[1], "heading"), width)
    else:
        yield Block(f"{heads[0]}, then {heads[1]}", "heading")
    if len(one.rounds) > 2:
        loop = one.finding.loop
        begun = loop is not None and bool(loop.period) and len(one.rounds) == loop.repeats + 1
        more = " and the beginning of another" if begun else ""
        yield Block(f"n and N show the next two of {plural(len(one.rounds) - begun, 'round')}{more}", "dim")
    for mine, theirs in zip_longest(left, right):
        yield from _side_by_side(mine, theirs, width) if wide else _stacked(mine, theirs)


def _round_head(one: Exhibit, at: int) -> str:
    begun = at == len(one.rounds) - 1 and len(one.rounds[at]) < len(one.rounds[0])
    return f"round {at + 1}{' (only begun)' if begun else ''}"


def _said(facts: Facts, rows: tuple[int, ...]) -> Iterator[_Said]:
    """What the steps of one round say, in order: texts, calls, results, errors."""
    asked = set(rows)
    for row in rows:
        body, kind = facts.trace.body(row), facts.trace.kind(row)
        if kind is Kind.MODEL_CALL:
            if body.output is not None and body.output.text:
                yield _Said(row, "says", body.output.text)
            for number, call in enumerate(facts.index.calls(row)):
                arguments = call.raw if call.problem is not None else call.arguments
                yield _Said(row, f"calls {call.name}", arguments, call.problem is not None)
                ran = facts.index.execution_of(row, number)
                told = facts.answers.response(CallPlace(row, number)) if ran is None else None
                if told is not None:
                    yield _Said(row, f"{call.name} answers", told.result, told.is_error)
        elif kind is Kind.TOOL_EXECUTION:
            place = facts.index.call_of(row)
            if body.call is not None and (place is None or place.row not in asked):
                yield _Said(row, f"{body.call.name} is run", body.call.arguments)
            name = body.call.name if body.call is not None else facts.trace.name(row)
            if body.has_result:
                yield _Said(row, f"{name} returns", body.result, bool(body.error))
        if body.error and not (kind is Kind.TOOL_EXECUTION and body.has_result):
            yield _Said(row, "fails", body.error, failed=True)


def _side_by_side(mine: _Said | None, theirs: _Said | None, width: int) -> Iterator[Block]:
    same = _same(mine, theirs)
    later = theirs or mine
    assert later is not None
    block = Block(mark="" if same else "~", mark_look="warning", row=later.row)
    yield from beside(_said_head(mine), _said_head(theirs), width, block)
    yield from beside(*_said_sides(mine, theirs), width, Block(row=later.row))


def _stacked(mine: _Said | None, theirs: _Said | None) -> Iterator[Block]:
    """What is the same in both is said once."""
    sides = _said_sides(mine, theirs)
    if mine is not None and theirs is not None and _same(mine, theirs):
        head = _said_head(mine)
        text = f"{head.text} = #{theirs.row + 1}"
        yield from below(Side(text, head.look, head.spans), sides[0], Block(row=theirs.row))
        return
    for said, side, sign, look in ((mine, sides[0], "−", "error"), (theirs, sides[1], "+", "good")):
        if said is not None:
            yield from below(_said_head(said), side, Block(mark=sign, mark_look=look, row=said.row))


def _same(mine: _Said | None, theirs: _Said | None) -> bool:
    return mine is not None and theirs is not None and (mine.what, mine.value) == (theirs.what, theirs.value)


def _said_head(said: _Said | None) -> Side:
    if said is None:
        return Side("(nothing)", "dim")
    number = f"#{said.row + 1}"
    text = f"{number} {shown(said.what)}"
    return Side(
        text,
        spans=((0, len(number), "number"), (len(number), len(text), "error" if said.failed else "role-tool")),
    )


def _said_sides(mine: _Said | None, theirs: _Said | None) -> tuple[Side, Side]:
    left, right = (_text(one.value) if one is not None else "" for one in (mine, theirs))
    marked = mine is not None and theirs is not None and mine.what == theirs.what
    return _sides(left, right, marked=marked)


# Texts


def _text(value: Json) -> str:
    """A text as it is; anything else as JSON, on one line where that is short."""
    if isinstance(value, str):
        return value or '""'
    text, chunks = "", _PRETTY.iterencode(value)
    while len(text) < _JSON_CHARS_MAX and (chunk := next(chunks, None)) is not None:
        text += chunk
    short = " ".join(text.split()) if len(text) <= 2 * _SHORT_JSON_CHARS else text
    return short if len(short) <= _SHORT_JSON_CHARS else text


def _sides(left: str, right: str, *, marked: bool) -> tuple[Side, Side]:
    """Both texts as columns, cut to where they part; with `marked` the words in which they differ stand out."""
    parted = _same_chars(left, right) if marked and left != right else 0
    left, right = _cut(left, parted), _cut(right, parted)
    if not marked or left == right:
        look = "dim" if marked else ""
        return Side(shown(left), look, indent=2), Side(shown(right), look, indent=2)
    pieces = words(left, right)
    sides = []
    for side, kinds, look in (
        ("before", (PieceKind.REMOVED, PieceKind.REPLACED), "gone"),
        ("after", (PieceKind.ADDED, PieceKind.REPLACED), "added"),
    ):
        text, spans = "", []
        for piece in pieces:
            said = shown(getattr(piece, side))
            if piece.kind in kinds:
                spans.append((len(text), len(text) + len(said), look))
            text += said
        sides.append(Side(text, spans=tuple(spans), indent=2))
    return sides[0], sides[1]


def _same_chars(left: str, right: str) -> int:
    """How far both begin alike, by halves: texts may be long."""
    return bisect_left(
        range(min(len(left), len(right))), True, key=lambda at: left[: at + 1] != right[: at + 1]
    )


def _cut(text: str, parted: int) -> str:
    """A stretch that can be read at a glance, from a little before the two part."""
    is_long = len(text) > _SIDE_CHARS_MAX or text.count("\n") >= _SIDE_LINES_MAX
    begin = max(0, parted - _BEFORE_IT_CHARS) if is_long else 0
    lines = text[begin : begin + _SIDE_CHARS_MAX].split("\n")
    shorter = "\n".join(lines[:_SIDE_LINES_MAX])
    left = len(text) - begin - len(shorter)
    return f"{'…' if begin else ''}{shorter}" + (f"… {plural(left, 'character')} more" if left else "")
