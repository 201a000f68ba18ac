"""How the panes share the screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from replaydbg.actions import shares
from replaydbg.tui.setup import Setup
from tests.support.desk import WIDE, Sitting, demo_setup, open_demo, open_setup


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def keeping(folder: Path) -> Setup:
    return replace(demo_setup(folder), keeps_shares=True)


def list_cells(sitting: Sitting) -> int:
    return sitting.main.query_one("#left").size.width


def below_rows(sitting: Sitting) -> int:
    return sitting.main.query_one("#findings").outer_size.height


async def test_panes_are_made_wider_and_narrower(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        main = sitting.main
        width = main.chain.size.width
        await sitting.press("greater_than_sign")
        assert main.chain.size.width > width
        await sitting.press("less_than_sign", "less_than_sign")
        assert main.chain.size.width < width
        for _ in range(12):
            await sitting.press("less_than_sign")
        assert "as narrow as it gets" in sitting.said
        narrowest = main.chain.size.width
        main.detail.document.focus()
        await sitting.pilot.pause()
        await sitting.press("less_than_sign")
        assert main.chain.size.width > narrowest, "it is the detail that gets narrower"
        main.chain.focus()
        await sitting.press("f")
        height = sitting.app.screen.query_one("#findings").size.height
        await sitting.press("greater_than_sign")
        assert sitting.app.screen.query_one("#findings").size.height > height
        await sitting.press("escape", "z", "less_than_sign")
        assert "one pane has all the width" in sitting.said


async def test_the_line_between_two_panes_is_dragged(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        line = sitting.main.detail.region.x
        assert line == list_cells(sitting)
        await sitting.pilot.mouse_down(offset=(line, 12))
        await sitting.pilot.hover(offset=(line - 20, 12))
        await sitting.pilot.mouse_up(offset=(line - 20, 12))
        await sitting.pilot.pause()
        assert abs(list_cells(sitting) - (line - 20)) <= 1
        await sitting.pilot.hover(offset=(line, 12))
        assert abs(list_cells(sitting) - (line - 20)) <= 1, "it was let go"

        await sitting.until(lambda: sitting.main.query_one("#findings").display, "the findings")
        pane = sitting.main.query_one("#findings").region
        await sitting.pilot.mouse_down(offset=(5, pane.y))
        await sitting.pilot.hover(offset=(5, pane.y - 6))
        await sitting.pilot.mouse_up(offset=(5, pane.y - 6))
        await sitting.pilot.pause()
        assert abs(below_rows(sitting) - (pane.height + 6)) <= 1
        await sitting.pilot.mouse_down(offset=(3, 3))
        await sitting.pilot.hover(offset=(60, 20))
        await sitting.pilot.mouse_up(offset=(60, 20))
        assert abs(list_cells(sitting) - (line - 20)) <= 1, "only a line can be dragged"


async def test_one_pane_has_all_the_room_whatever_the_sizes(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("less_than_sign", "z")
        assert list_cells(sitting) == WIDE[0]
        await sitting.press("z")
        assert list_cells(sitting) < WIDE[0] * 0.55
        await sitting.pilot.resize_terminal(80, 24)
        await sitting.pilot.pause(0.2)
        assert list_cells(sitting) == 80


async def test_sizes_are_kept_for_each_layout(tmp_path: Path) -> None:
    async with open_setup(keeping(tmp_path)) as sitting:
        await sitting.until_checked()
        usual = list_cells(sitting)
        await sitting.press("less_than_sign", "less_than_sign")
        narrower = list_cells(sitting)
        await sitting.until(lambda: shares.read() == {"-wide": (38, 45)}, "them to be kept")
        await sitting.pilot.resize_terminal(200, 60)
        await sitting.pilot.pause(0.2)
        assert list_cells(sitting) == 110, "another layout has sizes of its own"
        await sitting.press("greater_than_sign")
    assert shares.read() == {"-wide": (38, 45), "-xwide": (38, 60)}, "though it was left at once"
    async with open_setup(keeping(tmp_path)) as sitting:
        await sitting.until(lambda: list_cells(sitting) == narrower, "the size of the last time")
    async with open_setup(demo_setup(tmp_path)) as sitting:
        await sitting.until_checked()
        assert list_cells(sitting) == usual, "nobody asked for it"


async def test_a_file_that_is_broken_changes_nothing(tmp_path: Path) -> None:
    shares.write({"-wide": (38, 45)})
    (kept,) = (tmp_path / "state").rglob("panes.json")
    kept.write_text('{"-wide": [38, ')
    async with open_setup(keeping(tmp_path)) as sitting:
        await sitting.until_checked()
        assert list_cells(sitting) == 66
        await sitting.press("less_than_sign")
        await sitting.until(lambda: shares.read() == {"-wide": (38, 50)}, "it to be written anew")


async def test_a_pane_below_the_list_gets_all_the_room_too(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("f")
        rows = below_rows(sitting)
        await sitting.press("z")
        assert (list_cells(sitting), below_rows(sitting)) == (WIDE[0], WIDE[1] - 2)
        await sitting.press("tab")
        assert sitting.main.detail.size.width == WIDE[0]
        await sitting.press("tab")
        assert below_rows(sitting) == 0, "the list has all of it"
        assert sitting.main.chain.size.height == WIDE[1] - 2
        await sitting.press("z")
        assert below_rows(sitting) == rows


async def test_where_one_pane_has_all_the_room_that_is_said(tmp_path: Path) -> None:
    async with open_demo(tmp_path, (80, 24)) as sitting:
        await sitting.press("z")
        assert "this pane has all the room" in sitting.said
        await sitting.press("f", "z")
        assert below_rows(sitting) == 22
        await sitting.press("escape")
        assert sitting.main.chain.size.height == 22
