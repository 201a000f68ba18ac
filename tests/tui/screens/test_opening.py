"""What stands there until the first steps are."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.readers._api import Reading
from replaydbg.tui import workers
from replaydbg.tui.app import ReplayApp
from replaydbg.tui.messages import ReadSoFar, TraceRead
from replaydbg.tui.setup import Setup
from replaydbg.tui.widgets.footer import FooterLine
from tests.support.screens import text_of


async def test_it_names_the_file_says_how_far_reading_is_and_can_be_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_yet = TraceRead(Reading((), fraction=0.25, complete=False))
    monkeypatch.setattr(workers, "read", lambda _setup, post: post(nothing_yet))
    app = ReplayApp(Setup(str(tmp_path / "never.json")))
    async with app.run_test(size=(60, 10)) as pilot:
        while "reading 25%" not in text_of(app):
            await pilot.pause(0.02)
        assert "never.json" in text_of(app)
        await pilot.press("e")
        assert "still being read" in app.screen.query_one(FooterLine).said
        await pilot.press("q")
    assert app.return_value == 0


async def test_of_a_file_that_shows_nothing_before_its_end_it_says_how_far_reading_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "read", lambda _setup, post: post(ReadSoFar(0.5)))
    app = ReplayApp(Setup(str(tmp_path / "never.json")))
    async with app.run_test(size=(60, 10)) as pilot:
        while "reading 50%" not in text_of(app):
            await pilot.pause(0.02)
