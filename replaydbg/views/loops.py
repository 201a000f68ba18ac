"""What is told of a loop: where it is, what it cost, what one round has otherwise than the one before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from replaydbg.core.finding import LoopDetail, RoundChange
from replaydbg.core.trace import Trace
from replaydbg.views.text import cost_words, duration_words, plural, printable, token_words

ROUNDS_SHOWN_MAX = 12
"""Changes listed: by then one has seen how it goes on."""


class LoopLine(NamedTuple):
    """`row` is the step that the line leads to, -1 for none."""

    text: str
    row: int = -1


def loop_lines(trace: Trace, loop: LoopDetail, most: int = ROUNDS_SHOWN_MAX) -> Iterator[LoopLine]:
    yield from loop_facts(trace, loop)
    if loop.first_step != loop.last_step:
        yield from change_lines(trace, loop, most)


def loop_facts(trace: Trace, loop: LoopDetail) -> Iterator[LoopLine]:
    """Where it is and what it cost."""
    first, began, last = (trace.row(id_) for id_ in (loop.first_step, loop.began, loop.last_step))
    if first == last:
        yield LoopLine(f"{plural(loop.repeats, 'round')} in #{first + 1}", first)
    else:
        size = f" of {plural(loop.period, 'step')}" if loop.period else ", others between"
        where = f"#{first + 1} to #{last + 1}, going round from #{began + 1} on"
        yield LoopLine(f"{plural(loop.repeats, 'round')}{size}: {where}", began)
    wasted = wasted_words(loop)
    if wasted:
        yield LoopLine(f"after the first round: {wasted}")


def change_lines(trace: Trace, loop: LoopDetail, most: int = ROUNDS_SHOWN_MAX) -> Iterator[LoopLine]:
    """What each round has otherwise than the one before."""
    if not loop.changes:
        yield LoopLine("from round to round: nothing changes")
    for change in loop.changes[:most]:
        yield LoopLine(_change(change), trace.row(change.step_id))
    left = len(loop.changes) - most
    if left > 0 or loop.more_changes:
        yield LoopLine(f"and {left} more changes" if not loop.more_changes else "and more changes")


def wasted_words(loop: LoopDetail) -> str:
    """`1,200 tokens, 4.6 s, $0.02`: what was recorded of it."""
    words = [
        token_words(loop.tokens) if loop.tokens is not None else "",
        duration_words(loop.duration_ms) if loop.duration_ms is not None else "",
        cost_words(loop.cost_usd) if loop.cost_usd is not None else "",
    ]
    return ", ".join(word for word in words if word)


def _change(change: RoundChange) -> str:
    place = change.pointer.rpartition("/arguments/")[2] if "/arguments/" in change.pointer else ""
    what = f"{change.what} {place}".strip()
    before, after = (printable(side) or "nothing" for side in (change.before, change.after))
    return f"round {change.round}: {printable(what)}: {before} → {after}"
