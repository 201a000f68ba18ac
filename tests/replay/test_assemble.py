"""The branch as a trace: places, parents, times, and what is taken over by reference."""

from __future__ import annotations

from replaydbg.core.branch import Branch, Edit, Provenance
from replaydbg.core.outcome import Reply, ToolResult
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.replay.assemble import IN_DOUBT
from replaydbg.replay.engine import Replay
from tests.replay.test_engine import LOOP, lanes, nested
from tests.support.build import (
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
from tests.support.drive import drive, edit, reason, says, world


def branch_of(of: Trace, *edits: Edit) -> Branch:
    answer = world(lambda request: assistant("so be it"), lambda request: "ran")
    return drive(Replay(Facts(of), edits), answer).branch("b1")


def test_a_branch_is_a_trace_with_a_provenance_for_every_row() -> None:
    branch = branch_of(lanes(), edit(lanes(), "Rome-1", "/messages/0/content", "another lane"))
    assert [step.id for step in branch.steps] == branch.trace.ids
    assert len(set(branch.trace.ids)) == len(branch.trace)
    assert branch.trace.id == "t/b1"
    assert Facts(branch.trace).threads.links


def test_bodies_that_stay_are_those_of_the_parent() -> None:
    branch = branch_of(LOOP, edit(LOOP, "x2", "/result", "found"))
    for row, step in enumerate(branch.steps):
        if step.provenance is Provenance.RECORDED:
            assert branch.trace.handles[row] is LOOP.handles[LOOP.row(step.id)]


def test_executions_that_the_recording_puts_inside_of_their_call_stay_inside_of_it() -> None:
    asked = call("f", {"a": 1}, "c")
    of = trace(
        model_call("m1", [user("u")], assistant("", asked), children=(tool_execution("x1", asked, "r"),)),
        model_call("m2", [user("u"), assistant("", asked), response("c", "r")], "done"),
    )
    branch = branch_of(of, edit(of, "m1", "/tool_calls/0/arguments/a", 2))
    parents = {step.of: branch.trace.step(row).parent_id for row, step in enumerate(branch.steps)}
    assert parents["x1"] == next(step.id for step in branch.steps if step.of == "m1")
    kept = branch_of(of, edit(of, "m1", "/output/content", "hm"))
    assert kept.trace.step(kept.trace.row("x1")).parent_id == next(
        step.id for step in kept.steps if step.of == "m1"
    )


def test_groups_of_what_no_longer_happens_are_gone_and_empty_ones_stay() -> None:
    asked = call("f", {}, "c")
    of = trace(
        agent(
            "root",
            "root",
            agent("turn1", "a", model_call("m1", [user("u")], assistant("", asked))),
            agent("turn2", "b", tool_execution("x1", asked, "r")),
            agent(
                "turn3", "c", model_call("m2", [user("u"), assistant("", asked), response("c", "r")], "done")
            ),
            other("note", Kind.OPAQUE, "note"),
        )
    )
    branch = branch_of(
        of, edit(of, "m1", "/tool_calls", []), edit(of, "m1", "/output/content", "done at once")
    )
    assert [step.of for step in branch.steps] == ["root", "turn1", "m1", "note"]


def test_an_agent_whose_answer_has_changed_gives_the_new_one() -> None:
    built = agent("boss", "boss", model_call("m", [user("u")], "the old answer"))
    object.__setattr__(built.body, "output_value", {"content": "the old answer"})
    of = trace(built)
    branch = branch_of(of, edit(of, "m", "/messages/0/content", "v"))
    assert branch.trace.body(0).output_value == {"content": "so be it"}
    assert of.body(0).output_value == {"content": "the old answer"}
    assert branch.steps[0].provenance is Provenance.RECORDED
    assert "answer of #2" in branch.steps[0].reason


def test_times_go_on_from_the_cause_and_parallel_tools_run_side_by_side() -> None:
    both = assistant("", call("f", {}, "c1"), call("g", {}, "c2"))
    of = trace(model_call("m1", [user("u")], both, start_ms=0, duration_ms=10))
    replay = Replay(Facts(of), [edit(of, "m1", "/output/content", "well")])
    first, second = replay.requests()
    replay.receive(second.id, ToolResult("two", duration_ms=30))
    replay.receive(first.id, ToolResult("one", duration_ms=20))
    replay.receive(replay.requests()[0].id, Reply(assistant("done"), duration_ms=5))
    branch = replay.branch("b")
    begin = of.starts_ns[0]
    times = [
        (start - begin, end - begin)
        for start, end in zip(branch.trace.starts_ns, branch.trace.ends_ns, strict=True)
    ]
    ms = 1_000_000
    assert times == [(0, 10 * ms), (10 * ms, 30 * ms), (10 * ms, 40 * ms), (40 * ms, 45 * ms)]


def test_without_times_new_steps_have_none_and_stand_in_order() -> None:
    of = trace(
        model_call("m1", [user("u")], "one", timed=False),
        model_call("m2", [user("u"), assistant("one"), user("v")], "two", timed=False),
    )
    branch = branch_of(of, edit(of, "m1", "/output/content", "eins"))
    assert set(branch.trace.starts_ns) == {-1}
    assert [step.of for step in branch.steps] == ["m1", "m2"]


def test_steps_beyond_the_recording_stand_beside_the_last_recorded_one() -> None:
    of = trace(agent("a", "worker", model_call("m1", [user("u")], "one")))
    replay = Replay(Facts(of), [edit(of, "m1", "/messages/0/content", "v")])
    replay.receive(replay.requests()[0].id, says(assistant("", call("f", {}, "c"))))
    replay.receive(replay.requests()[0].id, ToolResult(1))
    replay.receive(replay.requests()[0].id, says("done"))
    trace_ = replay.branch("b").trace
    assert [trace_.depths[row] for row in range(4)] == [0, 1, 1, 1]
    assert {trace_.agent(row) for row in range(4)} == {"worker"}


def test_steps_inside_of_a_reused_execution_share_its_reason() -> None:
    branch = branch_of(nested(), edit(nested(), "b1", "/output/content", "let me ask"))
    reasons = {step.of: step.reason for step in branch.steps}
    assert reasons["e1"] == reasons["bx"] == "recorded result for the equal call at #3"


def test_steps_inside_of_a_kept_execution_are_judged_one_by_one_where_something_changed_among_them() -> None:
    asked = call("ask", {}, "c")
    of = trace(
        model_call("m1", [user("u")], assistant("", asked)),
        tool_execution(
            "x1",
            asked,
            "thirty days and no longer",
            children=(
                model_call("first", [user("draft it")], "a draft"),
                model_call("second", [user("check it")], "thirty days and no longer"),
            ),
        ),
        model_call(
            "m2",
            [user("u"), assistant("", asked), response("c", "thirty days and no longer")],
            "done",
        ),
    )
    branch = branch_of(
        of,
        edit(of, "m1", "/output/content", "I will ask"),
        edit(of, "first", "/output/content", "another draft"),
    )
    assert "x1" in branch.trace.ids
    assert {step.of: str(step.provenance) for step in branch.steps}["second"] == "unproven"


def test_an_execution_that_ran_an_agent_beyond_the_change_is_no_surer_than_that_agent() -> None:
    """It began before the other one said something else, and went on after that."""
    asked = call("ask", {}, "c")
    inner = (
        model_call("i1", [user("draft it")], "a draft", start_ms=2, duration_ms=3),
        model_call("i2", [user("check it")], "it is right", start_ms=20, duration_ms=5),
    )
    of = trace(
        agent(
            "crew",
            "crew",
            model_call("m1", [user("u")], assistant("", asked), start_ms=0, duration_ms=1),
            tool_execution("x1", asked, "it is right", children=inner, start_ms=1, duration_ms=30),
            model_call("other", [user("v")], "hello", start_ms=5, duration_ms=5),
            start_ms=0,
            duration_ms=40,
        )
    )
    branch = branch_of(of, edit(of, "other", "/output/content", "bye"))
    said = {step.of: str(step.provenance) for step in branch.steps}
    assert (said["i1"], said["i2"], said["x1"]) == ("recorded", "unproven", "unproven")
    assert "#5 ran inside of it" in reason(branch, "x1")


def test_what_runs_inside_of_an_execution_in_doubt_is_in_doubt() -> None:
    of = nested()
    replay = Replay(Facts(of), [edit(of, "b1", "/output/content", "let me ask")])
    replay.ledger.doubt("bx", f"{IN_DOUBT} holds a result of f that nothing proves")
    assert IN_DOUBT in reason(replay.branch("b"), "e1")
