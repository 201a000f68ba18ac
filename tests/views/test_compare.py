"""Two runs side by side."""

from __future__ import annotations

import pytest

from replaydbg.actions.compare import compare_traces
from replaydbg.core.changes import ABSENT, Change
from replaydbg.core.trace import Trace
from replaydbg.diff.steps import Totals
from replaydbg.graph.facts import Facts
from replaydbg.views.blocks import Folds
from replaydbg.views.compare import (
    change_blocks,
    comparison_blocks,
    gained_and_lost,
    spent_words,
    totals_blocks,
)
from tests.support.blocks import text_of
from tests.support.build import assistant, call, chat, response, system, user

ASKED = call("search", {"q": "x"}, "c1")
OTHER = call("search", {"q": "y"}, "c1")


def run(asked: object = ASKED, end: str = "none", rounds: int = 1) -> Trace:
    turns = [system("s"), user("hi")]
    for _ in range(rounds):
        turns += [assistant("", asked), response("c1", "0 hits")]  # type: ignore[arg-type]
    return chat([*turns, assistant(end)])


def said(a: Trace, b: Trace, width: int = 120, folds: Folds | None = None) -> str:
    found = compare_traces(Facts(a), Facts(b))
    return text_of(comparison_blocks((a, b), ("before", "after"), found, folds or Folds(), width))


def test_equal_runs() -> None:
    text = said(run(), run())
    assert text.startswith("the two runs are equal")
    assert "every step says the same" in text
    assert "3 equal steps" in text


@pytest.mark.parametrize("width", [60, 120])
def test_changed_steps_open_to_their_fields(width: int) -> None:
    text = said(run(), run(OTHER), width)
    assert "▸ ~ " in text
    assert "/tool_calls" not in text
    opened = said(run(), run(OTHER), width, Folds(all_open=True))
    assert "/tool_calls/0/arguments/q" in opened
    assert "− x" in opened
    assert "+ y" in opened


def test_a_loop_that_is_gone_is_the_headline() -> None:
    a, b = run(rounds=6), run()
    found = compare_traces(Facts(a), Facts(b))
    text, look = gained_and_lost(found)
    assert "gone (no-progress-loop" in text
    assert look == "good"
    assert "− gone: ‼ no-progress-loop" in said(a, b)
    assert gained_and_lost(compare_traces(Facts(b), Facts(a)))[1] == "error"


def test_removed_steps_stand_on_their_side() -> None:
    assert "− #" in said(run(rounds=3), run())
    assert "+ " in said(run(), run(rounds=3))


def test_totals_say_by_how_much() -> None:
    assert "model calls              7 →            2  -71%" in said(run(rounds=6), run())


@pytest.mark.parametrize(
    ("titles", "head"),
    [
        (("Hand-Crafted__11.json", "Hand-Crafted__13.json"), "…ed__11.json   …ed__13.json"),
        (("Hand-Crafted__11.json", "short"), "Hand-Crafte…          short"),
        (("recording", "branch b1"), "recording             b1"),
    ],
)
def test_names_that_begin_alike_are_told_apart(titles: tuple[str, str], head: str) -> None:
    totals = Totals(1, 1, 0, 0, None, None, None)
    first = next(iter(totals_blocks(titles, totals, totals, 80)))
    assert " ".join(first.text.split()) == " ".join(head.split())


def test_changes() -> None:
    assert text_of(change_blocks(Change("/a", ABSENT, {"n": 1}))) == '/a\n− (not there)\n+ {"n": 1}'
    blocks = list(change_blocks(Change("/a", "one two", "one three")))
    assert blocks[1].text == "− one two"
    assert "gone" in [look for _, _, look in blocks[1].spans]


def test_what_a_run_took_in_few_words() -> None:
    before, after = Totals(1, 1, 0, 0, 16_000, None, 4000.0), Totals(1, 1, 0, 0, 12_000, 0.02, 1000.0)
    assert spent_words(before, after) == "12k tokens -25%, $0.02, 1.0s -75%"
    assert spent_words(after, Totals(1, 1, 0, 0, None, None, None)) == ""
