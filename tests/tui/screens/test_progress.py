"""A re-run under way."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.app import App

from replaydbg.actions.rerun import RerunOptions
from replaydbg.config import ToolSetting
from replaydbg.core.branch import Branch, Provenance
from replaydbg.core.message import ToolCall
from replaydbg.core.outcome import UNFIT, Failed, Reply, Skipped, ToolResult
from replaydbg.core.request import ModelRequest, ToolRequest
from replaydbg.core.tool import ToolSpec
from replaydbg.drivers.providers import python_function, waiting
from replaydbg.drivers.run import Update
from replaydbg.errors import UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.replay.api import Asked, Given, Progress
from replaydbg.tui.screens import progress
from replaydbg.tui.screens.progress import ProgressScreen
from tests.support.blocks import text_of as text_of_blocks
from tests.support.build import assistant, call, chat, response, user
from tests.support.desk import Size, open_made
from tests.support.drive import edit
from tests.support.golden import SIZES, states_same_as_golden
from tests.support.screens import text_of, until

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


class Patient:
    """A model that has to be asked twice."""

    name = "python:patient"

    def __init__(self) -> None:
        self.go_on = asyncio.Event()

    async def complete(self, request: ModelRequest, on_text: Any = None) -> Reply:
        tell = waiting.get()
        assert tell is not None
        tell("h answered 429: try 2 of 4 in 7 s")
        await self.go_on.wait()
        on_text("at last")
        await asyncio.sleep(60)
        raise AssertionError(request)


async def test_why_nothing_comes_is_told_until_something_does(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Patient()
    monkeypatch.setattr(python_function, "python_function", lambda _spec: model)
    app: App[None] = App()
    async with app.run_test(size=(100, 20)) as pilot:
        app.push_screen(screen(provider="python:patient:patient"))
        await until(pilot, lambda: "! h answered 429: try 2 of 4 in 7 s" in text_of(app))
        model.go_on.set()
        await until(pilot, lambda: "at last" in text_of(app))
        assert "answered 429" not in text_of(app)
        await pilot.press("x")


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


CALLED = edit(RUN, "m1", "/tool_calls/0/arguments/q", "y")


@pytest.mark.parametrize(("key", "always"), [("y", set()), ("a", {"search"})])
async def test_a_tool_runs_after_a_yes_to_the_call(key: str, always: set[str]) -> None:
    app: App[None] = App()
    gave: list[Any] = []
    said: set[str] = set()
    options = RerunOptions(
        provider="python:tests.tui.screens.test_progress:reply",
        tools={"search": ToolSetting(way="answer", answer="found")},
    )
    async with app.run_test(size=(100, 24)) as pilot:
        app.push_screen(ProgressScreen(Facts(RUN), [CALLED], options, said), gave.append)
        await until(pilot, lambda: "May search run?" in text_of(app))
        assert "an answer that you wrote" in text_of(app)
        assert '/q: "x" → "y"' in text_of(app)
        await pilot.press(key)
        await until(pilot, lambda: gave)
    assert [step.body.result for step in gave[0].trace.steps() if step.body.has_result] == ["found"]
    assert said == always


async def test_a_no_is_a_question_for_the_result() -> None:
    app: App[None] = App()
    options = RerunOptions(tools={"search": ToolSetting(way="answer", answer="found")})
    async with app.run_test(size=(100, 24)) as pilot:
        app.push_screen(ProgressScreen(Facts(RUN), [CALLED], options), lambda _: None)
        await until(pilot, lambda: "May search run?" in text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: "What does search return?" in text_of(app))


def reply(_: dict[str, Any]) -> str:
    return "here it is"


ASKED = Asked("m9", ModelRequest("gpt", (user("hi"),)), 3, "its prompt is another")
SEARCH = Asked("t9", ToolRequest(ToolCall("c1", "search", {"q": 1})), None, "nothing recorded")


@pytest.mark.parametrize(
    ("asked", "given", "line", "more"),
    [
        (ASKED, Given(Reply(assistant("yes")), Provenance.LIVE), "✓ gpt for #4", ""),
        (ASKED, Given(Reply(assistant("yes")), Provenance.HUMAN), "☺ gpt for #4", ""),
        (
            ASKED,
            Given(Reply(assistant("y"), interrupted=True), Provenance.LIVE),
            "╳ gpt for #4",
            "interrupted",
        ),
        (
            ASKED,
            Given(Failed("auth", "bad key"), Provenance.LIVE),
            "✗ gpt for #4",
            "it failed (auth): bad key",
        ),
        (
            ASKED,
            Given(Skipped("nobody may ask"), Provenance.LIVE),
            "~ gpt for #4",
            "not answered: nobody may ask",
        ),
        (SEARCH, Given(ToolResult("found"), Provenance.LIVE), "✓ search()", ""),
        (SEARCH, Given(ToolResult("no", is_error=True), Provenance.LIVE), "✗ search()", "it failed: no"),
        (
            SEARCH,
            Given(Failed(UNFIT, "q is no text"), Provenance.LIVE),
            "✗ search()",
            "search was not run: q is no text",
        ),
        (
            replace(SEARCH, unproven=True),
            Given(Skipped("not bound"), Provenance.LIVE),
            "? search()",
            "unproven: the recorded result stands. not bound",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_came_of_a_question_has_the_sign_that_its_step_will_have(
    asked: Asked, given: Given, line: str, more: str
) -> None:
    """A refusal is no success."""
    question = progress._Question(asked, 0.0, took=1.0, given=given)
    said = text_of_blocks(progress.progress_blocks(Progress(), [question], 1.0)).splitlines()
    assert said[2].startswith(line)
    assert [text.strip() for text in said[3:]] == ([more] if more else [])


async def test_a_call_that_breaks_its_schema_is_no_success_on_the_screen() -> None:
    """Told by the driver, not only painted."""
    spec = ToolSpec("search", schema={"type": "object", "properties": {"q": {"type": "string"}}})
    run_ = chat(
        [
            user("hi"),
            assistant("", call("search", {"q": "x"}, "c1")),
            response("c1", "none"),
            assistant("sorry"),
        ],
        tools=(spec,),
    )
    options = RerunOptions(
        provider="python:tests.tui.screens.test_progress:reply",
        tools={"search": ToolSetting(way="answer", answer="found", policy="allow")},
    )
    app: App[None] = App()
    heard: list[Update] = []
    async with app.run_test(size=(100, 24)) as pilot:
        screen_ = ProgressScreen(Facts(run_), [edit(run_, "m1", "/tool_calls/0/arguments/q", 5)], options)
        own = screen_._heard

        def hear(update: Update) -> None:
            heard.append(update)
            own(update)

        screen_._heard = hear  # type: ignore[method-assign]
        gave: list[Any] = []
        app.push_screen(screen_, gave.append)
        await until(pilot, lambda: gave)
    outcomes = [update.given.outcome for update in heard if update.given is not None]
    assert isinstance(outcomes[0], Failed)
    assert outcomes[0].kind == UNFIT
    assert isinstance(outcomes[1], Reply)


@pytest.mark.parametrize("size", SIZES)
async def test_as_it_looks(tmp_path: Path, size: Size, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a model speaks, and while a person is asked; on a clock that stands still."""
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: 0.0))
    monkeypatch.setattr(python_function, "python_function", lambda _spec: Slow())
    answer, states = {"search": ToolSetting(way="answer", answer="found")}, {}
    async with open_made(tmp_path, RUN, size) as sitting:
        await sitting.app.push_screen(screen(provider="python:slow:slow"))
        await sitting.until_text("let me think")
        states["a model speaks"] = await sitting.at_rest()
        await sitting.press("x")
        await sitting.until(lambda: sitting.app.screen is sitting.main, "the end")
        await sitting.app.push_screen(ProgressScreen(Facts(RUN), [CALLED], RerunOptions(tools=answer)))
        await sitting.until_text("May search run?")
        states["a tool may run or not"] = await sitting.at_rest()
        await sitting.press("escape")
        await sitting.until_text("What does search return?")
        states["the person answers"] = await sitting.at_rest()
    states_same_as_golden(__file__, "progress", size, states)
