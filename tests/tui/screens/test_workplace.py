"""What is on the main screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.codec import make_edit
from replaydbg.session.commands import AddEdit
from replaydbg.tui.screens.workplace import rule_page
from tests.support.desk import CURE, open_demo
from tests.support.golden import SIZES, same_as_golden, states_same_as_golden


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 40), (200, 60)])
async def test_the_incident_at_first_sight(tmp_path: Path, size: tuple[int, int]) -> None:
    async with open_demo(tmp_path, size) as sitting:
        same_as_golden(__file__, f"incident-{size[0]}x{size[1]}", sitting.text)


LOOKS = {
    "the list of findings": ("f",),
    "the flow map": ("escape", "t"),
    "the timeline": ("escape", "T"),
    "rounds": ("q", "underscore"),
    "agents": ("underscore",),
    "the whole run": ("underscore",),
    "letters to jump by": ("plus", "plus", "plus", "J"),
    "only what fits a filter": ("escape", "ampersand", *"kind:tool", "enter"),
}
"""Ways to see a run, and the keys that lead from one to the next."""


@pytest.mark.parametrize("size", SIZES)
async def test_as_it_looks(tmp_path: Path, size: tuple[int, int]) -> None:
    states = {}
    async with open_demo(tmp_path, size) as sitting:
        for name, keys in LOOKS.items():
            await sitting.press(*keys)
            states[name] = await sitting.at_rest()
        await sitting.press("escape")
        (system, *_) = sitting.shown.trace.step(1).body.messages or ()
        sitting.main.do(
            AddEdit(make_edit(sitting.shown.trace.step(1), "/messages/0/content", system.text + CURE))
        )
        await sitting.until(lambda: sitting.main.desk.plan is not None, "the plan")
        await sitting.press("a")
        states["what the edits touch"] = await sitting.at_rest()
    states_same_as_golden(__file__, "main", size, states)


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
