"""Which execution ran which call, and which schema is in force where."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import ToolCall
from replaydbg.core.step import Kind
from replaydbg.core.tool import SchemaSource, ToolSpec
from replaydbg.graph.index import CallPlace, TraceIndex
from tests.support.build import (
    Built,
    agent,
    assistant,
    call,
    model_call,
    other,
    parameters,
    tool,
    tool_execution,
    trace,
    user,
)


def pairs(*steps: Built) -> dict[str, tuple[str, int]]:
    """Execution id to the id of the model call and the number of its call."""
    run = trace(*steps)
    index = TraceIndex(run)
    found = {}
    for row in index.executions:
        place = index.call_of(row)
        if place is not None:
            assert index.execution_of(place.row, place.index) == row
            found[run.ids[row]] = (run.ids[place.row], place.index)
    return found


def asking(id_: str, *calls: ToolCall, **facts: object) -> Built:
    return model_call(id_, [user("Go.")], assistant("", *calls), **facts)  # type: ignore[arg-type]


def test_parallel_calls_that_end_in_another_order() -> None:
    first, second = call("f", {"x": 1}, "c1"), call("f", {"x": 2}, "c2")
    assert pairs(
        asking("m1", first, second), tool_execution("x2", second, 2), tool_execution("x1", first, 1)
    ) == {
        "x1": ("m1", 0),
        "x2": ("m1", 1),
    }


def test_an_id_that_is_used_again_means_the_nearest_call() -> None:
    one, other = call("f", {"x": 1}, "c"), call("f", {"x": 2}, "c")
    assert pairs(
        asking("m1", one), tool_execution("x1", one), asking("m2", other), tool_execution("x2", other)
    ) == {"x1": ("m1", 0), "x2": ("m2", 0)}


def test_an_id_that_was_never_answered_does_not_catch_a_later_execution() -> None:
    lost, again = call("f", {"x": 1}, "c"), call("f", {"x": 2}, "c")
    assert pairs(asking("m1", lost), asking("m2", again), tool_execution("x", again)) == {"x": ("m2", 0)}


def test_threads_that_number_their_calls_alike() -> None:
    """Both agents call `call_1` before either tool ran: name and agent decide, not the last one."""
    search, fetch = call("search", {"q": 1}, "call_1"), call("fetch", {"u": 1}, "call_1")
    assert pairs(
        agent(
            "a",
            "A",
            asking("m1", search, start_ms=1, duration_ms=1),
            tool_execution("x1", search, start_ms=5),
        ),
        agent(
            "b", "B", asking("m2", fetch, start_ms=2, duration_ms=1), tool_execution("x2", fetch, start_ms=6)
        ),
    ) == {"x1": ("m1", 0), "x2": ("m2", 0)}
    same = call("search", {"q": 1}, "call_1")
    assert pairs(
        agent(
            "a", "A", asking("m1", same, start_ms=1, duration_ms=1), tool_execution("x1", same, start_ms=5)
        ),
        agent(
            "b", "B", asking("m2", same, start_ms=2, duration_ms=1), tool_execution("x2", same, start_ms=6)
        ),
    ) == {"x1": ("m1", 0), "x2": ("m2", 0)}


def test_without_ids_name_and_arguments_decide() -> None:
    one, two = call("f", {"x": 1}), call("f", {"x": 2})
    assert pairs(asking("m1", one, two), tool_execution("x2", two), tool_execution("x1", one)) == {
        "x2": ("m1", 1),
        "x1": ("m1", 0),
    }


def test_without_ids_and_with_arguments_that_the_framework_filled_in_the_oldest_is_meant() -> None:
    assert pairs(
        asking("m1", call("f", {"x": 1}), call("f", {"x": 2})),
        tool_execution("x1", call("f", {"x": 1, "limit": 10})),
        tool_execution("x2", call("f", {"x": 2, "limit": 10})),
    ) == {"x1": ("m1", 0), "x2": ("m1", 1)}


def test_what_cannot_be_paired_is_not() -> None:
    assert pairs(tool_execution("early", call("f", {}, "c")), asking("m1", call("f", {}, "c"))) == {}
    assert pairs(asking("m1", call("f", {}, "c")), tool_execution("x", call("g"))) == {}
    assert pairs(asking("m1", call("f", {}, "c1")), tool_execution("x", call("f", {}, "c2"))) == {}
    assert pairs(asking("m1", call("f", {}, "c")), tool_execution("x", None)) == {}


IDS = st.sampled_from(["", "a", "b"])
CALLS = st.builds(
    lambda name, x, id_: call(name, {"x": x}, id_), st.sampled_from("fg"), st.integers(0, 1), IDS
)


@given(st.lists(st.lists(CALLS, max_size=3), max_size=5))
def test_calls_that_are_run_at_once_are_all_paired_with_their_own_turn(turns: list[list[ToolCall]]) -> None:
    """However ids repeat: after every turn its calls run, so nothing is left over from the turn before."""
    steps: list[Built] = []
    for number, calls in enumerate(turns):
        steps.append(asking(f"m{number}", *calls))
        steps += [tool_execution(f"x{number}.{at}", one) for at, one in enumerate(calls)]
    found = pairs(*steps)
    assert len(found) == sum(map(len, turns))
    for id_, (caller, at) in found.items():
        number = int(id_[1:].split(".")[0])
        assert caller == f"m{number}"
        ran, asked = turns[number][int(id_.split(".")[1])], turns[number][at]
        assert (ran.name, ran.id) == (asked.name, asked.id) or ran.id == asked.id != ""


@given(
    st.lists(st.one_of(CALLS.map(lambda one: ("ask", one)), CALLS.map(lambda one: ("run", one))), max_size=12)
)
def test_every_pair_is_one_to_one_and_asked_before_run(events: list[tuple[str, ToolCall]]) -> None:
    steps = [
        asking(f"s{number}", one) if what == "ask" else tool_execution(f"s{number}", one)
        for number, (what, one) in enumerate(events)
    ]
    found = pairs(*steps)
    assert len(set(found.values())) == len(found)
    assert all(int(caller[1:]) < int(ran[1:]) for ran, (caller, _) in found.items())


FIND = tool("find", parameters(q={"type": "string"}))
OTHER_FIND = tool("find", parameters(query={"type": "string"}))


def spec_of(
    steps: list[Built], row: int, name: str, *side: ToolSpec
) -> tuple[ToolSpec, SchemaSource, str | None] | None:
    found = TraceIndex(trace(*steps), side).spec(row, name)
    return None if found is None else (found.spec, found.source, found.step_id)


def test_the_request_knows_best() -> None:
    steps = [model_call("m1", tools=[OTHER_FIND]), model_call("m2", tools=[FIND])]
    assert spec_of(steps, 1, "find", OTHER_FIND) == (FIND, SchemaSource.REQUEST, None)


def test_then_another_step_then_the_side_file() -> None:
    steps = [model_call("m1", tools=None), model_call("m2", tools=[FIND])]
    assert spec_of(steps, 0, "find", OTHER_FIND) == (FIND, SchemaSource.OTHER_STEP, "m2")
    assert spec_of(steps[:1], 0, "find", OTHER_FIND) == (OTHER_FIND, SchemaSource.SIDE_FILE, None)
    named = [model_call("m1", tools=[tool("find")]), model_call("m2", tools=[FIND])]
    assert spec_of(named, 0, "find") == (FIND, SchemaSource.OTHER_STEP, "m2")


LISTED: dict[str, Any] = {"tools": [{"name": "find", "inputSchema": FIND.schema}, {"name": "open"}]}


@pytest.mark.parametrize(
    "answer", [LISTED, json.dumps(LISTED), {"jsonrpc": "2.0", "id": 1, "result": LISTED}, LISTED["tools"]]
)
@pytest.mark.parametrize("name", ["MCP tools/list", "mcp.list_tools", "listTools"])
def test_then_what_a_server_listed(name: str, answer: Any) -> None:
    steps = [other("s", Kind.OPAQUE, name, output=answer), model_call("m1", tools=None)]
    assert spec_of(steps, 1, "find", OTHER_FIND) == (OTHER_FIND, SchemaSource.SIDE_FILE, None)
    found = spec_of(steps, 1, "find")
    assert found is not None
    assert (found[0].schema, found[1:]) == (FIND.schema, (SchemaSource.SERVER_LIST, "s"))
    assert spec_of(steps, 1, "open") is None


def test_a_result_that_lists_something_else_is_no_list_of_tools() -> None:
    steps = [other("s", Kind.OPAQUE, "list_tools", output={"find": {"type": "wrench"}}), model_call("m1")]
    assert spec_of(steps, 1, "find") is None


def test_then_what_the_execution_of_the_tool_says_itself() -> None:
    ran = tool_execution("t1", call("find", {"q": "x"}, "c1"), "nothing")
    ran = replace(ran, body=replace(ran.body, tools=(FIND,)))
    steps = [model_call("m1", tools=None), ran]
    assert spec_of(steps, 0, "find") == (FIND, SchemaSource.OTHER_STEP, "t1")
    assert spec_of(steps, 0, "find", OTHER_FIND) == (OTHER_FIND, SchemaSource.SIDE_FILE, None)
    assert spec_of(steps, 0, "open") is None


def test_or_what_an_agent_says_that_it_has() -> None:
    one = agent("a1", "ann", model_call("m1", tools=None))
    one = replace(one, body=replace(one.body, tools=(FIND,)))
    assert spec_of([one], 1, "find") == (FIND, SchemaSource.OTHER_STEP, "a1")
    assert spec_of([one], 1, "find", OTHER_FIND) == (OTHER_FIND, SchemaSource.SIDE_FILE, None)


def test_a_name_alone_is_no_schema() -> None:
    assert spec_of([model_call("m1", tools=[tool("find")])], 0, "find") == (
        tool("find"),
        SchemaSource.NOT_RECORDED,
        None,
    )
    assert spec_of([model_call("m1", tools=[])], 0, "find") is None


def test_equal_offers_are_one_value() -> None:
    steps = [model_call(f"m{number}", tools=[tool("find", parameters(q={}))]) for number in range(3)]
    index = TraceIndex(trace(*steps, model_call("m3", tools=[FIND]), model_call("m4", tools=None)))
    assert index.tools(0) is index.tools(1) is index.tools(2)
    assert index.tools(3) == (FIND,)
    assert index.tools(4) is None
    assert index.tools(99) is None


def test_steps_without_a_time_stand_where_the_screen_has_them() -> None:
    run = trace(
        model_call("m1", start_ms=10),
        model_call("m2", timed=False),
        model_call("m3", start_ms=20),
        model_call("m4", timed=False),
    )
    assert [run.ids[row] for row in TraceIndex(run).in_time] == [run.ids[row] for row in range(4)]


def test_calls_of_a_step() -> None:
    index = TraceIndex(trace(asking("m1", call("f")), tool_execution("x1", call("f"))))
    assert index.calls(0) == (call("f"),)
    assert index.calls(1) == ()
    assert index.executed_call(1) == call("f")
    assert index.executed_call(0) is None
    assert index.call_of(1) == CallPlace(0, 0)


@pytest.mark.parametrize("other", [{"q": "b"}, {"q": "a"}])
def test_calls_of_one_turn_under_one_id_are_run_in_their_order(other: dict[str, str]) -> None:
    asked = (call("f", {"q": "a"}, "c"), call("f", other, "c"))
    index = TraceIndex(
        trace(
            model_call("old", [user("u")], assistant("", call("f", {"q": "a"}, "c"))),
            model_call("m", [user("v")], assistant("", *asked)),
            tool_execution("x", asked[0], "of a"),
            tool_execution("y", asked[1], "of b"),
        )
    )
    assert [index.call_of(row) for row in (2, 3)] == [CallPlace(1, 0), CallPlace(1, 1)]


def test_a_call_that_was_recorded_twice_is_kept_once() -> None:
    """With the model and with its execution, often as text there; another one of the same id is another."""
    asked, other_asked = call("look", {"q": "x"}, "c1"), call("look", {"q": "y"}, "c2")
    run = trace(
        model_call("m1", [user("hi")], assistant("", asked, other_asked)),
        tool_execution("t1", call("look", raw='{"q":"x"}', id_="c1"), "no"),
        tool_execution("t2", call("look", {"q": "z"}, "c2"), "no"),
        tool_execution("t3", call("look", {"q": "x"}, "c1"), "no"),
    )
    index = TraceIndex(run)
    ran = [index.executed_call(row) for row in index.executions]
    assert ran[0] is asked
    assert [one.arguments for one in ran if one is not None] == [{"q": "x"}, {"q": "z"}, {"q": "x"}]
