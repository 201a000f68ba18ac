"""Switching and dropping branches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from replaydbg import limits
from replaydbg.codec import make_edit
from replaydbg.core.branch import Branch, BranchStep, Provenance, Stop
from replaydbg.session.commands import AddBranch, SelectBranch, SetMark, SetNote
from replaydbg.tui.screens.branches import BranchesScreen
from replaydbg.tui.screens.dialogs import Line
from replaydbg.views.branches import note_id
from tests.support.desk import CURE, Sitting, Size, open_demo
from tests.support.golden import SIZES, states_same_as_golden


def branch(sitting: Sitting, id_: str) -> Branch:
    """The recording as a branch of itself."""
    run = sitting.shown.trace
    steps = tuple(BranchStep(each, each, Provenance.RECORDED, "as recorded") for each in run.ids)
    return Branch(id_, "", (), run, steps)


async def test_switching_and_dropping_with_undo(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("b")
        assert "there is no branch yet" in sitting.said
        sitting.main.do(AddBranch(branch(sitting, "b1")))
        await sitting.press("b")
        await sitting.until(lambda: isinstance(sitting.app.screen, BranchesScreen), "the list")
        assert "● b1" in sitting.text
        assert "X Drop" in sitting.text
        await sitting.press("k", "X")
        assert "the recording stays" in sitting.said
        await sitting.press("k")
        assert "first line" in sitting.said
        await sitting.press("enter")
        await sitting.until(lambda: sitting.main.desk.branch_id == "", "the recording")
        await sitting.press("b", "j", "X")
        await sitting.until(lambda: not sitting.main.desk.branches, "the branch to go")
        assert "u brings it back" in sitting.said
        await sitting.press("u")
        assert [each.id for each in sitting.main.desk.branches] == ["b1"]
        await sitting.press("b", "q")
        assert sitting.app.screen is sitting.main


async def test_a_branch_is_named_noted_and_pinned(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        sitting.main.do(AddBranch(branch(sitting, "b1")))
        for key, text, shown in (("l", "calm", "b1  calm"), (";", "should not loop", "¶ should not loop")):
            await sitting.press("b" if not isinstance(sitting.app.screen, BranchesScreen) else "j")
            await sitting.until(lambda: isinstance(sitting.app.screen, BranchesScreen), "the list")
            await sitting.press(key)
            await sitting.until(lambda: isinstance(sitting.app.screen, Line), "the line")
            await sitting.type(text)
            await sitting.press("enter")
            await sitting.until_text(shown)
        await sitting.press("p")
        await sitting.until_text("⚑ b1")
        await sitting.press("k", "k")
        await sitting.press("l")
        assert "only branches have that" in sitting.said
        await sitting.press("q", "u")
        assert "undone: set mark" in sitting.said


async def tree(sitting: Sitting) -> None:
    """Two branches of the recording and one of a branch, which was stopped."""
    same, run = branch(sitting, "b1"), sitting.shown.trace
    told = make_edit(run.step(8), "/result", {"error": "order_id must match ^ORD-[0-9]{6}$"})
    taught = make_edit(run.step(1), "/messages/0/content", (run.body(1).messages or ())[0].text + CURE)
    stopped = Stop("offline", "choose a model, then go on with R", run.ids[13])
    for command in (
        AddBranch(replace(same, edits=(told,), label="the tool says what is wrong")),
        AddBranch(replace(same, id="b2", parent="b1", edits=(taught,), stopped=stopped)),
        AddBranch(replace(same, id="b3", edits=(taught,), model="openai", asked="gpt-x")),
        SetNote(note_id("b1"), "it should ask for the right id, once"),
        SetMark(note_id("b1"), on=True),
        SelectBranch("b1"),
    ):
        sitting.main.do(command)
        await sitting.until_still()


async def test_what_became_of_branches_that_nobody_looked_at_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were made in another sitting, say: what became of the findings is nowhere kept."""
    async with open_demo(tmp_path) as sitting:
        main = sitting.main
        await sitting.until_checked()
        for id_ in ("b1", "b2"):
            main.do(AddBranch(branch(sitting, id_)))
        main.do(SelectBranch(""))
        await sitting.until_still()
        main.desk.comparisons.clear()
        await sitting.press("b")
        await sitting.until(lambda: sitting.text.count("the two runs are equal") == 2, "both outcomes")
        assert sitting.text.count("18k tokens") == 2, "and what they took"
        await sitting.press("q")
        main.desk.comparisons.clear()
        monkeypatch.setattr(limits, "OUTCOMES_STEPS_MAX", 51)
        await sitting.press("b")
        await sitting.until_text("D looks at what became of the findings")
        assert not main.desk.comparisons


@pytest.mark.parametrize("size", SIZES)
async def test_as_it_looks(tmp_path: Path, size: Size) -> None:
    states = {}
    async with open_demo(tmp_path, size) as sitting:
        await tree(sitting)
        await sitting.press("b")
        await sitting.until(lambda: isinstance(sitting.app.screen, BranchesScreen), "the list")
        await sitting.until(lambda: len(sitting.main.desk.outcomes()) == 3, "what became of them")
        states["three branches"] = await sitting.at_rest()
        await sitting.press("X")
        states["one was dropped, with what came of it"] = await sitting.at_rest()
    states_same_as_golden(__file__, "branches", size, states)
