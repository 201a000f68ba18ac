"""Going from difference to difference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from replaydbg.actions.compare import compare_traces
from replaydbg.graph.facts import Facts
from replaydbg.tui.screens.compare import CompareScreen, StepDifference
from replaydbg.tui.screens.help import Help
from tests.support.build import assistant, call, chat, response, system, user
from tests.support.desk import Size, open_made
from tests.support.golden import SIZES, states_same_as_golden
from tests.support.screens import text_of

ASKED, OTHER = call("search", {"q": "x"}, "c1"), call("search", {"q": "y"}, "c1")
HEAD = [
    system("s"),
    user("hi"),
    *[
        each
        for n in range(6)
        for each in (assistant("", call("look", {"n": n}, f"n{n}")), response(f"n{n}", n))
    ],
]
A = chat([*HEAD, assistant("", ASKED), response("c1", "0 hits"), assistant("none")])
B = chat([*HEAD, assistant("", OTHER), response("c1", "1 hit"), assistant("one")])


async def test_the_comparison() -> None:
    app: App[None] = App()
    gave: list[Any] = []
    screen = CompareScreen(compare_traces(Facts(A), Facts(B)), A, B, ("recording", "branch b1"))
    async with app.run_test(size=(120, 30)) as pilot:
        app.push_screen(screen, gave.append)
        await pilot.pause()
        assert "recording  →  branch b1" in text_of(app)
        assert "11 equal steps" in text_of(app)
        text = screen.document
        await pilot.press("n")
        first = text.cursor
        assert text.block is not None
        assert text.block.place.startswith("difference:")
        await pilot.press("enter")
        await pilot.pause()
        assert "/tool_calls/0/arguments/q" in text_of(app)
        await pilot.press("n")
        assert text.cursor > first
        await pilot.press("N")
        assert text.cursor == first
        await pilot.press("N")
        assert "no difference before" in screen.said
        await pilot.press("=")
        await pilot.pause()
        assert "search" in text_of(app)
        assert text.lines > 20
        await pilot.press("?")
        await pilot.pause()
        assert isinstance(app.screen, Help)
        await pilot.press("escape", "q")
        await pilot.pause()
        assert gave == [None]


async def test_an_equal_step_leads_to_the_branch() -> None:
    app: App[None] = App()
    gave: list[Any] = []
    screen = CompareScreen(compare_traces(Facts(A), Facts(B)), A, B, ("recording", "branch b1"))
    async with app.run_test(size=(120, 40)) as pilot:
        app.push_screen(screen, gave.append)
        await pilot.pause()
        text = screen.document
        text.cursor = text.lines_of(lambda block: block.row >= 0)[0]
        await pilot.press("enter")
        await pilot.pause()
        assert len(gave) == 1
        assert gave[0] >= 0


async def test_one_step_beside_the_one_it_was() -> None:
    app: App[None] = App()
    row = A.row("m7")
    screen = StepDifference(A.step(row), B.step(row))
    async with app.run_test(size=(100, 30)) as pilot:
        app.push_screen(screen)
        await pilot.pause()
        assert "/tool_calls/0/arguments/q" in text_of(app)
        await pilot.press("n", "n")
        assert screen.document.block is not None
        assert screen.document.block.place.startswith("/tool_calls")
        await pilot.press("=")
        assert "there are none" in screen.said
    same, app = StepDifference(A.step(0), A.step(0)), App()
    async with app.run_test(size=(100, 30)) as pilot:
        app.push_screen(same)
        await pilot.pause()
        assert "the two steps say the same" in text_of(app)


async def test_equal_steps_are_shown_and_hidden_and_the_cursor_stays() -> None:
    app: App[None] = App()
    screen = CompareScreen(compare_traces(Facts(A), Facts(B)), A, B, ("recording", "branch b1"))
    async with app.run_test(size=(120, 30)) as pilot:
        app.push_screen(screen)
        await pilot.pause()
        await pilot.press("f")
        here = screen.document.block
        assert here is not None
        assert here.place == "difference:12"
        lines = screen.document.lines
        await pilot.press("=")
        assert screen.document.lines == lines + 11
        assert screen.document.block is not None
        assert screen.document.block.place == here.place
        await pilot.press("=")
        assert screen.document.lines == lines


async def test_what_only_one_run_has_is_shown_whole() -> None:
    app: App[None] = App()
    longer = chat([*HEAD, assistant("", ASKED), response("c1", "0 hits"), assistant("none")])
    shorter = chat([*HEAD, assistant("none")])
    screen = CompareScreen(compare_traces(Facts(longer), Facts(shorter)), longer, shorter, ("a", "b"))
    async with app.run_test(size=(120, 40)) as pilot:
        app.push_screen(screen)
        await pilot.pause()
        line = screen.document.line_beside(-1, 1, lambda block: "search" in block.text and "−" in block.text)
        screen.document.cursor = line
        await pilot.press("enter")
        await pilot.pause()
        assert '− [{"name": "search"' in text_of(app)
        await pilot.press("s")
        assert "it is only in a" in screen.said


@pytest.mark.parametrize("size", SIZES)
async def test_as_it_looks(tmp_path: Path, size: Size) -> None:
    row, states = A.row("m7"), {}
    async with open_made(tmp_path, A, size) as sitting:
        comparison = compare_traces(Facts(A), Facts(B))
        await sitting.app.push_screen(CompareScreen(comparison, A, B, ("recording", "branch b1")))
        states["two runs"] = await sitting.at_rest()
        await sitting.press("f", "enter")
        states["where they part"] = await sitting.at_rest()
        await sitting.press("=", "g")
        states["equal steps too"] = await sitting.at_rest()
        await sitting.press("q")
        await sitting.app.push_screen(StepDifference(A.step(row), B.step(row)))
        states["one step"] = await sitting.at_rest()
    states_same_as_golden(__file__, "compare", size, states)
