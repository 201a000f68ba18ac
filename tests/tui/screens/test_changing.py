"""Edits on the screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from replaydbg import limits
from replaydbg.errors import NotSaved
from replaydbg.session.commands import AddEdit, ClearEdits, SelectBranch
from replaydbg.tui.screens.changing import described
from replaydbg.tui.screens.dialogs import Choose
from replaydbg.tui.screens.editor import EditorScreen
from tests.support.build import model_call, trace, user
from tests.support.desk import open_demo, open_made
from tests.support.drive import edit

RUN = trace(model_call("m", [user("go")], "1"))


def test_commands_in_a_few_words() -> None:
    assert described(AddEdit(edit(RUN, "m", "/model", "gpt"))) == "add edit at /model"
    assert described(SelectBranch("b1")) == "select branch b1"
    assert described(SelectBranch("")) == "select branch recording"
    assert described(ClearEdits()) == "clear edits"


async def test_the_part_under_the_cursor_is_edited_without_a_choice(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("2", "tab", "tab", "j", "j", "e")
        await sitting.until(lambda: isinstance(sitting.app.screen, EditorScreen), "the editor")
        assert "arguments of lookup_order" in sitting.text
        assert "order_id" in sitting.text


async def test_only_one_part_needs_no_choice(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        sitting.main.chain.go_to(25)
        await sitting.press("e")
        await sitting.until(lambda: isinstance(sitting.app.screen, Choose), "the choice")
        await sitting.press("escape")
        assert sitting.edits == 0


@pytest.mark.parametrize(
    ("script", "edits", "says"),
    [
        ("echo more >> $1", 1, "a re-run asks"),
        ("exit 1", 0, "ended with code 1"),
        (":", 0, "nothing was changed"),
    ],
)
async def test_the_persons_own_editor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, edits: int, says: str
) -> None:
    from contextlib import nullcontext

    program = tmp_path / "ed.sh"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(program))
    async with open_demo(tmp_path) as sitting:
        monkeypatch.setattr(sitting.app, "suspend", nullcontext)
        await sitting.press("E")
        await sitting.until(lambda: isinstance(sitting.app.screen, Choose), "the choice")
        await sitting.press("enter")
        await sitting.until(lambda: says in sitting.spoken, says)
        assert sitting.edits == edits


@pytest.mark.parametrize(
    "long", ["word\n" * (limits.EDIT_IN_PLACE_BYTES_MAX // 5 + 1), "w" * (limits.EDIT_LINE_CHARS_MAX + 1)]
)
async def test_what_is_too_large_goes_to_the_editor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, long: str
) -> None:
    opened: list[int] = []

    def outside(_app: object, text: str, _suffix: str) -> tuple[str | None, str]:
        opened.append(len(text))
        return None, "closed"

    monkeypatch.setattr("replaydbg.tui.outside.edit", outside)
    async with open_made(tmp_path, trace(model_call("m", [user(long)], "1"))) as sitting:
        await sitting.press("enter", "j", "e")
        await sitting.until(lambda: opened, "the editor")
        assert opened == [len(long)]
        opened.clear()
        sitting.main.desk.setup = replace(sitting.main.desk.setup, in_browser=True)
        await sitting.press("e")
        await sitting.until(lambda: "a browser has no $EDITOR" in sitting.said, "the sentence")
        assert opened == []


async def test_who_opens_a_long_text_is_told_to_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    async with open_made(tmp_path, trace(model_call("m", [user("word\n" * 120_000)], "1"))) as sitting:
        say = sitting.main.say

        def heard(text: str, look: str = "warning") -> None:
            told.append(text)
            say(text, look)

        monkeypatch.setattr(sitting.main, "say", heard)
        await sitting.press("enter", "j", "e")
        await sitting.until(lambda: isinstance(sitting.app.screen, EditorScreen), "the editor")
        assert [text for text in told if text.startswith("opening user message 1, 600 kB")]
        await sitting.press("escape")
        await sitting.until(lambda: sitting.app.screen is sitting.main, "the steps")
        assert sitting.said == ""


async def test_a_full_disk_is_said_and_the_edit_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_demo(tmp_path) as sitting:
        store = sitting.main.desk.sitting
        assert store is not None
        monkeypatch.setattr(store, "_flush", lambda: (_ for _ in ()).throw(NotSaved("the disk is full", "")))
        step = sitting.shown.trace.step(7)
        from replaydbg.codec import make_edit

        sitting.main.do(AddEdit(make_edit(step, "/model", "other")))
        await sitting.pilot.pause()
        assert sitting.edits == 1
        await sitting.until(lambda: sitting.main.desk.plan is not None, "the plan")
        assert "not kept: the disk is full" in sitting.said


async def test_who_leaves_is_told_what_is_not_on_disk_and_leaves_it_by_asking_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_demo(tmp_path) as sitting:
        from replaydbg.codec import make_edit

        store = sitting.main.desk.sitting
        assert store is not None
        flush, left = store._flush, []
        monkeypatch.setattr(sitting.app, "exit", lambda *_: left.append(1))
        monkeypatch.setattr(store, "_flush", lambda: (_ for _ in ()).throw(NotSaved("the disk is full", "")))
        step = sitting.shown.trace.step(7)
        sitting.main.do(AddEdit(make_edit(step, "/model", "other")))
        sitting.main.do_quit()
        assert "what you have made is not on disk: the disk is full" in sitting.said
        sitting.main.do(AddEdit(make_edit(step, "/params", {"seed": 1})))
        sitting.main.do_quit()
        assert left == [], "something else was made meanwhile"
        sitting.main.do_quit()
        assert left == [1]
        monkeypatch.setattr(store, "_flush", flush)
        sitting.main.do(AddEdit(make_edit(step, "/params", {"seed": 2})))
        assert store.saved
        sitting.main.do_quit()
        assert left == [1, 1]


async def test_what_was_not_on_disk_is_kept_by_leaving_where_there_is_room_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_demo(tmp_path) as sitting:
        from replaydbg.codec import make_edit

        store = sitting.main.desk.sitting
        assert store is not None
        flush, left = store._flush, []
        monkeypatch.setattr(sitting.app, "exit", lambda *_: left.append(1))
        monkeypatch.setattr(store, "_flush", lambda: (_ for _ in ()).throw(NotSaved("the disk is full", "")))
        sitting.main.do(AddEdit(make_edit(sitting.shown.trace.step(7), "/model", "other")))
        monkeypatch.setattr(store, "_flush", flush)
        sitting.main.do_quit()
        assert (store.saved, left) == (True, [1])


async def test_the_plan_pane_opens_and_closes(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        from replaydbg.codec import make_edit

        sitting.main.do(AddEdit(make_edit(sitting.shown.trace.step(7), "/model", "other")))
        await sitting.until(lambda: sitting.main.desk.plan is not None, "the plan")
        await sitting.press("a")
        assert sitting.main.pane_name() == "plan"
        assert "other" in sitting.text
        await sitting.press("a")
        assert sitting.main.chain.has_focus
        assert not sitting.main.query_one("#plan").display


async def test_leaving_at_once_does_not_lose_what_was_typed(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("2", "tab", "tab", "j", "j", "e")
        await sitting.until(lambda: isinstance(sitting.app.screen, EditorScreen), "the editor")
        editor = sitting.app.screen
        await sitting.press("x", "ctrl+q")
        await sitting.until_text("was changed and is not saved")
        await sitting.press("ctrl+q", "escape")
        assert sitting.app.screen is editor
        await sitting.press("backspace", "ctrl+q")
        assert sitting.app.return_code == 0, "nothing was typed any more"
