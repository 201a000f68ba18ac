"""The flow map: places, passages, what belongs to whom, what is hidden."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.flow import FlowMap, flow_map, stands_for
from replaydbg.graph.joins import join
from tests.support.build import agent, assistant, call, model_call, other, tool_execution, trace, user
from tests.support.runs import any_run, looping, parallel_tools, sub_agent


def map_of(run: Trace, **bounds: int) -> FlowMap:
    return flow_map(run, join(run), **bounds)


def passages(flow: FlowMap) -> dict[tuple[str, str], int]:
    names = [place.name for place in flow.places]
    return {(names[one.source], names[one.target]): one.count for one in flow.passages}


def test_a_tool_belongs_to_the_agents_it_answers_to() -> None:
    flow = map_of(looping(6))
    names = {place.name: place for place in flow.places}
    assert passages(flow) == {
        ("support", "status"): 1,
        ("status", "support"): 1,
        ("support", "lookup_order"): 6,
        ("lookup_order", "support"): 6,
    }
    assert names["lookup_order"].caller == names["status"].caller == 0
    assert flow.ways == ()
    assert len(names["lookup_order"].rows) == 6
    assert not any(place.cyclic for place in flow.places), "calling a tool is no cycle"


def test_an_agent_behind_a_tool_closes_a_cycle() -> None:
    flow = map_of(sub_agent())
    assert passages(flow) == {
        ("support", "ask_refunds"): 1,
        ("ask_refunds", "refunds"): 1,
        ("refunds", "policy"): 1,
        ("policy", "refunds"): 1,
        ("refunds", "support"): 1,
    }
    assert {place.name for place in flow.places if place.cyclic} == {"support", "ask_refunds", "refunds"}


def test_passages_lead_to_the_steps_that_were_gone_on_to() -> None:
    run = parallel_tools(3)
    flow = map_of(run)
    there = next(one for one in flow.passages if flow.places[one.target].name == "fetch")
    assert [run.ids[row] for row in there.rows] == ["t0", "t1", "t2"]


def test_wrappers_and_hand_offs_are_passed_through() -> None:
    from dataclasses import replace

    run = trace(
        agent("a", "desk", model_call("m1", None, "over"), other("h", Kind.HANDOFF, "to writer")),
        replace(
            other("w", Kind.OPAQUE, "wrapper"), children=(agent("b", "writer", model_call("m2", None, "ok")),)
        ),
    )
    flow = map_of(run)
    assert [place.name for place in flow.places] == ["desk", "writer"]
    assert passages(flow) == {("desk", "writer"): 1}


def test_a_model_that_goes_on_from_itself() -> None:
    run = trace(agent("a", "solo", *(model_call(f"m{n}", None, "hm") for n in range(4))))
    assert passages(map_of(run)) == {("solo", "solo"): 3}
    assert map_of(run).places[0].cyclic


def test_the_rarest_places_are_one_of_their_kind() -> None:
    steps = []
    for at in range(70):
        for times in range(1 + (at < 10)):
            asked = call(f"tool{at}", {}, f"c{at}-{times}")
            steps.append(model_call(f"m{at}-{times}", None, assistant("", asked)))
            steps.append(tool_execution(f"t{at}-{times}", asked, 1))
    flow = map_of(trace(agent("a", "busy", *steps)), places_max=20)
    names = [place.name for place in flow.places]
    assert len(flow.places) <= 20
    assert {f"tool{at}" for at in range(10)} <= set(names)
    others = names.index("53 others")
    assert len(flow.places[others].rows) == 53
    assert {("busy", "53 others"), ("53 others", "busy")} <= passages(flow).keys()
    assert sum(len(place.rows) for place in flow.places) == 161, "each step is in one of them"


def test_a_tool_is_a_place_for_each_of_its_callers() -> None:
    """What an agent goes on to after a tool of its own is a way that it goes, counted once for each step."""
    run = trace(
        model_call("m1", None, assistant("", call("look", {}, "c1"), call("read", {}, "c2")), agent="desk"),
        tool_execution("t1", call("look", {}, "c1"), 1, agent="desk"),
        tool_execution("t2", call("read", {}, "c2"), 1, agent="desk"),
        model_call("m2", None, assistant("", call("look", {}, "c3")), agent="writer"),
        tool_execution("t3", call("look", {}, "c3"), 1, agent="writer"),
        model_call("m3", None, "ok", agent="writer"),
    )
    flow = map_of(run)
    names = [(place.name, [run.ids[row] for row in place.rows], place.caller) for place in flow.places]
    assert names == [
        ("desk", ["m1"], -1),
        ("look", ["t1"], 0),
        ("read", ["t2"], 0),
        ("writer", ["m2", "m3"], -1),
        ("look", ["t3"], 3),
    ]
    assert [(way.source, way.target, [run.ids[row] for row in way.rows]) for way in flow.ways] == [
        (0, 3, ["m2"])
    ]


def test_a_tool_in_which_another_agent_runs_stands_for_itself() -> None:
    flow = map_of(sub_agent())
    assert [place.name for place in flow.places if place.caller < 0] == ["support", "ask_refunds", "refunds"]


def is_passed(run: Trace, row: int) -> bool:
    inside = run.subtree_ends[row] > row + 1
    return run.kind(row) is Kind.HANDOFF or (run.kind(row) is Kind.OPAQUE and inside)


def came_from(run: Trace, row: int) -> set[int]:
    """The steps that a step goes on from, looked up backwards, one after the other."""
    joins = join(run)
    found: set[int] = set()
    for source in range(len(run)):
        edges = list(joins.edges(source))[bool(joins.waits[source]) :]
        if row in [joins.targets[edge] for edge in edges]:
            found |= came_from(run, source) if is_passed(run, source) else {source}
    return found


@settings(max_examples=60)
@given(any_run())
def test_each_transition_of_the_run_is_counted_once(run: Trace) -> None:
    flow = map_of(run)
    place_of = {row: at for at, place in enumerate(flow.places) for row in place.rows}
    assert sorted(place_of) == [row for row in range(len(run)) if not is_passed(run, row)]
    told = {
        (place_of[source], place_of[row], row)
        for row in place_of
        for source in came_from(run, row)
        if place_of[source] != place_of[row] or run.kind(source) is run.kind(row)
    }
    assert sum(one.count for one in flow.passages) == len(told)
    assert {(one.source, one.target, row) for one in flow.passages for row in one.rows} == told
    ways = {
        (stands_for(flow.places, source), stands_for(flow.places, target), row)
        for source, target, row in told
        if flow.places[target].caller < 0 or stands_for(flow.places, source) != flow.places[target].caller
        if source == target or stands_for(flow.places, source) != target
    }
    assert {(way.source, way.target, row) for way in flow.ways for row in way.rows} == ways
    assert sum(way.count for way in flow.ways) == len(ways)


def test_nothing() -> None:
    assert map_of(trace()).places == ()


def fan_out(workers: int) -> Trace:
    """One agent that starts so many others side by side, and puts together what they say."""
    others = [
        agent(
            f"w{number}",
            f"worker {number}",
            model_call(f"m{number}", [user("q")], "a", start_ms=10 + number, duration_ms=100),
            start_ms=9 + number,
            duration_ms=200,
        )
        for number in range(workers)
    ]
    plan = model_call("plan", [user("go")], "split", start_ms=1, duration_ms=2)
    merge = model_call("merge", [user("go")], "done", start_ms=900, duration_ms=9)
    return trace(agent("boss", "boss", plan, *others, merge, start_ms=0, duration_ms=999))


@pytest.mark.parametrize(
    ("workers", "names"),
    [
        (6, ["boss", *(f"worker {number}" for number in range(6))]),
        (15, ["boss", "worker 0 and 14 alike"]),
    ],
)
def test_agents_that_are_alike_are_one_place_where_they_are_many(workers: int, names: list[str]) -> None:
    run = fan_out(workers)
    flow = flow_map(run, join(run))
    assert [place.name for place in flow.places] == names
    assert sum(len(place.rows) for place in flow.places) == len(run)
    assert all(list(place.rows) == sorted(place.rows) for place in flow.places)
    if workers == 15:
        assert flow.by_ends[0, 1].count == 15
        assert flow.by_ends[1, 0].rows.tolist() == [run.row("merge")]
