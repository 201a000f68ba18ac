"""Two branches, or two traces, beside each other; and a step beside the one it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from replaydbg.actions import compare
from replaydbg.actions.convert import save_trace
from replaydbg.actions.demo import PROVIDER
from replaydbg.actions.rerun import RerunOptions, rerun
from replaydbg.codec import make_edit
from replaydbg.diff.align import align
from replaydbg.session.commands import AddBranch, AddEdit, SelectBranch
from replaydbg.tui.messages import ComparisonMoved
from replaydbg.tui.screens.branches import BranchesScreen
from replaydbg.tui.screens.compare import CompareScreen, StepDifference
from replaydbg.tui.setup import Setup
from tests.support.build import model_call, trace, user
from tests.support.desk import Sitting, demo_setup, open_demo, open_setup

TOLD = (
    '{"error": "order_id must match ^ORD-[0-9]{6}$; region must be one of EU, US, APAC"}',
    '{"error": "the service is down"}',
)


async def make_branch(sitting: Sitting, told: str) -> None:
    """A branch in which the tool at #9 says something else."""
    recording = sitting.main.desk.of_branch("")
    assert recording is not None
    sitting.main.do(SelectBranch(""))
    edit = make_edit(recording.trace.step(8), "/result", told)
    branch = await rerun(recording.facts, (edit,), RerunOptions(provider=PROVIDER, calls_max=3))
    sitting.main.do(AddBranch(branch))


async def to_comparison(sitting: Sitting) -> CompareScreen:
    await sitting.until(lambda: isinstance(sitting.app.screen, CompareScreen), "the comparison")
    screen = sitting.app.screen
    assert isinstance(screen, CompareScreen)
    return screen


async def test_a_pending_edit_is_compared_with_what_was(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        sitting.main.do(AddEdit(make_edit(sitting.shown.trace.step(8), "/result", TOLD[0])))
        sitting.main.chain.go_to(8)
        await sitting.press("d")
        assert isinstance(sitting.app.screen, StepDifference)
        assert "must match" in sitting.text
        await sitting.press("s")
        assert "a step already" in sitting.said
        await sitting.press("q")


async def test_any_two_branches_are_compared(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        for told in TOLD:
            await make_branch(sitting, told)
        first, second = (branch.id for branch in sitting.main.desk.branches)
        await sitting.press("b")
        await sitting.until(lambda: isinstance(sitting.app.screen, BranchesScreen), "the list")
        await sitting.press("m")
        assert "D on another line" in sitting.said
        assert "≠" in sitting.text
        await sitting.press("D")
        assert "it is marked itself" in sitting.said
        while sitting.app.screen.branch_id != first:  # type: ignore[attr-defined]
            await sitting.press("k")
        await sitting.press("D")
        screen = await to_comparison(sitting)
        assert f"branch {second}  →  branch {first}" in sitting.text
        # The steps before the edit are the same recorded ones, whatever they say.
        assert screen.comparison.rows[0].row_a == screen.comparison.rows[0].row_b == 0
        await sitting.press("f")
        assert screen.document.block is not None
        assert screen.document.block.place == f"difference:{screen.comparison.first_divergence}"
        await sitting.press("s")
        await sitting.until(lambda: sitting.main.desk.branch_id == first, "the branch on the right")
        at = screen.comparison.first_divergence
        assert at is not None
        assert sitting.main.row == screen.comparison.rows[at].row_b


async def test_what_was_recorded_stands_on_the_left(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await make_branch(sitting, TOLD[0])
        await sitting.press("b")
        await sitting.until(lambda: isinstance(sitting.app.screen, BranchesScreen), "the list")
        await sitting.press("m", "g", "g")
        while sitting.app.screen.branch_id:  # type: ignore[attr-defined]
            await sitting.press("k")
        await sitting.press("D")
        await to_comparison(sitting)
        assert f"recording  →  branch {sitting.branch.id}" in sitting.text


async def test_another_file_is_compared_with_at_the_start(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await make_branch(sitting, TOLD[0])
        save_trace(sitting.branch.trace, str(tmp_path / "mended.json"))
    another = str(tmp_path / "another.sqlite3")
    setup = replace(
        demo_setup(tmp_path), against=str(tmp_path / "mended.json"), session_path=another, read_only="no"
    )
    async with open_setup(setup) as sitting:
        screen = await to_comparison(sitting)
        assert "mended.json  →  support-incident.json" in sitting.text
        assert "they part at #9 lookup_order" in sitting.text
        await sitting.press("q")
        await sitting.press("b")
        await sitting.until(lambda: isinstance(sitting.app.screen, BranchesScreen), "the list")
        assert "◇ mended.json" in sitting.text
        await sitting.press("G", "j", "X")
        assert "another recording" in sitting.said
        await sitting.press("q")
        await sitting.press("D")
        assert (await to_comparison(sitting)).comparison is screen.comparison


async def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    setup = replace(demo_setup(tmp_path), against=str(tmp_path / "nowhere.json"))
    async with open_setup(setup) as sitting:
        await sitting.until_text("That cannot be done")
        await sitting.press("enter")
        await sitting.until(lambda: sitting.app.screen is sitting.main, "the end of the dialog")
        await sitting.press("D")
        assert "there is no branch yet" in sitting.said


async def test_a_long_comparison_tells_how_far_it_is_and_escape_stops_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both traces are long; the machine may be quick, so the comparison waits where the test says."""
    steps = [model_call(f"m{at}", [user("go")], f"answer {at}") for at in range(300)]
    for name, count in (("before", 300), ("after", 290)):
        save_trace(trace(*steps[:count]), str(tmp_path / f"{name}.json"))
    go_on = Event()
    told = align

    def held(*given: Any) -> Any:
        while not go_on.wait(0.01):
            given[-1](0.5)
        return told(*given)

    monkeypatch.setattr(compare, "align", held)
    setup = Setup(
        str(tmp_path / "after.json"),
        session_path=str(tmp_path / "session.sqlite3"),
        against=str(tmp_path / "before.json"),
    )
    async with open_setup(setup) as sitting:
        await sitting.until(lambda: "looking which step is which 50%   esc stops it" in sitting.said)
        assert "comparing 50%" in sitting.text
        await sitting.press("=", "j")
        assert sitting.main.row == 1, "the screen goes on"
        await sitting.until(lambda: sitting.said.startswith("comparing"), "it to be said again")
        await sitting.press("escape")
        assert "comparing was stopped: D begins it anew" in sitting.said
        sitting.main.post_message(ComparisonMoved("it was on its way when the key came", 0.5))
        await sitting.until(lambda: not any(each.is_running for each in sitting.app.workers), "its end")
        assert "comparing 50%" not in sitting.text
        go_on.set()
        await sitting.press("D")
        await to_comparison(sitting)
