"""Keys, clicks and sizes in any order, some of them before the screen has answered the last one: nothing breaks.

The same ones at each run; `REPLAYDBG_EXPLORE=1` draws others.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from textual.keys import _character_to_key

from replaydbg.tui.actions import ACTIONS
from tests.support.desk import Sitting, open_demo

KEYS = sorted({key for action in ACTIONS for key in action.keys} - {"ctrl+z"})
TYPED = [_character_to_key(char) for char in "abexy 019./:*-\"'{[ä"]
OFTEN = ("enter", "escape", "down", "j", "k", "tab", "right", "e", "r", "y", "ctrl+s")
SIZES = ((40, 10), (80, 24), (120, 40), (200, 60), (20, 5))
STEPS = 200
SEEDS = [random.randrange(1 << 30) for _ in range(40)] if os.environ.get("REPLAYDBG_EXPLORE") else range(4)


async def do_something(sitting: Sitting, chance: random.Random) -> None:
    drawn = chance.random()
    if drawn < 0.03:
        await sitting.pilot.resize_terminal(*chance.choice(SIZES))
    elif drawn < 0.1:
        columns, lines = sitting.app.size
        await sitting.pilot.click(offset=(chance.randrange(columns), chance.randrange(lines)))
    elif drawn < 0.4:
        sitting.app.simulate_key(chance.choice(KEYS))
    else:
        await sitting.pilot.press(chance.choice(chance.choice((KEYS, OFTEN, TYPED))))


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_is_pressed(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # what is exported goes there
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.setenv("PAGER", "true")
    chance = random.Random(seed)
    async with open_demo(tmp_path, chance.choice(SIZES)) as sitting:
        for _ in range(STEPS):
            if sitting.app._exit:
                break
            await do_something(sitting, chance)
        await sitting.pilot.pause()
    assert sitting.app.return_code in {None, 0}
