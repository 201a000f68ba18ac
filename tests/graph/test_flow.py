"""The flow map: places, passages, what belongs to whom, what is hidden."""

from __future__ import annotations

import pytest

from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.flow import LINES_MIN, LINES_PER_PLACE, FlowMap, flow_map
from replaydbg.graph.joins import join
from tests.support.build import agent, assistant, call, model_call, other, tool_execution, trace, user
from tests.support.runs import looping, made_up, parallel_tools, sub_agent


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
    assert names["lookup_order"].owners == names["status"].owners == (0,)
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


def test_lines_stay_in_proportion_to_places() -> None:
    flow = map_of(made_up(2000))
    lines = [
        one
        for one in flow.passages
        if one.source != one.target
        and one.source not in flow.places[one.target].owners
        and one.target not in flow.places[one.source].owners
    ]
    assert len(lines) <= LINES_MIN + LINES_PER_PLACE * len(flow.places)


def test_lines_that_are_not_drawn_are_counted() -> None:
    """Six agents that all pass on to one another: each of the thirty ways is gone once."""
    ways = [(one, other) for one in range(6) for other in range(6) if one != other]
    steps = [
        model_call(f"m{at}-{end}", None, "ok", agent=f"agent{way[end]}")
        for at, way in enumerate(ways)
        for end in (0, 1)
    ]
    flow = map_of(trace(*steps))
    drawn = [one for one in flow.passages if one.source != one.target]
    assert len(drawn) == LINES_MIN + LINES_PER_PLACE * 6
    assert flow.hidden_passages > 0


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
