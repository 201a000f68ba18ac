"""What excuses turns that go round; the situations of `tests/support/complaints.py` try all of it together."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.trace import Trace
from replaydbg.graph.deeds import Turn
from replaydbg.graph.excuses import (
    asked_anew,
    in_vain,
    is_hit,
    no_arguments_help,
    only_thinks,
    only_time_passes,
    takes_patience,
)
from replaydbg.graph.facts import Facts
from tests.support.build import assistant, chat, model_call, trace, user
from tests.support.staged import done, each, times

LONG = "It is as it was, whoever asks for it, and nothing about it has changed since it was looked at the last time."


def turns(*deeds: tuple[Any, ...], task: str = "Do it.") -> list[Turn]:
    (stretch,) = Facts(done(*deeds, task=task)).turns.stretches
    return [turn for turn in stretch if turn.tools]


@pytest.mark.parametrize(
    ("deed", "expected"),
    [
        (("sleep", {"s": 5}, "ok"), True),
        (("bash", {"command": "sleep 5 && curl x"}, "x"), True),
        (("status", {}, "pending"), True),
        (("status", {}, {"state": "in_progress"}), True),
        (("status", {}, "pending", True), False),
        (("status", {}, "pending" + " as you know" * 9), False),
        (("submit", {}, "pending"), False),
        (("press_key", {"key": "Tab"}, "ok"), True),
        (("scroll", {}, LONG), False),
        (("read", {}, "x"), False),
    ],
)
def test_patience(deed: tuple[Any, ...], expected: bool) -> None:
    assert takes_patience(turns(deed)) is expected


def test_thoughts_that_differ_are_no_round() -> None:
    assert only_thinks(turns(*each("think", "thought", "abc", "")))
    assert not only_thinks(turns(*times(3, ("think", {"thought": "a"}, ""))))
    assert not only_thinks(turns(("think", {"thought": "a"}, ""), ("pay", {}, "")))


@pytest.mark.parametrize(
    ("deed", "expected"),
    [
        (("f", {}, "x"), True),
        (("f", {}, "x", True), False),
        (("f", {}, "no results"), False),
    ],
)
def test_a_hit(deed: tuple[Any, ...], expected: bool) -> None:
    assert is_hit(turns(deed)[0]) is expected


@pytest.mark.parametrize(
    ("deeds", "expected"),
    [
        pytest.param(each("f", "q", [4, 2, 9, 5], "no", True), True, id="failures"),
        pytest.param([*each("f", "q", [4, 2, 9], "no", True), ("f", {"q": 5}, "x")], False, id="a hit in the end"),
        pytest.param([*each("f", "q", range(9, 29), "no", True), ("f", {"q": 5}, "x")], True, id="late"),
        pytest.param(each("search", "q", [4, 2, 9, 5], ""), True, id="silence of what looks"),
        pytest.param(each("notify_all", "q", [4, 2, 9, 5], ""), False, id="silence of what works"),
        pytest.param(each("f", "q", [1, 2, 3, 4], "not found"), False, id="one after another"),
        pytest.param(each("f", "page", [1, 2, 3, 4], "not found"), True, id="pages"),
        pytest.param(each("f", "q", [f"order {n}" for n in (4, 2, 9)], LONG), True, id="told the same"),
        pytest.param(each("f", "q", [f"order{n}" for n in (4, 2, 9)], LONG), False, id="asked of things"),
        pytest.param(each("f", "q", [f"order {n}" for n in (4, 2, 9)], "ok"), False, id="acknowledged"),
        pytest.param(each("f", "q", ["9714", "2222", "5118"], "no", True), False, id="told by the task"),
        pytest.param(times(3, ("f", {}, "no", True)), False, id="nothing varies"),
    ],
)  # fmt: skip
def test_in_vain(deeds: Any, expected: bool) -> None:
    run = turns(*deeds, task="See to 9714, 5118 and 2222.")
    assert in_vain(run, 1, 0.5, hit=False, tries_max=10) is expected


def _edits(*came: Any) -> list[tuple[Any, ...]]:
    return [one for new in "abcd" for one in (("edit", {"new": new}, *came), ("test", {}, "failed", True))]


def test_only_what_varies_is_a_guess() -> None:
    works, fails = turns(*_edits("edited")), turns(*_edits("no match", True))
    assert not in_vain(works, 2, 0.5, hit=False, tries_max=10)
    assert in_vain(fails, 2, 0.5, hit=False, tries_max=10)
    assert not in_vain(fails, 2, 0.5, hit=True, tries_max=10)


def _two(run: Trace) -> list[Turn]:
    return [turn for stretch in Facts(run).turns.stretches for turn in stretch][:2]


def test_a_question_that_a_program_asks_anew() -> None:
    votes = trace(*(model_call(f"m{n}", [user("Yes or no?")], "yes") for n in range(2)))
    assert asked_anew(*_two(votes))
    goes_on = chat([user("Go."), assistant("I will."), assistant("I will.")])
    assert not asked_anew(*_two(goes_on))
    forgets = trace(*(model_call(f"m{n}", [user("Go."), assistant("I will.")], "I will.") for n in range(2)))
    assert not asked_anew(*_two(forgets))


@pytest.mark.parametrize(
    ("deed", "expected"),
    [
        (("f", {}, "Error: login failed", True), True),
        (("f", {}, {"error": "401 Unauthorized"}), True),
        (("f", {}, "Error: quota exceeded", True), True),
        (("f", {}, "Error: no such file", True), False),
        (("f", {}, "your quota is 7 GB"), False),
    ],
)
def test_errors_that_no_arguments_help(deed: tuple[Any, ...], expected: bool) -> None:
    assert no_arguments_help(turns(deed)[0]) is expected


def test_only_time_passes() -> None:
    assert only_time_passes(turns(*(("f", {}, f"pending for {n}s") for n in range(4))))
    assert not only_time_passes(turns(*(("f", {}, f"{n} done") for n in range(4))))
    assert not only_time_passes(turns(*(("f", {}, f"{word} for 3s") for word in ("pending", "ready"))))
