"""The flow map as rows of characters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from replaydbg.core.trace import Trace
from replaydbg.graph.flow import flow_map
from replaydbg.graph.lanes import Chain
from replaydbg.views.chain import ChainView
from replaydbg.views.flow import FlowDrawing
from replaydbg.views.signs import ASCII, UNICODE, Signs
from replaydbg.views.text import cell_width, plain
from tests.support.build import agent, model_call, trace
from tests.support.golden import same_as_golden
from tests.support.runs import any_run, loop_findings, looping, made_up, sub_agent


def drawing(run: Trace, signs: Signs = UNICODE) -> FlowDrawing:
    chain = Chain(run)
    findings = loop_findings(run) if run.ids[-1] == "end" else ()
    return FlowDrawing(flow_map(run, chain.joins), ChainView(chain, findings, signs=signs), signs)


def text(of: FlowDrawing) -> str:
    return "\n".join(plain(of.line(y, 0, of.width)).rstrip() for y in range(of.height)).rstrip()


@pytest.mark.parametrize(
    ("name", "run"), [("loop", looping(6)), ("sub-agent", sub_agent()), ("made-up", made_up(300))]
)
def test_drawing(name: str, run: Trace) -> None:
    same_as_golden(__file__, f"flow-{name}", text(drawing(run)))


def test_ascii() -> None:
    shown = text(drawing(sub_agent(), ASCII))
    assert shown.isascii()
    same_as_golden(__file__, "flow-ascii", shown)


def test_a_map_begins_where_the_run_does() -> None:
    """Of a map wider than the screen the corner may be empty."""
    for run in (looping(6), sub_agent(), made_up(300)):
        of = drawing(run)
        first = of.stops[of.first]
        assert first.place >= 0
        assert first.rows[0] == min(stop.rows[0] for stop in of.stops if stop.place >= 0)


def test_stops_lead_to_their_steps() -> None:
    run = looping(6)
    of = drawing(run)
    (tool,) = [stop for stop in of.stops if stop.label.startswith("lookup_order")]
    assert [run.ids[row] for row in tool.rows] == [f"t{n}" for n in range(1, 7)]
    assert plain(of.line(tool.y, tool.x, tool.width)).split() == ["6", "⇄", "■", "lookup_order", "‼6"]
    passage = next(stop for stop in drawing(sub_agent()).stops if stop.route >= 0)
    assert len(passage.rows) == 1


def test_the_selected_stop_stands_out() -> None:
    of = drawing(sub_agent())
    passage = next(stop for stop in of.stops if stop.route >= 0)
    marked = [
        y
        for y in range(of.height)
        if any(span.look == "selected" for span in of.line(y, 0, of.width, passage))
    ]
    assert marked
    assert not any(span.look == "selected" for y in range(of.height) for span in of.line(y, 0, of.width))


def test_wide_and_hostile_names() -> None:
    of = drawing(trace(agent("a", "東京\x1b[2J" + "長" * 90, model_call("m", None, "x"))))
    assert "長" in text(of)
    assert "\x1b" not in text(of)
    assert len({cell_width(line) for line in text(of).splitlines()}) == 1


@settings(max_examples=40)
@given(any_run())
def test_any_run_can_be_drawn(run: Trace) -> None:
    of = drawing(run)
    assert all(cell_width(plain(of.line(y, 0, of.width))) == of.width for y in range(of.height))
    assert bool(of.stops) == bool(of.flow.places)
    assert text(of)
