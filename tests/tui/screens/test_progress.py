"""A re-run under way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual.app import App

from replaydbg.actions.rerun import RerunOptions
from replaydbg.core.branch import Branch
from replaydbg.core.outcome import Reply
from replaydbg.core.request import ModelRequest
from replaydbg.drivers.providers import python_function
from replaydbg.errors import UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.tui.screens.progress import ProgressScreen
from tests.support.build import assistant, call, chat, response, user
from tests.support.drive import edit
from tests.support.screens import text_of

RUN = chat(
    [user("hi"), assistant("", call("search", {"q": "x"}, "c1")), response("c1", "none"), assistant("sorry")]
)
EDIT = edit(RUN, "m1", "/messages/0/content", "hello")


class Slow:
    """A model that streams a word and then takes as long as it is let."""

    name = "python:slow"

    async def complete(self, request: ModelRequest, on_text: Any = None) -> Reply:
        if on_text is not None:
            on_text("let me think")
        await asyncio.sleep(60)
        raise AssertionError(request)


async def until(pilot: Any, condition: Any) -> None:
    for _ in range(200):
        if condition():
            return
        await pilot.pause(0.02)
    raise AssertionError(text_of(pilot.app))


def screen(**options: Any) -> ProgressScreen:
    return ProgressScreen(Facts(RUN), [EDIT], RerunOptions(**options))


async def test_streaming_is_shown_and_stopping_keeps_what_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python_function, "python_function", lambda _spec: Slow())
    app: App[None] = App()
    gave: list[Any] = []
    async with app.run_test(size=(100, 20)) as pilot:
        app.push_screen(screen(provider="python:slow:slow"), gave.append)
        await until(pilot, lambda: "let me think" in text_of(app))
        assert "x Stop" in text_of(app)
        await pilot.press("x")
        await until(pilot, lambda: gave)
        (branch,) = gave
        assert isinstance(branch, Branch)
        assert branch.stopped is not None
        assert branch.counts()["interrupted"] == 1


async def test_a_question_to_the_person_goes_away_when_it_is_stopped() -> None:
    app: App[None] = App()
    gave: list[Any] = []
    async with app.run_test(size=(100, 24)) as pilot:
        running = screen()
        app.push_screen(running, gave.append)
        await until(pilot, lambda: "Nobody was allowed to be asked" in text_of(app))
        running.do_stop()
        await until(pilot, lambda: gave)
        assert isinstance(gave[0], Branch)
        await pilot.pause()
        assert len(app.screen_stack) == 1


async def test_what_cannot_begin_is_given_back() -> None:
    app: App[None] = App()
    gave: list[Any] = []
    async with app.run_test(size=(100, 20)) as pilot:
        app.push_screen(screen(provider="python:nowhere:nothing"), gave.append)
        await until(pilot, lambda: gave)
        assert isinstance(gave[0], UsageProblem)
