"""Which step goes on from which."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.graph.joins import Joins, join
from tests.support.build import (
    Built,
    agent,
    assistant,
    call,
    model_call,
    other,
    response,
    tool_execution,
    trace,
    user,
)
from tests.support.runs import any_run, parallel_tools, sub_agent


def edges(of: Trace, joins: Joins) -> set[tuple[str, str]]:
    return {
        (of.ids[source], of.ids[target]) for source, target in zip(joins.sources, joins.targets, strict=True)
    }


def test_parallel_tools_fork_from_their_model_call_and_merge_in_the_next() -> None:
    run = parallel_tools(3)
    expected = {
        ("a", "m1"),
        ("m1", "t0"),
        ("m1", "t1"),
        ("m1", "t2"),
        ("t0", "m2"),
        ("t1", "m2"),
        ("t2", "m2"),
    }
    assert edges(run, join(run)) == expected
    assert edges(run, join(run, Facts(run))) == expected


def test_tool_calls_of_one_turn_are_parallel_though_they_ran_one_after_the_other() -> None:
    run = trace(
        model_call("m1", None, assistant("", call("a", {}, "1"), call("b", {}, "2"))),
        tool_execution("t1", call("a", {}, "1"), 1),
        tool_execution("t2", call("b", {}, "2"), 2),
        model_call("m2", None, "done"),
    )
    assert edges(run, join(run)) == {("m1", "t1"), ("m1", "t2"), ("t1", "m2"), ("t2", "m2")}


def test_the_turn_is_known_inside_wrappers_too() -> None:
    """As graph frameworks write it: a node for the model, one for each tool, which do not overlap."""
    asked = [call("search", {"q": n}, f"c{n}") for n in range(3)]
    run = trace(
        other("g", Kind.OPAQUE, "graph"),
        _inside("n0", "model", model_call("m1", (user("q"),), assistant("", *asked))),
        *(_inside(f"n{n + 1}", "tools", tool_execution(f"t{n}", asked[n], n)) for n in range(3)),
    )
    joins = join(run, Facts(run))
    assert {("m1", "n1"), ("m1", "n2"), ("m1", "n3")} <= edges(run, joins)
    assert ("t0", "n2") in edges(run, join(run)), "from times alone they look like a sequence"


def _inside(id_: str, name: str, *steps: Built) -> Built:
    return replace(other(id_, Kind.OPAQUE, name), children=steps)


def test_a_caller_waits_beside_the_agent_it_called() -> None:
    run = sub_agent()
    joins = join(run)
    assert {("t1", "m4"), ("t1", "b"), ("b", "m2"), ("m2", "t2"), ("t2", "m3"), ("m3", "m4")} <= edges(
        run, joins
    )
    assert [run.ids[row] for row in range(len(run)) if joins.waits[row]] == ["t1"]
    assert run.ids[joins.targets[joins.first[run.row("t1")]]] == "m4", "the caller keeps its lane"


@pytest.mark.parametrize("second_takes_ms", [20, 100])
def test_agents_side_by_side_have_lanes_of_their_own_and_nobody_waits(second_takes_ms: int) -> None:
    """Also where the lead goes on while the second one is still at work."""
    run = trace(
        agent(
            "a",
            "lead",
            model_call("m1", None, "go", start_ms=1, duration_ms=5),
            agent("b0", "worker", model_call("w0", None, "done"), start_ms=10, duration_ms=20),
            agent("b1", "worker", model_call("w1", None, "done"), start_ms=11, duration_ms=second_takes_ms),
            model_call("m2", None, "thanks", start_ms=50, duration_ms=5),
            start_ms=0,
            duration_ms=200,
        )
    )
    joins = join(run)
    assert not any(joins.waits)
    assert {("m1", "b0"), ("m1", "b1"), ("w0", "m2")} <= edges(run, joins)
    assert (("w1", "m2") in edges(run, joins)) is (second_takes_ms == 20)


def test_an_agent_that_hands_over_does_not_wait() -> None:
    run = trace(
        agent("a", "desk", model_call("m1", None, "over to you")),
        agent("b", "writer", model_call("m2", None, "done")),
    )
    joins = join(run)
    assert not any(joins.waits)
    assert ("m1", "b") in edges(run, joins)


def test_two_threads_in_one_list_are_told_apart_by_their_messages() -> None:
    """The times alone would join them: the second call of A begins when the first calls of both have ended."""
    a, b = (user("about a"),), (user("about b"),)
    run = trace(
        model_call("a1", a, assistant("A1"), start_ms=0, duration_ms=10),
        model_call("b1", b, assistant("B1"), start_ms=1, duration_ms=10),
        model_call("a2", (*a, assistant("A1"), user("go on")), assistant("A2"), start_ms=20, duration_ms=10),
        model_call("b2", (*b, assistant("B1"), user("go on")), assistant("B2"), start_ms=21, duration_ms=10),
    )
    assert edges(run, join(run, Facts(run))) == {("a1", "a2"), ("b1", "b2")}
    assert ("b1", "a2") in edges(run, join(run))


def test_a_thread_goes_on_from_its_own_tools() -> None:
    asked = call("search", {}, "c1")
    first = assistant("", asked)
    run = trace(
        model_call("m1", (user("q"),), first),
        tool_execution("t1", asked, "r"),
        model_call("other", (user("something else"),), assistant("x")),
        model_call("m2", (user("q"), first, response("c1", "r")), "done"),
    )
    assert ("t1", "m2") in edges(run, join(run, Facts(run)))
    assert ("t1", "other") not in edges(run, join(run, Facts(run)))


def test_branches_of_a_fork_are_told_apart_and_the_trunk_goes_on_after_the_merge() -> None:
    run = parallel_tools(3)
    joins = join(run)
    branch = {id_: joins.branch[run.row(id_)] for id_ in run.ids}
    assert branch["a"] == branch["m1"] == branch["m2"]
    assert len({branch["t0"], branch["t1"], branch["t2"], branch["m1"]}) == 4
    assert joins.line_of(run.row("t1")) == {branch["t1"], branch["m1"]}


@given(any_run())
def test_every_edge_leads_forward_and_every_step_but_a_root_is_led_to(run: Trace) -> None:
    joins = join(run, Facts(run))
    assert all(source < target for source, target in zip(joins.sources, joins.targets, strict=True))
    led_to = set(joins.targets)
    assert all(row in led_to for row in range(len(run)) if run.parents[row] >= 0)
    assert all(branch >= 0 for branch in joins.branch)
    assert list(joins.first) == sorted(joins.first)


def test_it_is_told_how_far_it_is_also_below_one_parent() -> None:
    heard: list[float] = []
    run = trace(*(tool_execution(f"t{number}", call("f", {}, f"c{number}")) for number in range(3000)))
    join(run, heed=heard.append)
    assert len(heard) > 4
    assert all(0 <= done <= 1 for done in heard)


def test_nothing_goes_on_from_nothing() -> None:
    assert edges(trace(), join(trace())) == set()
