"""What goes round in a loop: what changed, and what it cost."""

from __future__ import annotations

import pytest

from replaydbg import codec, limits
from replaydbg.core import pointer
from replaydbg.core.finding import LoopDetail, RoundChange
from replaydbg.core.step import Usage
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.graph.rounds import loop_detail, parting
from tests.support import build
from tests.support.build import assistant, call, user
from tests.support.staged import done, each, times


def detail(run: Trace) -> LoopDetail:
    (loop,) = Facts(run).cycles.loops
    return loop_detail(run, loop)


def test_where_it_is() -> None:
    one = detail(done(("g", {}, "y"), *times(3, ("f", {"q": 1}, "x"))))
    assert (one.period, one.repeats) == (2, 3)
    assert (one.first_step, one.began, one.last_step) == ("m2", "m3", "x4")
    assert one.changes == ()


def test_what_changes_from_round_to_round() -> None:
    one = detail(
        done(
            *each("f", "q", ["order 7", "order 3", "order 9", "order 1"], lambda n: f"Error: no order ({n})")
        )
    )
    assert one.changes[:2] == (
        RoundChange(2, "arguments", "m2", "/tool_calls/0/arguments/q", "order 7", "order 3"),
        RoundChange(2, "result", "x2", "/result", "Error: no order (0)", "Error: no order (1)"),
    )
    assert [change.round for change in one.changes] == [2, 2, 3, 3, 4, 4]


def test_changes_are_where_they_say() -> None:
    def result(n: int) -> dict[str, object]:
        return {"error": n, "odd": [n]} if n % 2 else {"error": n}

    run = done(*each("f", "a", ({"b": n} for n in range(4)), result))
    (loop,) = Facts(run).cycles.loops
    for change in loop_detail(run, loop).changes:
        pointer.get(codec.step_document(run.step(run.row(change.step_id))), change.pointer)


def test_words_that_change() -> None:
    run = build.chat([user("Go."), *(assistant(f"At 2026-01-01 10:0{n} I begin.") for n in range(3))])
    (first, _) = detail(run).changes
    assert first == RoundChange(
        2, "text", "m2", "/output/content", "At 2026-01-01 10:00 I begin.", "At 2026-01-01 10:01 I begin."
    )


def test_changes_are_bounded() -> None:
    one = detail(done(*each("f", "q", [n * 7 % 100 for n in range(100)], {"items": []})))
    assert len(one.changes) == limits.ROUND_CHANGES_MAX
    assert one.more_changes


def test_what_all_after_the_first_round_cost() -> None:
    steps = []
    for n in range(4):
        asked = call("f", {}, f"c{n}")
        steps += [
            build.model_call(f"m{n}", None, assistant("", asked), usage=Usage(100, 10), cost_usd=0.5),
            build.tool_execution(f"x{n}", asked, "same"),
        ]
    one = detail(build.trace(*steps))
    assert (one.tokens, one.cost_usd) == (330, 1.5)
    assert one.duration_ms == pytest.approx(11)  # six steps of a millisecond and the gaps between


def test_what_was_not_recorded_is_not_known() -> None:
    one = detail(build.trace(*(build.tool_execution(f"x{n}", call("f"), 1, timed=False) for n in range(3))))
    assert (one.tokens, one.cost_usd, one.duration_ms) == (None, None, None)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a", "b", ("a", "b")),
        ("x" * 100 + "a", "x" * 100 + "b", ("…" + "x" * 20 + "a", "…" + "x" * 20 + "b")),
        ("", "y" * 90, ("", "y" * 80 + "…")),
    ],
)
def test_parting(before: str, after: str, expected: tuple[str, str]) -> None:
    assert parting(before, after) == expected
