"""Many runs under way: the table grows, x stops them, and what was answered is kept."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.app import App

from replaydbg.actions.rerun import RerunOptions
from replaydbg.core.branch import Branch
from replaydbg.drivers import providers
from replaydbg.errors import NotSaved, UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.replay.sampling import Tally
from replaydbg.tui.screens import trial as module
from replaydbg.tui.screens.trial import TrialScreen, Wanted
from replaydbg.views.trial import TrialTerms
from tests.support.build import assistant, chat, user
from tests.support.desk import Size, open_made
from tests.support.drive import edit
from tests.support.golden import SIZES, states_same_as_golden
from tests.support.screens import text_of, until

RUN = chat([user("hi"), assistant("sorry")], model="m")
EDIT = edit(RUN, "m1", "/messages/0/content", "hello")
HERE = "python:tests.tui.screens.test_trial"
GO_ON = threading.Event()
ASKED: list[str] = []


def model(request: dict[str, Any]) -> str:
    return "hello" if "hello" in str(request) else "sorry"


def waiting(request: dict[str, Any]) -> str:
    ASKED.append(threading.current_thread().name)
    if len(ASKED) > 2:
        GO_ON.wait(20)
    return "hello"


def refused(request: dict[str, Any]) -> str:
    """As a provider of ours does that is asked to be patient."""
    tell = providers.waiting.get()
    assert tell is not None
    tell("h answered 429: try 2 of 4 in 7 s")
    return waiting(request)


def screen(keep: Any, terms: TrialTerms, provider: str = "model") -> TrialScreen:
    return TrialScreen(Wanted(Facts(RUN), [EDIT], RerunOptions(provider=f"{HERE}:{provider}"), terms), keep)


TERMS = TrialTerms(samples=4, control=True, oracles=("regex:hello",), calls_max=99)


async def test_the_table_says_what_the_runs_show() -> None:
    app, gave, kept = App[None](), list[Any](), list[Branch | Tally]()
    async with app.run_test(size=(100, 24)) as pilot:
        app.push_screen(screen(kept.append, TERMS), gave.append)
        await until(pilot, lambda: "8 of 8 runs" in text_of(app) and "  the edit helps" in text_of(app))
        text = text_of(app)
        assert "4 of 4" in text
        assert "51% to 100%" in text
        assert "so far" not in text
        await pilot.press("x")
        assert "all runs have ended" in text_of(app)
        await pilot.press("q")
        (trial,) = gave
    *branches, tally = kept
    assert branches == [one.branch for one in trial.edited]
    assert len(branches) == 4
    assert isinstance(tally, Tally)
    assert (tally.done, tally.wanted, tally.ended) == ((4, 4), (4, 4), "")


async def test_stopping_ends_at_once_and_keeps_what_was_answered() -> None:
    GO_ON.clear()
    ASKED.clear()
    app, gave, kept = App[None](), list[Any](), list[Branch | Tally]()
    async with app.run_test(size=(100, 24)) as pilot:
        app.push_screen(screen(kept.append, TERMS, "waiting"), gave.append)
        await until(pilot, lambda: len(ASKED) > 2)
        await pilot.press("q")
        assert "the runs go on: x stops them" in text_of(app)
        await pilot.press("x")
        await until(pilot, lambda: "stopped by the person" in text_of(app))
        GO_ON.set()
        await pilot.press("q")
        (trial,) = gave
    assert trial.stopped == "stopped by the person"
    assert [one.held is None for one in trial.edited] == [False, True]
    *branches, tally = kept
    assert branches == [one.branch for one in trial.edited]
    assert isinstance(tally, Tally)
    assert tally.ended == "stopped by the person"
    assert len(tally.lost) == 1


async def test_why_nothing_comes_is_told_under_the_table() -> None:
    GO_ON.clear()
    ASKED.extend("abc")
    app = App[None]()
    async with app.run_test(size=(100, 24)) as pilot:
        app.push_screen(screen(lambda _: None, TERMS, "refused"))
        await until(pilot, lambda: "! h answered 429: try 2 of 4 in 7 s" in text_of(app))
        GO_ON.set()
        await until(pilot, lambda: "8 of 8 runs" in text_of(app))
        assert "429" not in text_of(app)


async def test_bounds_hold_for_all_runs_and_what_is_not_kept_is_said() -> None:
    def keep(_: Branch | Tally) -> None:
        raise NotSaved("the disk is full", "make room")

    app, gave = App[None](), list[Any]()
    async with app.run_test(size=(100, 24)) as pilot:
        terms = TrialTerms(samples=4, control=False, oracles=("regex:hello",), calls_max=2)
        app.push_screen(screen(keep, terms), gave.append)
        await until(pilot, lambda: "the bound of 2 live model calls" in text_of(app))
        assert "not kept: the disk is full" in text_of(app)
        assert "without a control" in text_of(app)
        await pilot.press("q")


async def test_what_can_not_begin_is_told() -> None:
    app, gave = App[None](), list[Any]()
    async with app.run_test(size=(100, 24)) as pilot:
        wrong = TrialTerms(samples=1, oracles=("gone:L004",), calls_max=2)
        app.push_screen(screen(lambda _branch: None, wrong), gave.append)
        await until(pilot, lambda: gave)
    assert isinstance(gave[0], UsageProblem)


@pytest.mark.parametrize("size", SIZES)
async def test_as_it_looks(tmp_path: Path, size: Size, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clock that stands still."""
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: 0.0))
    GO_ON.clear()
    ASKED.clear()
    states = {}
    async with open_made(tmp_path, RUN, size) as sitting:
        await sitting.app.push_screen(screen(lambda _branch: None, TERMS, "waiting"))
        await sitting.until(lambda: len(ASKED) > 2, "the third run")
        states["under way"] = await sitting.at_rest()
        await sitting.press("x")
        GO_ON.set()
        states["stopped"] = await sitting.at_rest()
        await sitting.press("q")
        await sitting.app.push_screen(screen(lambda _branch: None, TERMS))
        await sitting.until_text("8 of 8 runs")
        states["all have ended"] = await sitting.at_rest()
    states_same_as_golden(__file__, "trial", size, states)
