"""The flow map as rows of characters."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replaydbg.core.trace import Trace
from replaydbg.graph.flow import FlowMap, flow_map
from replaydbg.graph.lanes import Chain
from replaydbg.views.chain import ChainView
from replaydbg.views.flow import CROSSINGS_PER_LINE, FlowDrawing
from replaydbg.views.flow_cards import flow_cards
from replaydbg.views.signs import ASCII, UNICODE, Signs
from replaydbg.views.text import cell_width, plain
from tests.support.build import agent, model_call, trace
from tests.support.golden import same_as_golden
from tests.support.runs import any_run, crew, everywhere, loop_findings, looping, made_up, sub_agent

SIZES = ((77, 19), (117, 35), (197, 55))
"""Of the pane in terminals of 80x24, 120x40 and 200x60."""


def mapped(run: Trace, signs: Signs = UNICODE, **how: object) -> tuple[FlowMap, FlowDrawing]:
    chain = Chain(run)
    findings = loop_findings(run) if run.ids and run.ids[-1] == "end" else ()
    flow = flow_map(run, chain.joins)
    cards = flow_cards(flow, ChainView(chain, findings, signs=signs), signs)
    return flow, FlowDrawing(cards, signs, **how)  # type: ignore[arg-type]


def drawing(run: Trace, signs: Signs = UNICODE, **how: object) -> FlowDrawing:
    return mapped(run, signs, **how)[1]


def text(of: FlowDrawing) -> str:
    return "\n".join(plain(of.line(y, 0, of.width)).rstrip() for y in range(of.height)).rstrip()


@pytest.mark.parametrize(
    ("name", "run"), [("loop", looping(6)), ("sub-agent", sub_agent()), ("made-up", made_up(300))]
)
def test_drawing(name: str, run: Trace) -> None:
    same_as_golden(__file__, f"flow-{name}", text(drawing(run)))


DENSE = {
    "one-agent": crew(1, 60, 400),
    "three-agents": crew(3, 20, 400),
    "three-agents-sixty-tools": crew(3, 60, 600),
    "ten-agents": crew(10, 30, 800),
    "sixty-places": everywhere(60),
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", DENSE)
def test_dense_maps(name: str, size: tuple[int, int]) -> None:
    """They fit the width and a few screens, whatever there is: what has no room is folded, what cannot be a line is a row."""
    of = drawing(DENSE[name], size=size)
    same_as_golden(__file__, f"flow-{name}-{size[0]}x{size[1]}", f"{of.told}\n\n{text(of)}")
    assert of.width <= 1.3 * size[0] + 1
    assert of.height <= (2 if len(of.cards) <= 10 else 5) * size[1] + 1
    assert of.sheet.crossings <= CROSSINGS_PER_LINE * len(of.sheet.routes)


def test_ascii() -> None:
    shown = text(drawing(sub_agent(), ASCII))
    assert shown.isascii()
    same_as_golden(__file__, "flow-ascii", shown)


def stands_for_all(flow: FlowMap, of: FlowDrawing) -> None:
    """Each call of a tool and each way is one thing on the map, and what is said of it adds up."""
    calls = [(place.caller, at) for at, place in enumerate(flow.places) if place.caller >= 0]
    ways = [(way.source, way.target) for way in flow.ways]
    told = Counter(ends for stop in of.stops for ends in stop.ends)
    assert told == Counter([*calls, *ways])
    shown = sum(row.count for rows in of._rows for row in rows)
    lines = sum(row.count for ways in of._drawn for row in ways)
    loops = sum(card.loop.count for card in of.cards if card.loop is not None)
    gone = sum(way.count for way in flow.ways) + sum(len(flow.places[at].rows) for _, at in calls)
    assert shown + lines + loops == gone


@pytest.mark.parametrize("opened", [False, True], ids=["folded", "opened"])
@pytest.mark.parametrize("name", DENSE)
def test_nothing_is_left_out(name: str, opened: bool) -> None:
    places = range(1000) if opened else ()
    for lines in (None, 0, 1, 99):
        flow, of = mapped(DENSE[name], size=SIZES[0], lines=lines, opened=places)
        stands_for_all(flow, of)
        assert not opened or not any(stop.folds and stop.ends for stop in of.stops), (
            "each has a row of its own"
        )


@settings(max_examples=80)
@given(any_run(), st.sampled_from([(0, 0), (30, 8), *SIZES]), st.sampled_from([None, 0, 2]))
def test_any_run_can_be_drawn(run: Trace, size: tuple[int, int], lines: int | None) -> None:
    flow, of = mapped(run, size=size, lines=lines)
    assert all(cell_width(plain(of.line(y, 0, of.width))) == of.width for y in range(of.height))
    assert bool(of.stops) == bool(flow.places)
    assert text(of)
    stands_for_all(flow, of)


def test_the_lines_are_those_that_were_gone_most_often() -> None:
    of = drawing(crew(10, 30, 800), size=SIZES[2])
    drawn = [row.count for ways in of._drawn for row in ways]
    rest = [
        row.count
        for rows in of._rows
        for row in rows
        if row.sign == UNICODE.leads_to and row.look == "agent-invocation"
    ]
    assert drawn
    assert rest
    assert min(drawn) > max(rest)
    assert of.told.startswith(f"lines: {len(drawn)} of ")


def test_more_lines_and_fewer() -> None:
    run = crew(3, 20, 400)
    routes = [sum(map(len, drawing(run, lines=lines)._drawn)) for lines in range(9)]
    assert routes[0] == 0
    assert max(routes) == 6
    assert all(fewer < more or fewer == 6 for fewer, more in pairwise(routes))
    assert drawing(run, lines=9).told == ""
    assert drawing(run, lines=0).told == "no lines: each of the 6 ways is a row of the card that it leaves"


def test_a_map_begins_where_the_run_does() -> None:
    """Of a map wider than the screen the corner may be empty."""
    for run in (looping(6), sub_agent(), made_up(300), crew(10, 30, 800)):
        of = drawing(run, size=SIZES[0])
        first = of.stops[of.stops.first]
        assert not first.ends
        assert first.rows[0] == min(stop.rows[0] for stop in of.stops if stop.rows)


def test_stops_lead_to_their_steps() -> None:
    run = looping(6)
    of = drawing(run)
    (tool,) = [stop for stop in of.stops if "lookup_order" in stop.label]
    assert [run.ids[row] for row in tool.rows] == [f"t{n}" for n in range(1, 7)]
    assert plain(of.line(tool.y, tool.x, tool.width)).split() == ["6", "⇄", "■", "lookup_order", "‼6"]
    passage = next(stop for stop in drawing(sub_agent()).stops if stop.route >= 0)
    assert passage.label == "support → ask_refunds: 1 time"
    assert len(passage.rows) == 1


def test_the_stop_of_a_step() -> None:
    run = crew(3, 60, 600)
    of = drawing(run, size=SIZES[0])
    for row in range(len(run)):
        stop = of.stops[of.stop_of(row) or 0]
        assert row in stop.rows or stop.folds, "a tool may be folded with others"
        assert run.agent(row) in stop.label
    assert of.stop_of(10**6) is None


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


def test_what_leads_to_the_selected_card_and_away_is_bright() -> None:
    of = drawing(crew(3, 20, 400), lines=0)
    planner = next(stop for stop in of.stops if stop.label.startswith("planner: "))
    bright = [
        span.text.strip()
        for y in range(of.height)
        for span in of.line(y, 0, of.width, planner)
        if span.look == "lane-bright"
    ]
    assert [words.split()[-1] for words in bright] == ["planner", "planner"], "the rows of the two others"
    lines = drawing(sub_agent())
    card = next(stop for stop in lines.stops if stop.label.startswith("support"))
    arrow = next(stop for stop in lines.stops if stop.route >= 0 and stop.card == card.card)
    assert any(span.look == "lane-bright" for span in lines.line(arrow.y, 0, lines.width, card))


def test_lines_that_cross_are_told_from_lines_that_join() -> None:
    of = drawing(everywhere(6), lines=99)
    assert of.sheet.crossings
    sources: dict[tuple[int, int], set[int]] = {}
    for route in of.sheet.routes:
        for cell, _ in route.cells():
            sources.setdefault(cell, set()).add(route.source)
    for (x, y), lines in sources.items():
        if len(lines) > 1:
            assert plain(of.line(y, x, 1)) == "│"


def test_a_line_that_was_gone_both_ways_says_so() -> None:
    """One line with an arrow each way; each of the two leads to its own steps."""
    steps = [model_call(f"m{at}", None, "ok", agent=who) for at, who in enumerate("ababac")]
    of = drawing(trace(*steps))
    assert len(of.sheet.routes) == 2
    there, back = (stop for stop in of.stops if {stop.ends} & {((0, 1),), ((1, 0),)})
    assert (there.label, list(there.rows)) == ("a → b: 2 times", [1, 3])
    assert (back.label, list(back.rows)) == ("b → a: 2 times", [2, 4])
    assert plain(of.line(there.y, there.x, 4)) == "▼2▲2"
    assert (back.x, back.y) == (there.x + 2, there.y)
    looks = [(span.text, span.look) for span in of.line(there.y, there.x, 4)]
    assert looks == [("▼", "cycle"), ("2", "dim"), ("▲", "cycle"), ("2", "dim")]
    plainly = drawing(trace(*steps), ASCII)
    assert [(span.text, span.look) for span in plainly.line(there.y, there.x, 4)] == [
        ("v", "cycle"),
        ("2", "dim"),
        ("^", "cycle"),
        ("2", "dim"),
    ]
    assert there.route == back.route


def test_wide_and_hostile_names() -> None:
    of = drawing(trace(agent("a", "東京\x1b[2J" + "長" * 90, model_call("m", None, "x"))))
    assert "長" in text(of)
    assert "\x1b" not in text(of)
    assert len({cell_width(line) for line in text(of).splitlines()}) == 1


def test_nothing() -> None:
    assert text(drawing(trace())) == "no agent and no tool ran here"
