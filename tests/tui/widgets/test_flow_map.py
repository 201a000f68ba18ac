"""The flow map on the screen."""

from __future__ import annotations

import pytest

from replaydbg.graph.lanes import Chain
from replaydbg.tui.widgets import flow_map as flow_map_module
from replaydbg.tui.widgets.flow_map import FlowMapView
from replaydbg.views.chain import ChainView
from tests.support.golden import same_as_golden
from tests.support.runs import loop_findings, looping, made_up, sub_agent
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
        assert shown.label == "lookup_order: 6 runs"
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
        assert view.selected.label.startswith("status")
        view.load(ChainView(Chain(run), loop_findings(run)))
        assert view.selected.label.startswith("status")


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
        assert view.selected.label.startswith("status")


async def test_the_selection_is_scrolled_into_view() -> None:
    view = FlowMapView()
    async with running(view, size=(40, 12)) as (_, pilot):
        view.load(ChainView(Chain(made_up(400))))
        view.action_bottom()
        await pilot.pause()
        stop = view.selected
        assert stop is not None
        top = view.scroll_offset.y
        assert top <= stop.y + 1 < top + 12


async def test_a_click_selects() -> None:
    view = FlowMapView()
    async with running(view) as (app, pilot):
        view.load(ChainView(Chain(sub_agent())))
        await pilot.pause()
        lines = text_of(app).splitlines()
        y = next(at for at, line in enumerate(lines) if "policy" in line)
        await pilot.click(FlowMapView, offset=(lines[y].index("policy"), y))
        assert view.selected is not None
        assert view.selected.label.startswith("policy")


async def test_nothing_loaded() -> None:
    view = FlowMapView()
    async with running(view) as (app, pilot):
        for name in ("open", "top", "bottom"):
            getattr(view, f"action_{name}")()
        view.action_move(1)
        await pilot.pause()
        assert text_of(app).strip() == ""
