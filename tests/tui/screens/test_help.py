"""All keys on one screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.tui.actions import ACTIONS, State, keyed, of_screen
from replaydbg.tui.screens.help import Help, rows
from tests.support.blocks import text_of
from tests.support.desk import Size, open_demo
from tests.support.golden import SIZES, states_same_as_golden


@pytest.mark.parametrize("where", sorted({action.where for action in ACTIONS}))
def test_every_action_stands_there(where: str) -> None:
    text = text_of(rows(where, State()))
    for action in of_screen(where):
        assert keyed(where, action.tooltip) in text


def test_a_dot_shows_the_names_in_the_settings() -> None:
    assert "main.edit" not in text_of(rows("main", State(steps=1)))
    text = text_of(rows("main", State(steps=1), "."))
    assert "Edit a part of this step  main.edit" in text
    assert "Close the editor without saving  unsaved.drop" in text
    assert "program.quit" in text
    assert text_of(rows("main", State(steps=1), "unsaved.save")).splitlines()[0] == "Dialogs: not saved"


def test_what_cannot_be_done_says_why() -> None:
    assert "not now: nothing is edited yet" in text_of(rows("main", State(steps=1)))


def test_filtering() -> None:
    text = text_of(rows("main", State(steps=1), "next find"))
    assert text.splitlines() == [
        "Move",
        next(line for line in text.splitlines() if line.startswith("]")),
        *text.splitlines()[2:],
    ]
    assert "Quit" not in text
    assert "no key has to do" in text_of(rows("main", State(), "xyzzy"))


async def test_it_filters_while_one_types_and_closes(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("?")
        assert isinstance(sitting.app.screen, Help)
        await sitting.type("re-run")
        await sitting.pilot.pause()
        assert "Re-run what follows the edits" in sitting.text
        assert "Previous sibling" not in sitting.text
        await sitting.press("down", "escape")
        assert len(sitting.app.screen_stack) == 2


@pytest.mark.parametrize("size", SIZES)
async def test_as_it_looks(tmp_path: Path, size: Size) -> None:
    states = {}
    async with open_demo(tmp_path, size) as sitting:
        await sitting.press("?")
        states["all keys"] = await sitting.at_rest()
        await sitting.type("re-run")
        states["filtered"] = await sitting.at_rest()
        await sitting.press(*["backspace"] * 6)
        await sitting.type("unsaved.")
        states["names"] = await sitting.at_rest()
    states_same_as_golden(__file__, "help", size, states)
