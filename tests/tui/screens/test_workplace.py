"""What is on the main screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.tui.screens.workplace import rule_page
from tests.support.desk import open_demo
from tests.support.golden import same_as_golden


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 40), (200, 60)])
async def test_the_incident_at_first_sight(tmp_path: Path, size: tuple[int, int]) -> None:
    async with open_demo(tmp_path, size) as sitting:
        same_as_golden(__file__, f"incident-{size[0]}x{size[1]}", sitting.text)


def test_pages_of_rules_that_are_not_here_are_empty() -> None:
    assert rule_page("schema-violation")
    assert rule_page("X999") == ""


async def test_where_there_is_nothing_but_ascii_nothing_else_is_painted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPLAYDBG_ASCII", "1")
    async with open_demo(tmp_path, (120, 40)) as sitting:
        for key in ("tab", "2", "6", "f", "escape", "T", "escape", "t", "escape", "question_mark"):
            await sitting.press(key)
            odd = {char for char in sitting.text if not char.isascii()}
            assert odd <= {"▎", "▊", "▋", "█", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "▔"}, (
                key
            )  # Textual's own input and bars
