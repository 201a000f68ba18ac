"""What goes round in a loop: what one round has otherwise than the one before, and what all after the first cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from math import isnan
from typing import TypeAlias

from replaydbg import limits
from replaydbg.core.changes import ABSENT, changes
from replaydbg.core.digest import canonical
from replaydbg.core.finding import LoopDetail, RoundChange
from replaydbg.core.message import Json
from replaydbg.core.step import KINDS, Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.cycles import Loop
from replaydbg.graph.deeds import Turn

_MODEL_CALL = KINDS.index(Kind.MODEL_CALL)
_SHOWN_CHARS_MAX = 80
_BEFORE_IT_CHARS = 20
_NS_PER_MS = 1e6


def loop_detail(trace: Trace, loop: Loop) -> LoopDetail:
    """Everything that a finding tells of the loop. Decodes its steps, of which there may be many: bounded."""
    rows = loop.rows
    first = loop.turns[: loop.round_turns or 1]
    wasted = rows[sum(len(turn.rows) for turn in first) :]
    found = list(islice(_changes(trace, loop), limits.ROUND_CHANGES_MAX + 1))
    return LoopDetail(
        period=loop.period,
        repeats=loop.rounds,
        first_step=trace.ids[rows[0]],
        began=trace.ids[wasted[0]],
        last_step=trace.ids[rows[-1]],
        changes=tuple(found[: limits.ROUND_CHANGES_MAX]),
        more_changes=len(found) > limits.ROUND_CHANGES_MAX,
        tokens=_tokens(trace, wasted),
        duration_ms=_duration_ms(trace, wasted, together=loop.round_turns > 0),
        cost_usd=_cost(trace, wasted),
    )


def _tokens(trace: Trace, rows: Sequence[int]) -> int | None:
    """Of model calls only: others repeat the sum of theirs."""
    known = [trace.tokens(row) for row in rows if trace.kinds[row] == _MODEL_CALL]
    counts = [count for count in known if count is not None]
    return sum(counts) if counts else None


def _cost(trace: Trace, rows: Sequence[int]) -> float | None:
    known = [trace.costs[row] for row in rows if not isnan(trace.costs[row])]
    return sum(known) if known else None


def _duration_ms(trace: Trace, rows: Sequence[int], *, together: bool) -> float | None:
    """From begin to end of rounds that follow one another; of steps with others between, what they took themselves."""
    if not together:
        took = [trace.duration_ms(row) for row in rows]
        known = [one for one in took if one is not None]
        return sum(known) if known else None
    starts = [trace.starts_ns[row] for row in rows if trace.starts_ns[row] >= 0]
    ends = [trace.ends_ns[row] for row in rows if trace.ends_ns[row] >= 0]
    return max(0, max(ends) - min(starts)) / _NS_PER_MS if starts and ends else None


def _changes(trace: Trace, loop: Loop) -> Iterator[RoundChange]:
    away = loop.round_turns or 1
    for at in range(away, len(loop.turns)):
        before, after = loop.turns[at - away], loop.turns[at]
        if before.tools != after.tools:
            continue
        for what, row, pointer, old, new in (
            *_words(trace, before, after),
            *_arguments(before, after),
            *_results(trace, before, after),
        ):
            for change in changes(old, new):
                inside = change.pointer
                if what == "result" and pointer not in _OWN_RESULTS:
                    inside = ""  # known from a later prompt only: it is told at the call
                elif change.after is ABSENT:
                    inside = inside.rpartition("/")[
                        0
                    ]  # what is there no more is told at the place that held it
                if _text_of(change.before).split() == _text_of(change.after).split():
                    continue  # white space
                sides = parting(_text_of(change.before), _text_of(change.after))
                yield RoundChange(at // away + 1, what, trace.ids[row], pointer + inside, *sides)


_OWN_RESULTS = ("/result", "/error")

_Pair: TypeAlias = tuple[str, int, str, Json, Json]
"""arguments, result or text; the row of the later round; the place there; before and after."""


def _words(trace: Trace, before: Turn, after: Turn) -> Iterator[_Pair]:
    if not after.tools:
        yield "text", after.row, "/output/content", _text(trace, before), _text(trace, after)


def _arguments(before: Turn, after: Turn) -> Iterator[_Pair]:
    for place, (one, other) in enumerate(zip(before.calls, after.calls, strict=True)):
        if one.problem or other.problem:
            yield "arguments", after.row, f"/tool_calls/{place}/arguments_raw", one.raw, other.raw
        else:
            yield "arguments", after.row, f"/tool_calls/{place}/arguments", one.arguments, other.arguments


def _results(trace: Trace, before: Turn, after: Turn) -> Iterator[_Pair]:
    for place, (one, other) in enumerate(zip(before.results(), after.results(), strict=True)):
        if one.known and other.known:
            row, where = after.row, f"/tool_calls/{place}"
            if other.row is not None:
                row, where = other.row, "/result" if trace.body(other.row).has_result else "/error"
            yield "result", row, where, one.value, other.value


def _text_of(value: Json) -> str:
    if value is ABSENT:
        return ""
    return value if isinstance(value, str) else canonical(value)


def _text(trace: Trace, turn: Turn) -> str:
    output = trace.body(turn.row).output
    return output.text if output is not None else ""


def parting(before: str, after: str) -> tuple[str, str]:
    """Both from a little before they part, cut to a length that fits beside one another."""
    shorter = min(len(before), len(after))
    at = next((place for place in range(shorter) if before[place] != after[place]), shorter)
    start = max(0, at - _BEFORE_IT_CHARS) if max(len(before), len(after)) > _SHOWN_CHARS_MAX else 0
    return _cut(before, start), _cut(after, start)


def _cut(text: str, start: int) -> str:
    end = start + _SHOWN_CHARS_MAX
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
