"""The map of the whole run beside the list."""

from __future__ import annotations

from replaydbg.tui.widgets.chain import ChainList
from replaydbg.tui.widgets.minimap import Minimap
from tests.support.runs import made_up
from tests.support.screens import Painted, text_of
from tests.tui.host import running


async def test_a_click_goes_there() -> None:
    chain = ChainList()
    minimap = Minimap(chain)
    async with running(chain, minimap) as (app, pilot):
        chain.load(made_up(800))
        chain.action_unfold_all()
        await pilot.pause()
        assert text_of(app).splitlines()[0][78] == "▐"
        await pilot.click(Minimap, offset=(1, 12))
        await pilot.pause()
        assert abs(chain.cursor - chain.count // 2) <= chain.count // 24
        assert text_of(app).splitlines()[12][78] == "▐", "the mark of what is in view moved"


async def test_moving_the_cursor_leaves_it_alone() -> None:
    chain = ChainList()
    minimap = Minimap(chain)
    async with running(chain, minimap) as (_, pilot):
        chain.load(made_up(300))
        await pilot.pause()
        painted = Painted(minimap)
        chain.action_move(1)
        await pilot.pause()
        assert painted.lines == 0


async def test_before_anything_is_loaded() -> None:
    minimap = Minimap(ChainList())
    async with running(minimap) as (app, _):
        assert text_of(app).strip() == ""
