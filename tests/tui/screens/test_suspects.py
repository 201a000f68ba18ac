"""The page of suspects in the running program."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.graph.suspects import suspects
from replaydbg.tui.screens.suspects import SuspectsScreen
from replaydbg.tui.widgets.document import Document
from tests.support.build import model_call, trace, user
from tests.support.desk import Size, open_demo, open_made
from tests.support.golden import SIZES, states_same_as_golden


async def test_enter_goes_to_the_first_suspect(tmp_path: Path) -> None:
    async with open_demo(tmp_path, (80, 24)) as sitting:
        first = suspects(sitting.shown.facts, sitting.shown.findings)[0]
        sitting.main.chain.go_to(0)
        await sitting.press("s")
        await sitting.until(lambda: isinstance(sitting.app.screen, SuspectsScreen), "the page")
        await sitting.until_text("no verdict")
        assert first.reasons[0].partition(":")[0] in sitting.text
        await sitting.press("enter")
        await sitting.until(lambda: sitting.app.screen is sitting.main, "the list of steps")
        assert sitting.main.row == sitting.shown.trace.row(first.step_id)


async def test_nothing_is_suspicious(tmp_path: Path) -> None:
    async with open_made(tmp_path, trace(model_call("m", [user("hi")]))) as sitting:
        await sitting.press("s")
        await sitting.until_text("nothing makes one step more suspicious")
        assert sitting.app.screen.query_one(Document).cursor == 0
        await sitting.press("enter")
        assert "leads nowhere" in sitting.said
        await sitting.press("q")
        assert sitting.app.screen is sitting.main


@pytest.mark.parametrize("size", SIZES)
async def test_as_it_looks(tmp_path: Path, size: Size) -> None:
    async with open_demo(tmp_path, size) as sitting:
        await sitting.press("s")
        await sitting.until_text("1. #8")
        states_same_as_golden(__file__, "suspects", size, {"of the incident": await sitting.at_rest()})
