"""From steps to rounds, to agents, to the whole run, and back to the step that one was at."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.graph.zoom import Level
from replaydbg.tui.widgets import chain as chain_module
from replaydbg.tui.widgets import zoomed
from tests.graph.test_zoom import two_agents
from tests.support.build import model_call, trace, user
from tests.support.desk import Sitting, open_demo, open_made
from tests.support.screens import Painted


def at(sitting: Sitting) -> Level:
    return sitting.main.chain.level


async def test_the_selected_step_stays(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        chain = sitting.main.chain
        chain.go_to(18)
        await sitting.press("underscore")
        assert at(sitting) is Level.ROUND
        assert "each model call" in sitting.said
        assert chain.row == 18
        await sitting.press("underscore", "underscore")
        assert at(sitting) is Level.RUN
        assert chain.count <= chain.size.height
        await sitting.press("underscore")
        assert "this is the whole run" in sitting.said
        await sitting.press("plus", "plus", "plus")
        assert at(sitting) is Level.STEP
        assert chain.row == 18
        await sitting.press("plus")
        assert "as near as it goes" in sitting.said


async def test_keys_go_from_stretch_to_stretch_and_enter_looks_into_one(tmp_path: Path) -> None:
    async with open_made(tmp_path, two_agents()) as sitting:
        chain = sitting.main.chain
        await sitting.press("g", "underscore", "underscore")
        assert at(sitting) is Level.AGENT
        assert chain.count == 3
        await sitting.press("j")
        assert chain.row == 3
        await sitting.press("enter")
        assert (at(sitting), chain.row) == (Level.ROUND, 3)
        await sitting.press("q")
        assert (at(sitting), chain.row) == (Level.STEP, 3)


async def test_jumps_reach_each_finding_and_hit_from_farther_away(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        chain = sitting.main.chain
        assert chain.view is not None
        await sitting.press("g", "underscore", "underscore")
        seen = []
        for _ in chain.view.stops:
            await sitting.press("right_square_bracket")
            seen.append(chain.row)
        assert seen == list(chain.view.stops)
        await sitting.press("colon")
        await sitting.type("12")
        await sitting.press("enter")
        await sitting.until(lambda: chain.row == 11, "the step")
        assert at(sitting) is Level.AGENT


async def test_a_filter_shows_steps(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        chain = sitting.main.chain
        await sitting.press("underscore", "ampersand")
        await sitting.type("kind:tool")
        await sitting.press("enter")
        await sitting.until(lambda: chain.picked is not None, "the filter")
        assert at(sitting) is Level.STEP
        await sitting.press("underscore")
        assert "esc clears it" in sitting.said


async def test_a_long_run_is_made_in_a_thread_and_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zoomed, "AT_ONCE_STEPS", 10)
    run = trace(
        *(model_call(f"m{number}", [user("q")], "a", agent=f"agent {number // 100}") for number in range(500))
    )
    async with open_made(tmp_path, run) as sitting:
        chain = sitting.main.chain
        await sitting.press("underscore")
        await sitting.until(lambda: at(sitting) is Level.ROUND, "rounds")
        await sitting.press("underscore")
        await sitting.until(lambda: at(sitting) is Level.AGENT, "agents")
        assert chain.count == 5
        painted = Painted(chain)
        await sitting.press("j")
        assert painted.lines <= 2


async def test_the_first_look_from_farther_away_of_a_long_run_is_made_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that grows with the run is left for the thread of the screen."""
    for module in (zoomed, chain_module):
        monkeypatch.setattr(module, "AT_ONCE_STEPS", 2)
    async with open_made(tmp_path, two_agents()) as sitting:
        await sitting.until_checked()
        chain = sitting.main.chain
        await sitting.until(lambda: chain._stretches is not None, "made in a thread")
        assert {"agents", "rounds"} <= vars(chain._stretches).keys()
        await sitting.until(
            lambda: chain.view is not None and {"_starts", "_ends"} <= vars(chain.view.totals).keys(), "times"
        )
