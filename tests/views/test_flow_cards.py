"""What the flow map says."""

from __future__ import annotations

from replaydbg.core.trace import Trace
from replaydbg.graph.flow import flow_map
from replaydbg.graph.lanes import Chain
from replaydbg.views.chain import ChainView
from replaydbg.views.flow_cards import FlowCard, Marks, as_one, cycle_of, flow_cards
from replaydbg.views.signs import UNICODE
from replaydbg.views.text import plain
from tests.support.build import assistant, call, model_call, tool_execution, trace
from tests.support.runs import crew, loop_findings, looping


def cards_of(run: Trace, *, checked: bool = False) -> tuple[FlowCard, ...]:
    chain = Chain(run)
    return flow_cards(flow_map(run, chain.joins), ChainView(chain, loop_findings(run) if checked else ()))


def test_tools_are_counted_for_each_agent_with_what_failed() -> None:
    run = crew(3, 20, 400)
    for card in cards_of(run):
        own = [row for row in range(len(run)) if run.agent(row) == card.name and run.ids[row][0] == "t"]
        assert sum(row.count for row in card.tools) == len(own)
        for row in card.tools:
            runs = [step for step in own if row.title == f"■ {run.name(step)}"]
            assert list(row.rows) == runs
            assert row.marks.failed == sum(run.status(step) == "error" for step in runs)
        counts = [row.count for row in card.tools]
        assert counts == sorted(counts, reverse=True)


def test_ways_and_the_way_to_itself() -> None:
    steps = [model_call(f"m{at}", None, "hm", agent=who) for at, who in enumerate(("a", "a", "b", "a", "b"))]
    first, second = cards_of(trace(*steps))
    assert first.loop is not None
    assert (first.loop.label, list(first.loop.rows)) == ("a → a: 1 time", [1])
    assert [(row.label, list(row.rows)) for row in first.ways.values()] == [("a → b: 2 times", [2, 4])]
    assert second.loop is None
    assert cycle_of(first, UNICODE) == "↻1"
    assert cycle_of(second, UNICODE) == "↻"


def test_findings_are_told_beside_failures() -> None:
    (card,) = cards_of(looping(6, failing=True), checked=True)
    assert plain(card.marks.spans(UNICODE)) == "!6"
    (lookup,) = [row for row in card.tools if "lookup_order" in row.title]
    assert plain(lookup.marks.spans(UNICODE)).startswith("✗6")


def test_a_tool_that_goes_on_elsewhere_does_not_answer() -> None:
    run = trace(
        model_call("m", None, assistant("", call("look", {}, "c")), agent="desk"),
        tool_execution("t", call("look", {}, "c"), 1, agent="desk"),
    )
    (card,) = cards_of(run)
    assert [row.sign for row in card.tools] == [UNICODE.leads_to]


def test_rows_for_which_there_is_no_room_are_one() -> None:
    (card,) = cards_of(crew(1, 60, 400))
    one = as_one(card.tools[3:], "planner: 57 more tools", "57 more tools", "▸")
    assert one.count == sum(row.count for row in card.tools[3:])
    assert one.marks.failed == sum(row.marks.failed for row in card.tools[3:])
    assert len(one.ends) == len(card.tools) - 3
    assert as_one((), "", "", "").marks == Marks()
