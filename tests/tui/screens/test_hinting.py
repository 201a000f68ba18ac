"""A hint above the keys, until what it tells was done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from replaydbg.actions import hints
from replaydbg.tui.widgets.hint import HintLine
from tests.support.desk import Sitting, Size, demo_setup, open_setup


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def hint(sitting: Sitting) -> str:
    line = sitting.main.query_one(HintLine)
    return line.text if line.display else ""


async def test_hints_leave_after_use_and_do_not_come_back(tmp_path: Path) -> None:
    setup = replace(demo_setup(tmp_path), hints=True)
    async with open_setup(setup) as sitting:
        await sitting.until_text("] goes to the next finding")
        await sitting.press("right_square_bracket")
        await sitting.until(lambda: hint(sitting).startswith("e edits"), "the next hint")
        assert "--no-hints" in sitting.text
        await sitting.until(lambda: hints.read().get("findings", 0) > 3, "it to be kept")
        assert not [each for each in tmp_path.iterdir() if "hint" in each.name], "nothing beside the trace"
    async with open_setup(setup) as sitting:
        await sitting.until(lambda: hint(sitting).startswith("e edits"), "the second hint at once")


@pytest.mark.parametrize(("wanted", "size"), [(False, (120, 40)), (True, (80, 18))])
async def test_no_hint_where_none_is_wanted_or_the_screen_is_low(
    tmp_path: Path, wanted: bool, size: Size
) -> None:
    async with open_setup(replace(demo_setup(tmp_path), hints=wanted), size) as sitting:
        await sitting.until_checked()
        await sitting.pilot.pause(0.3)
        assert hint(sitting) == ""
