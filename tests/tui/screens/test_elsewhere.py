"""A prompt that stands in several places, edited in all of them at once."""

from __future__ import annotations

from pathlib import Path

from replaydbg.session.commands import AddEdit
from replaydbg.tui.screens.dialogs import Choose
from replaydbg.tui.screens.editor import EditorScreen
from replaydbg.tui.screens.elsewhere import of_message
from tests.support.build import assistant, model_call, system, trace, user
from tests.support.desk import Sitting, open_made
from tests.support.drive import edit

RULES = system("be brief")
RUN = trace(
    model_call("a1", [RULES, user("hi")], "hello"),
    model_call("a2", [RULES, user("hi"), assistant("hello"), user("more")], "ok"),
    model_call("b1", [RULES, user("x")], "1"),
    model_call("c1", [system("be long"), user("x")], "1"),
)


async def edited(sitting: Sitting) -> None:
    """The system prompt of the first call gets an exclamation mark."""
    await sitting.press("g", "e")
    await sitting.until(lambda: isinstance(sitting.app.screen, Choose), "the choice")
    await sitting.press("enter")
    await sitting.until(lambda: isinstance(sitting.app.screen, EditorScreen), "the editor")
    await sitting.press("!", "ctrl+s")


async def test_it_says_where_else_and_edits_it_there_as_one_change(tmp_path: Path) -> None:
    async with open_made(tmp_path, RUN) as sitting:
        await edited(sitting)
        await sitting.until(lambda: sitting.main.also, "the hint")
        assert sitting.main.also.startswith("the same message enters 1 other prompt, #3: W edits")
        await sitting.until_text("the same message enters 1 other prompt")
        await sitting.press("W")
        await sitting.until(lambda: sitting.edits == 2, "the edits")
        assert [(one.step_id, one.after) for one in sitting.main.desk.edits] == [
            ("a1", "be brief!"),
            ("b1", "be brief!"),
        ]
        assert "edited in 1 more place as one change" in sitting.said
        await sitting.press("u")
        assert sitting.edits == 1
        assert "1 edit of one message" in sitting.said
        await sitting.press("U", "W")
        await sitting.until(lambda: "in no other prompt" in sitting.said, "that it is everywhere")
        assert sitting.edits == 2


async def test_nothing_is_said_where_it_stands_nowhere_else(tmp_path: Path) -> None:
    async with open_made(tmp_path, trace(model_call("m", [RULES, user("hi")], "1"))) as sitting:
        await sitting.press("W")
        assert "no message of #1 is edited" in sitting.said
        await edited(sitting)
        await sitting.until(lambda: sitting.main.desk.plan is not None, "the plan")
        await sitting.main.workers.wait_for_complete()
        assert sitting.main.also == ""


async def test_what_was_edited_there_by_itself_is_left_alone(tmp_path: Path) -> None:
    async with open_made(tmp_path, RUN) as sitting:
        sitting.main.do(AddEdit(edit(RUN, "b1", "/messages/0/content", "mine")))
        await sitting.pilot.pause()
        await edited(sitting)
        await sitting.until(lambda: sitting.edits == 2, "the edit")
        await sitting.press("W")
        await sitting.until(lambda: "in no other prompt" in sitting.said, "that it is left alone")
        assert {one.after for one in sitting.main.desk.edits} == {"mine", "be brief!"}


async def test_other_edits_are_of_no_message() -> None:
    assert of_message(edit(RUN, "a1", "/messages/1/content", "x")) == 1
    assert of_message(edit(RUN, "a1", "/model", "x")) is None
    assert of_message(edit(RUN, "a1", "/messages", [])) is None
