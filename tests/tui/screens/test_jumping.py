"""Letters on what is in view, and going there."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from replaydbg.tui.screens.help import Help
from replaydbg.tui.screens.jumping import LETTERS, JumpScreen, labels
from tests.support.desk import Sitting, open_demo


@pytest.mark.parametrize("count", [0, 1, 26, 27, 60, 300, 676])
def test_no_label_begins_another_and_there_are_enough(count: int) -> None:
    made = sorted(labels(count))
    assert len(set(made)) == count
    assert all(not after.startswith(before) for before, after in pairwise(made))
    assert all(set(label) <= set(LETTERS) for label in made)


async def jump(sitting: Sitting) -> JumpScreen:
    await sitting.press("J")
    await sitting.until(lambda: isinstance(sitting.app.screen, JumpScreen), "the letters")
    screen = sitting.app.screen
    assert isinstance(screen, JumpScreen)
    return screen


async def test_a_letter_leads_to_a_step(tmp_path: Path) -> None:
    async with open_demo(tmp_path, (80, 24)) as sitting:
        await jump(sitting)
        fourth = next(line for line in sitting.text.splitlines() if " refunds " in line)
        assert fourth[0] in LETTERS
        await sitting.press(fourth[0])
        await sitting.until(lambda: sitting.main.row == 3, "the step")
        assert sitting.app.screen is sitting.main
        assert not sitting.main.chain.labels


async def test_lines_of_panes_tabs_and_keys_have_letters(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("f")
        screen = await jump(sitting)
        owners = {type(widget).__name__ for widget, _ in screen._places.values()}
        assert owners == {"Chain", "FindingsPane", "SearchedDocument", "TabLine", "FooterLine"}
        two = next(letters for letters in screen._places if len(letters) == 2)
        await sitting.press(two[0])
        assert all(letters.startswith(two[0]) for letters in screen.left)
        await sitting.press("escape")
        await sitting.until(lambda: sitting.app.screen is sitting.main, "the end")
        assert not any(widget.labels for widget in screen._widgets)


async def test_a_key_of_the_footer_is_reached(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        screen = await jump(sitting)
        footer = [
            letters
            for letters, (widget, target) in screen._places.items()
            if type(widget).__name__ == "FooterLine" and target.go.args[0].action_id == "help"  # type: ignore[attr-defined]
        ]
        await sitting.press(*footer[0])
        await sitting.until(lambda: isinstance(sitting.app.screen, Help), "the help")


async def test_what_is_not_in_view_has_no_letter(tmp_path: Path) -> None:
    async with open_demo(tmp_path, (80, 24)) as sitting:
        screen = await jump(sitting)
        assert "SearchedDocument" not in {type(widget).__name__ for widget, _ in screen._places.values()}


async def test_another_size_ends_it(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await jump(sitting)
        await sitting.pilot.resize_terminal(90, 24)
        await sitting.until(lambda: sitting.app.screen is sitting.main, "the end")
