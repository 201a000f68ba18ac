"""The page of a finding in the running program."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.tui.screens.dialogs import Choose, Line
from replaydbg.tui.screens.finding import FindingScreen
from tests.support.build import assistant, call, model_call, parameters, tool, tool_execution, trace, user
from tests.support.desk import Sitting, Size, open_demo, open_made
from tests.support.golden import SIZES, same_as_golden
from tests.support.staged import done, each

LOOKUP = tool("lookup", parameters(["mode"], mode={"enum": ["fast", "slow"]}))
FAST, ODD = call("lookup", {"mode": "Fast"}, "c"), call("lookup", {}, "d")
WRONG = trace(
    model_call("m0", [user("hi")], "hello"),
    model_call("m1", [user("go")], assistant("", FAST), tools=[LOOKUP]),
    tool_execution("t1", FAST, "done"),
    model_call("m2", [user("go on")], assistant("", ODD), tools=[LOOKUP]),
    tool_execution("t2", ODD, "done"),
)
LOOP = done(("g", {}, "y"), *each("f", "q", ["order 7", "order 3", "order 9", "order 1"], "no results"))


async def opened(sitting: Sitting) -> FindingScreen:
    await sitting.press("F")
    await sitting.until(lambda: isinstance(sitting.app.screen, FindingScreen), "the page")
    screen = sitting.app.screen
    assert isinstance(screen, FindingScreen)
    await sitting.until(lambda: screen.exhibit is not None, "its evidence")
    return screen


@pytest.mark.parametrize(("size", "beside"), [((80, 24), False), ((120, 40), True), ((200, 60), True)])
async def test_arguments_against_the_schema(tmp_path: Path, size: Size, beside: bool) -> None:
    async with open_made(tmp_path, WRONG, size) as sitting:
        await opened(sitting)
        line = next(line for line in sitting.text.splitlines() if '"mode": "Fast"' in line)
        assert ('"fast" | "slow"' in line) is beside
        assert "finding 1 of 2" in sitting.text


@pytest.mark.parametrize("size", SIZES)
async def test_as_it_looks(tmp_path: Path, size: Size) -> None:
    async with open_demo(tmp_path, size) as sitting:
        screen = await opened(sitting)
        assert screen.at == 1
        same_as_golden(__file__, f"finding-schema-{size[0]}x{size[1]}", await sitting.at_rest())
        await sitting.press("left_square_bracket")
        await sitting.until(lambda: screen.at == 0 and screen.exhibit is not None, "the finding before")
        same_as_golden(__file__, f"finding-loop-{size[0]}x{size[1]}", await sitting.at_rest())


async def test_the_mending_edit_is_started_from_the_page(tmp_path: Path) -> None:
    async with open_made(tmp_path, WRONG) as sitting:
        await opened(sitting)
        await sitting.press("M")
        await sitting.until(lambda: sitting.edits == 1, "the edit")
        await sitting.press("u")
        assert sitting.edits == 0


async def test_one_of_few_values_is_chosen(tmp_path: Path) -> None:
    odd = call("lookup", {"mode": "?"}, "c")
    run = trace(
        model_call("m1", [user("go")], assistant("", odd), tools=[LOOKUP]), tool_execution("t1", odd, "done")
    )
    async with open_made(tmp_path, run) as sitting:
        await opened(sitting)
        assert 'M: choose for mode: "fast" | "slow"' in sitting.text
        await sitting.press("M")
        await sitting.until(lambda: isinstance(sitting.app.screen, Choose), "the values")
        await sitting.press("escape")
        await sitting.until(lambda: "nothing was edited" in sitting.spoken, "no edit")
        await sitting.press("M")
        await sitting.until(lambda: isinstance(sitting.app.screen, Choose), "the values")
        await sitting.press("j", "enter")
        await sitting.until(lambda: sitting.edits == 1, "the edit")
        assert 'edited: mode: "slow"' in sitting.spoken


async def test_what_cannot_be_mended_says_so_and_the_page_stays(tmp_path: Path) -> None:
    async with open_made(tmp_path, WRONG) as sitting:
        screen = await opened(sitting)
        await sitting.press("right_square_bracket")
        await sitting.until(lambda: screen.at == 1 and screen.exhibit is not None, "the next finding")
        assert "M Mend" not in sitting.text
        await sitting.press("M")
        assert sitting.app.screen is screen
        assert "no one edit is known" in sitting.said
        await sitting.press("right_square_bracket")
        assert "this is the last finding" in sitting.said
        await sitting.press("left_square_bracket")
        await sitting.until(lambda: screen.at == 0, "the first finding")


async def test_it_is_suppressed_from_the_page_and_comes_back(tmp_path: Path) -> None:
    async with open_made(tmp_path, WRONG) as sitting:
        await opened(sitting)
        await sitting.press("X")
        await sitting.until(lambda: isinstance(sitting.app.screen, Line), "the question for a reason")
        await sitting.type("known")
        await sitting.press("enter")
        await sitting.until(lambda: len(sitting.shown.findings) == 1, "one finding less")
        await sitting.press("u")
        assert len(sitting.shown.findings) == 2


async def test_enter_goes_to_the_step(tmp_path: Path) -> None:
    async with open_made(tmp_path, WRONG) as sitting:
        await opened(sitting)
        sitting.main.chain.go_to(0)
        await sitting.press("enter")
        await sitting.until(lambda: sitting.app.screen is sitting.main, "the list of steps")
        assert sitting.main.row == 1


async def test_from_the_list_the_finding_under_the_cursor(tmp_path: Path) -> None:
    async with open_made(tmp_path, WRONG) as sitting:
        await sitting.press("f", "j")
        screen = await opened(sitting)
        assert screen.finding.step_ids[0] == "m2"
        assert "finding 2 of 2" in sitting.text
        await sitting.press("q")
        assert sitting.app.screen is sitting.main


async def test_a_rule_opens_its_first_finding_folded_or_not(tmp_path: Path) -> None:
    async with open_made(tmp_path, WRONG) as sitting:
        await sitting.press("f", "g", "space")
        screen = await opened(sitting)
        assert screen.finding.step_ids[0] == "m1"


async def test_round_against_round(tmp_path: Path) -> None:
    async with open_made(tmp_path, LOOP) as sitting:
        screen = await opened(sitting)
        await sitting.until_text("round 2")
        assert any("order 7" in line and "order 3" in line for line in sitting.text.splitlines())
        await sitting.press("N")
        assert "these are the first two" in sitting.said
        await sitting.press("n")
        await sitting.until(lambda: screen.round == 1, "the next rounds")
        assert any("order 3" in line and "order 9" in line for line in sitting.text.splitlines())
        await sitting.press("n", "n")
        assert "these are the last two" in sitting.said


async def test_rounds_only_of_loops(tmp_path: Path) -> None:
    async with open_made(tmp_path, WRONG) as sitting:
        await opened(sitting)
        await sitting.press("n")
        assert "no two rounds" in sitting.said


async def test_where_nothing_can_be_kept_nothing_is_mended(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        sitting.main.desk.read_only = "this file is only looked at"
        screen = await opened(sitting)
        await sitting.press("M")
        assert "only looked at" in sitting.said
        assert sitting.app.screen is screen
