"""The flow map on the screen."""

from __future__ import annotations

import pytest

from replaydbg.graph.lanes import Chain
from replaydbg.tui.widgets import flow_map as flow_map_module
from replaydbg.tui.widgets.flow_map import FlowMapView
from replaydbg.views.chain import ChainView
from replaydbg.views.text import plain
from tests.support.golden import same_as_golden
from tests.support.runs import crew, everywhere, loop_findings, looping, made_up, sub_agent
from tests.support.screens import text_of
from tests.tui.host import running


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_screen(size: tuple[int, int]) -> None:
    view = FlowMapView()
    async with running(view, size=size) as (app, pilot):
        view.load(ChainView(Chain(sub_agent())))
        await pilot.pause()
        same_as_golden(__file__, f"flow-{size[0]}x{size[1]}", text_of(app))


async def test_what_is_selected_leads_to_its_steps() -> None:
    run = looping(6)
    view = FlowMapView()
    async with running(view) as (app, pilot):
        view.load(ChainView(Chain(run), loop_findings(run)))
        view.action_move(1)
        await pilot.pause()
        (shown,) = app.all_posted(FlowMapView.Highlighted)
        assert shown.label == "support → lookup_order: 6 runs"
        view.action_open()
        await pilot.pause()
        (chosen,) = app.all_posted(FlowMapView.Chosen)
        assert [run.ids[row] for row in chosen.rows] == [f"t{n}" for n in range(1, 7)]


async def test_the_place_of_a_step_is_found_and_kept() -> None:
    run = looping(6)
    view = FlowMapView()
    async with running(view) as (_, pilot):
        view.load(ChainView(Chain(run)))
        view.show_rows(run.row("t0"))
        await pilot.pause()
        assert view.selected is not None
        assert view.selected.label == "support → status: 1 run"
        view.load(ChainView(Chain(run), loop_findings(run)))
        assert view.selected.label == "support → status: 1 run"


async def test_the_map_of_a_long_run_is_drawn_beside_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow_map_module, "AT_ONCE_STEPS", 5)
    run = looping(6)
    view = FlowMapView()
    async with running(view) as (_, pilot):
        view.load(ChainView(Chain(run)))
        view.show_rows(run.row("t0"))
        assert view.drawing is None, "not yet"
        assert "drawing the map" in view.render_line(1).text
        await view.workers.wait_for_complete()
        await pilot.pause()
        assert view.selected is not None
        assert view.selected.label == "support → status: 1 run"


async def test_the_selection_is_scrolled_into_view() -> None:
    view = FlowMapView()
    async with running(view, size=(40, 12)) as (_, pilot):
        view.load(ChainView(Chain(made_up(400))))
        view.action_bottom()
        await pilot.pause()
        stop = view.selected
        assert stop is not None
        assert 2 <= stop.y + 1 + 2 - view.scroll_offset.y < 12, "not under the two lines on top"


async def test_a_click_selects() -> None:
    view = FlowMapView()
    async with running(view) as (app, pilot):
        view.load(ChainView(Chain(sub_agent())))
        await pilot.pause()
        lines = text_of(app).splitlines()
        y = next(at for at, line in enumerate(lines) if "policy" in line)
        await pilot.click(FlowMapView, offset=(lines[y].index("policy"), y))
        assert view.selected is not None
        assert view.selected.label == "refunds → policy: 1 run"


DENSE = {
    "three-agents": crew(3, 60, 600),
    "ten-agents": crew(10, 30, 800),
    "sixty-places": everywhere(60, 900),
}


@pytest.mark.parametrize(
    "size", [(40, 10), (80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}"
)
@pytest.mark.parametrize("name", DENSE)
async def test_screen_of_a_dense_map(name: str, size: tuple[int, int]) -> None:
    view = FlowMapView()
    async with running(view, size=size) as (app, pilot):
        view.load(ChainView(Chain(DENSE[name])))
        await pilot.pause()
        same_as_golden(__file__, f"flow-{name}-{size[0]}x{size[1]}", text_of(app))


def label(view: FlowMapView) -> str:
    assert view.selected is not None
    return view.selected.label


@pytest.mark.parametrize("name", DENSE)
async def test_each_way_and_each_tool_is_reached_by_keys_and_by_mouse(name: str) -> None:
    """Once all cards show all of their rows, the cursor comes to each of them, and to see it: a click finds it there."""
    view = FlowMapView()
    async with running(view, size=(80, 24)) as (_, pilot):
        view.load(ChainView(Chain(DENSE[name])))
        await pilot.pause()
        view.action_unfold_all()
        view.action_top()
        assert view.drawing is not None
        wanted = {
            ends for card in view._cards for row in (*card.tools, *card.ways.values()) for ends in row.ends
        }
        reached = set()
        for at in range(len(view.drawing.stops)):
            assert view.cursor == at
            stop = view.drawing.stops[at]
            reached |= set(stop.ends) if stop.rows else set()
            x, y = stop.x - view.scroll_offset.x, stop.y - view.scroll_offset.y
            assert view._head <= y + 1 + view._head < view.size.height
            assert 0 <= x + 1 + view._centred < view.size.width
            if at % 97 == 0:
                view.set_reactive(FlowMapView.cursor, 0)
                await pilot.click(FlowMapView, offset=(x + 1 + view._centred, y + 1 + view._head))
                assert view.cursor == at
            view.action_move(1)
        assert reached >= wanted


async def test_a_card_shows_all_of_its_rows_and_the_first_ones_again() -> None:
    view = FlowMapView()
    async with running(view, size=(80, 24)) as (app, pilot):
        view.load(ChainView(Chain(crew(1, 60, 400))))
        await pilot.pause()
        view.action_bottom()
        assert label(view) == "planner: 46 more tools"
        y = view.drawing.stops[view.cursor].y if view.drawing else 0
        view.action_open()
        await pilot.pause()
        assert not app.all_posted(FlowMapView.Chosen), "it stands for no steps"
        assert view.drawing is not None
        assert view.drawing.height == 62
        assert label(view).startswith("planner → "), "the first of those that were folded"
        assert view.selected is not None
        assert view.selected.y == y
        view.action_bottom()
        assert label(view) == "planner: first rows only"
        view.action_open()
        assert view.drawing.height == 16
        view.action_unfold_all()
        assert view.drawing.height == 62
        view.action_fold_all()
        assert view.drawing.height == 16


async def test_letters_stand_on_what_is_in_view() -> None:
    view = FlowMapView()
    async with running(view, size=(80, 24)) as (app, pilot):
        view.load(ChainView(Chain(crew(10, 30, 800))))
        await pilot.pause()
        view.action_bottom()
        await pilot.pause()
        lines = text_of(app).splitlines()
        targets = list(view.targets())
        assert targets
        for target in targets:
            assert 2 <= target.y < 24, "not on the two lines on top"
            target.go()
            assert view.drawing is not None
            assert view.selected is not None
            there = plain(view.drawing.line(view.selected.y, view.selected.x, view.selected.width))
            assert lines[target.y][target.x :].startswith(there.rstrip())


async def test_more_lines_and_fewer() -> None:
    view = FlowMapView()
    async with running(view, size=(120, 40)) as (app, pilot):
        view.load(ChainView(Chain(crew(10, 30, 800))))
        await pilot.pause()
        assert "lines: 13 of 69 ways, those gone 3 times or more; the others are rows" in text_of(app)
        assert view.action_zoom(-1) == "lines: 4 of 69 ways, those gone 4 times or more; the others are rows"
        await pilot.pause()
        assert "lines: 4 of 69 ways" in text_of(app)
        view.action_zoom(-1)
        assert view.action_zoom(-1) == "no lines: each of the 69 ways is a row of the card that it leaves"
        before = view.folds
        view.action_zoom(-1)
        assert view.folds == before, "there are no fewer"


async def test_to_the_card_beside_and_a_page_further() -> None:
    view = FlowMapView()
    async with running(view, size=(120, 24)) as (_, pilot):
        view.load(ChainView(Chain(crew(10, 30, 800))))
        await pilot.pause()
        view.action_zoom(-9)
        while view.folds[1]:  # type: ignore[index]
            view.action_zoom(-1)
        view.action_top()
        first = label(view)
        view.action_pan(1)
        assert label(view) != first
        assert view.selected is not None
        assert view.selected.y == 0, "as high as the card was"
        view.action_pan(-1)
        assert label(view) == first
        view.action_pan(-1)
        assert label(view) == first, "nothing is further left"
        view.action_page(1)
        assert view.selected.y > 10
        view.action_page(-1)
        assert view.selected.y == 0


async def test_what_is_selected_stays_so_whatever_it_is_drawn_as() -> None:
    """Of a way that is a row now and a line then; and the steps are not looked at again for it."""
    view = FlowMapView()
    async with running(view, size=(120, 40)) as (_, pilot):
        view.load(ChainView(Chain(crew(10, 30, 800))))
        await pilot.pause()
        made = view._cards
        assert view.drawing is not None
        view.cursor = next(at for at, stop in enumerate(view.drawing.stops) if stop.route >= 0)
        before = label(view)
        view.action_zoom(-1)
        view.action_zoom(-1)
        view.action_zoom(-1)
        assert label(view) == before or label(view).endswith("more ways")
        view.action_unfold_all()
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert view.drawing.cards is made
        assert view.drawing._size == (77, 21)


async def test_nothing_loaded() -> None:
    view = FlowMapView()
    async with running(view) as (app, pilot):
        for name in ("open", "top", "bottom"):
            getattr(view, f"action_{name}")()
        for name in ("toggle_fold", "fold_all", "unfold_all"):
            getattr(view, f"action_{name}")()
        view.action_move(1)
        view.action_page(1)
        view.action_pan(1)
        assert view.action_zoom(1) == ""
        await pilot.pause()
        assert text_of(app).strip() == ""
