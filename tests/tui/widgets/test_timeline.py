"""The waterfall."""

from __future__ import annotations

from pathlib import Path

from replaydbg.tui.widgets.timeline import TimelineHead
from tests.support.build import model_call, trace
from tests.support.desk import Sitting, open_demo, open_made


def on_time(sitting: Sitting) -> bool:
    return sitting.main.chain.stretch is not None


async def test_it_opens_zooms_pans_and_closes(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        main, chain = sitting.main, sitting.main.chain
        await sitting.press("T")
        assert main.query_one(TimelineHead).display
        assert "at once" in sitting.text
        assert "»" in sitting.text, "the slowest path"
        whole = chain.stretch
        assert whole is not None
        await sitting.press("plus")
        assert chain.stretch is not None
        half = chain.stretch.end_ns - chain.stretch.start_ns
        assert abs(half * 2 - (whole.end_ns - whole.start_ns)) <= 4
        before = chain.stretch
        await sitting.press("right")
        assert chain.stretch.start_ns > before.start_ns
        await sitting.press("left", "left", "left", "left", "left", "left")
        assert chain.stretch.start_ns == whole.start_ns
        await sitting.press("left")
        assert "there is nothing further to the left" in sitting.said
        await sitting.press("underscore", "underscore")
        assert "this is the whole run" in sitting.said
        await sitting.press("q")
        assert not on_time(sitting)
        assert "»" not in sitting.text
        assert not main.query_one(TimelineHead).display
        await sitting.press("plus")
        assert "as near as it goes" in sitting.said, "without time it is a matter of steps"
        await sitting.press("left")
        assert "only on the timeline" in sitting.said


async def test_a_branch_and_findings_that_come_keep_it(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("T")
        sitting.main.load_chain(sitting.shown)
        assert sitting.main.chain.view is not None
        assert sitting.main.chain.view.sweep is not None


async def test_without_times_it_says_so(tmp_path: Path) -> None:
    async with open_made(tmp_path, trace(model_call("m", [], "x", timed=False))) as sitting:
        await sitting.press("T")
        assert "no times were recorded" in sitting.said


async def test_the_map_and_the_timeline_take_each_others_place(tmp_path: Path) -> None:
    async with open_demo(tmp_path, size=(120, 40)) as sitting:
        main = sitting.main
        await sitting.press("T", "t")
        assert "at once" not in sitting.text, "no axis of time over a map"
        assert "─ ● support ─" in sitting.text
        assert not on_time(sitting)
        assert main.detail.region.width > 0, "the detail has its room again"
        await sitting.press("T")
        assert "at once" in sitting.text
        assert "─ ● support ─" not in sitting.text
        await sitting.press("T")
        assert "at once" not in sitting.text
        assert "lookup_order" in sitting.text


async def test_a_long_run_says_what_it_waits_for(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        head = sitting.main.query_one(TimelineHead)
        head.display = True
        await sitting.pilot.pause()
        assert "looking at what ran when" in head.render_line(0).text
