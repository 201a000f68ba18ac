"""What an edit would touch, beside it while one types."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.graph.facts import Facts
from replaydbg.session.commands import AddEdit
from replaydbg.session.state import Sitting as Kept
from replaydbg.tui.screens.draft import Draft
from replaydbg.tui.screens.editor import EditorScreen
from replaydbg.views.editing import Form, Part
from tests.support.build import assistant, chat, system, user
from tests.support.desk import open_demo, shown_of
from tests.support.drive import edit
from tests.support.golden import same_as_golden

RUN = chat([system("be brief"), user("hi"), assistant("hello"), user("more"), assistant("ok")])
PART = Part("system prompt", "/messages/0/content", "be brief", Form.TEXT)


def test_it_is_planned_with_the_edits_that_are_pending() -> None:
    other = edit(RUN, RUN.ids[1], "/model", "m-2")
    draft = Draft(shown_of(Facts(RUN)), AddEdit(other).apply(Kept(RUN)), 0, PART)
    touched = draft.touched("be long")
    assert touched.plan is not None
    assert [one.after for one in touched.edits] == ["m-2", "be long"]
    assert touched.plan.calls_by_model == {"m-1": 1, "m-2": 1}


def test_what_is_no_edit_touches_nothing() -> None:
    draft = Draft(shown_of(Facts(RUN)), Kept(RUN), 0, Part("parameters", "/params", {}, Form.JSON))
    assert draft.touched("{").plan is None
    assert draft.touched("[]").plan is None


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 40), (200, 60)])
async def test_as_it_looks(tmp_path: Path, size: tuple[int, int]) -> None:
    async with open_demo(tmp_path, size) as sitting:
        await sitting.press("e", "enter")
        await sitting.until(lambda: isinstance(sitting.app.screen, EditorScreen), "the editor")
        if size[0] >= 100:
            assert "would touch stands here" in sitting.text
        await sitting.press("!")
        await sitting.until_text("18 to re-run")
        same_as_golden(__file__, f"draft-{size[0]}x{size[1]}", sitting.text)
