"""Which hint is shown, and when it leaves."""

from __future__ import annotations

import string

import pytest

from replaydbg.tui.actions import by_id
from replaydbg.tui.hints import HINTS, SITTINGS_MAX, Hints
from replaydbg.tui.possible import State

NEW = State(steps=26, number=3, editable=True, findings=2)


def test_one_at_a_time_each_until_it_was_done_once() -> None:
    hints = Hints({})
    seen = []
    while name := hints.fitting(NEW):
        assert hints.show(name), "it is shown for the first time"
        assert not hints.show(name)
        seen.append(name)
        assert hints.used(HINTS[name].uses[0])
        assert not hints.used(HINTS[name].uses[0]), "that is known by now"
    assert seen == ["findings", "edit", "jump", "help"]


def test_what_matters_most_now_comes_first() -> None:
    assert Hints({}).fitting(State(steps=26, number=3, editable=True, findings=2, edits=1)) == "rerun"
    assert Hints({}).fitting(State(steps=26, number=3, branch="b1")) == "compare"
    assert Hints({}).fitting(State(steps=500)) == "search"


def test_a_hint_that_was_there_often_enough_does_not_come_again() -> None:
    kept: dict[str, int] = {}
    for _ in range(SITTINGS_MAX):
        hints = Hints(kept)
        assert hints.fitting(NEW) == "findings"
        hints.show("findings")
        assert hints.fitting(NEW) == "findings", "it stays for this sitting"
        kept = dict(hints.shown)
    assert Hints(kept).fitting(NEW) == "edit"


@pytest.mark.parametrize("name", HINTS)
def test_hints_name_actions_that_there_are(name: str) -> None:
    hint = HINTS[name]
    named = [field for _, field, _, _ in string.Formatter().parse(hint.text) if field]
    for action_id in (*named, *hint.uses):
        assert by_id("main", action_id)
