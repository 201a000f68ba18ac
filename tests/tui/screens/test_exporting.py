"""What is on the screen, as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.tui.screens.dialogs import Choose, Line
from tests.support.desk import open_demo


@pytest.mark.parametrize(
    ("downs", "ending", "holds"),
    [
        (0, ".txt", "lookup_order"),
        (1, ".md", "## Findings"),
        (2, ".json", '"schema_version"'),
        (3, ".svg", "<svg"),
    ],
)
async def test_each_form_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, downs: int, ending: str, holds: str
) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_demo(tmp_path) as sitting:
        await sitting.press("o")
        await sitting.until(lambda: isinstance(sitting.app.screen, Choose), "the forms")
        await sitting.press(*["j"] * downs, "enter")
        await sitting.until(lambda: isinstance(sitting.app.screen, Line), "the name")
        await sitting.press("enter")
        await sitting.until(lambda: "written: " in sitting.said, "the end")
    assert holds in (tmp_path / f"support-incident-steps{ending}").read_text("utf-8")


async def test_what_cannot_be_written_says_why(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("o")
        await sitting.until(lambda: isinstance(sitting.app.screen, Choose), "the forms")
        await sitting.press("enter")
        await sitting.until(lambda: isinstance(sitting.app.screen, Line), "the name")
        await sitting.press("ctrl+u")
        await sitting.type("/nowhere/at/all")
        await sitting.press("enter")
        await sitting.until(lambda: "cannot be written" in sitting.said, "the reason")
