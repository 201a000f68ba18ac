"""What is on the screen, as files."""

from __future__ import annotations

from collections.abc import Iterator
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


async def test_a_large_file_is_written_beside_the_screen_and_can_be_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps written whole say their histories again and again."""
    monkeypatch.chdir(tmp_path)

    def endless(_view: object, _notes: object) -> Iterator[str]:
        while True:
            yield "[1, 2, 3]" * 1000

    monkeypatch.setattr("replaydbg.views.export.as_json", endless)
    async with open_demo(tmp_path) as sitting:
        before = sorted(tmp_path.iterdir())
        await sitting.press("o", "j", "j", "enter")
        await sitting.until(lambda: isinstance(sitting.app.screen, Line), "the name")
        await sitting.press("enter")
        await sitting.until_text("support-incident-steps.json, ")
        await sitting.until_text(" MB")
        await sitting.press("escape")
        await sitting.until(lambda: "it was stopped" in sitting.spoken, "the end")
        assert sitting.app.screen is sitting.main
        assert sorted(tmp_path.iterdir()) == before, "nothing of it is left"


async def test_a_report_does_not_say_where_the_file_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_demo(tmp_path) as sitting:
        await sitting.press("o", "j", "enter")
        await sitting.until(lambda: isinstance(sitting.app.screen, Line), "the name")
        await sitting.press("enter")
        await sitting.until(lambda: "written: " in sitting.said, "the end")
        source = sitting.shown.trace.source.name
    report = (tmp_path / "support-incident-steps.md").read_text("utf-8")
    assert report.startswith(f"# {Path(source).name}\n")
    assert source == Path(source).name or source not in report
