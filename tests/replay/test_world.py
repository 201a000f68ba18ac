"""What was changed on the way to a tool call: an equal call in another world has no proven answer."""

from __future__ import annotations

import pytest

from replaydbg.core.message import Message
from replaydbg.core.outcome import Skipped, ToolResult
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.replay.api import Policy
from replaydbg.replay.engine import Replay
from replaydbg.replay.kept import give
from replaydbg.replay.world import Worlds, after, are_same, doubt
from tests.support.build import assistant, call, chat, model_call, response, tool_execution, trace, user
from tests.support.drive import edit, names, provenances, reason, says

READ, WRITE = call("read_file", {"path": "a"}, "r"), call("write_file", {"path": "a", "text": "x"}, "w")
OTHER = call("write_file", {"path": "a", "text": "y"}, "w")
LOOK = call("get_time", {}, "t")
TALK = chat(
    [
        user("u"),
        assistant("", READ),
        response("r", "nothing"),
        assistant("", WRITE),
        response("w", "ok"),
        assistant("", READ),
        response("r", "x"),
        assistant("done"),
    ]
)


def test_calls_that_only_look_change_nothing() -> None:
    assert after(None, [READ, LOOK]) is None
    written = after(None, [READ, WRITE])
    assert written is not None
    assert [one.call for one in written.calls()] == [WRITE]
    assert are_same(written, after(after(None, [WRITE]), [LOOK]))
    assert not are_same(written, after(None, [OTHER]))
    assert not are_same(after(None, [WRITE, OTHER]), after(None, [OTHER, WRITE]))


def test_a_doubt_names_the_call_that_makes_the_difference() -> None:
    once, none = after(None, [WRITE]), None
    assert doubt(once, once) == doubt(none, none) == ""
    assert "write_file was called before it, as it was not in the recording" in doubt(none, once)
    assert "in the recording write_file was called before it, as it is not here" in doubt(once, none)
    deep = after(None, [WRITE] * 5000)
    assert doubt(deep, once) != ""


def test_recorded_worlds_are_those_before_a_reply() -> None:
    facts = Facts(TALK)
    worlds = Worlds(facts)
    calls = list(facts.index.model_calls)
    assert [worlds.before(row) is None for row in calls] == [True, True, False, False]


def told(replay: Replay) -> list[object]:
    (asked,) = replay.requests()
    messages: tuple[Message, ...] = asked.request.messages  # type: ignore[union-attr]
    return [part.result for message in messages for part in message.tool_responses]


def written_otherwise(of: Trace = TALK, policy: Policy | None = None) -> Replay:
    """The edited agent writes something else, and reads it again by a call that is equal to the recorded one."""
    replay = Replay(Facts(of), [edit(of, "m2", "/tool_calls/0/arguments/text", "y")], policy)
    assert names(replay) == ["run:write_file"]
    replay.receive(replay.requests()[0].id, ToolResult("ok"))
    replay.receive(replay.requests()[0].id, says(assistant("", READ)))
    return replay


def test_what_was_written_otherwise_is_read_anew_where_somebody_can() -> None:
    replay = written_otherwise()
    (asked,) = replay.requests()
    assert names(replay) == ["run:read_file"]
    assert asked.unproven
    assert "write_file was called before it, as it was not in the recording" in asked.why
    replay.receive(asked.id, ToolResult("y"))
    assert told(replay) == ["nothing", "ok", "y"]
    replay.receive(replay.requests()[0].id, says("done"))
    assert [word for _, word in provenances(replay.branch("b"))][-3:] == ["live", "live", "live"]


def test_where_nobody_can_the_recorded_result_is_unproven_and_so_is_what_rests_on_it() -> None:
    replay = written_otherwise()
    replay.receive(replay.requests()[0].id, Skipped("nobody runs it"))
    assert told(replay) == ["nothing", "ok", "x"]
    replay.receive(replay.requests()[0].id, says("done"))
    branch = replay.branch("b")
    assert branch.stopped is None
    assert dict(provenances(branch))["x3"] == "unproven"
    assert "recorded result for the equal call at #6; no proof: write_file" in reason(branch, "x3")
    assert "its prompt holds a result of read_file that nothing proves" in branch.steps[-1].reason


def test_a_person_may_keep_it() -> None:
    row = TALK.row("x3")
    replay = written_otherwise(policy=Policy(kept=frozenset({row})))
    assert told(replay) == ["nothing", "ok", "x"]


def test_a_result_of_the_same_world_is_proven_wherever_it_was_recorded() -> None:
    """Before anything was written, the file was read as well."""
    replay = Replay(Facts(TALK), [edit(TALK, "m1", "/messages/0/content", "v")])
    replay.receive(replay.requests()[0].id, says(assistant("", LOOK, READ)))
    (asked,) = replay.requests()
    assert names(replay) == ["run:get_time"]
    replay.receive(asked.id, ToolResult("noon"))
    assert told(replay) == ["noon", "nothing"]
    replay.receive(replay.requests()[0].id, says(assistant("", READ)))
    assert told(replay) == ["noon", "nothing", "nothing"], "not what was read after it was written"


def test_a_pinned_branch_comes_out_again() -> None:
    replay = written_otherwise()
    (asked,) = replay.requests()
    assert give(replay, lambda _: None) == 1
    assert asked not in replay.requests()


READY, ASKS, WRITES = "the file is ready for the reviewer", assistant("", READ), assistant("", WRITE)


def two_agents() -> Trace:
    """One writes a file, another one, who is told of it, reads it."""
    told_so = user(READY)
    return trace(
        model_call("w1", [user("write it")], WRITES, start_ms=0, duration_ms=10),
        tool_execution("wx", WRITE, "ok", start_ms=11, duration_ms=1),
        model_call("w2", [user("write it"), WRITES, response("w", "ok")], READY, start_ms=20, duration_ms=10),
        model_call("r1", [told_so], ASKS, start_ms=31, duration_ms=5),
        tool_execution("rx", READ, "x", start_ms=40, duration_ms=1),
        model_call("r2", [told_so, ASKS, response("r", "x")], "fine", start_ms=50, duration_ms=5),
    )


def test_what_another_thread_wrote_otherwise_leaves_a_recorded_result_unproven() -> None:
    of = two_agents()
    replay = Replay(Facts(of), [edit(of, "w1", "/tool_calls/0/arguments/text", "y")])
    replay.receive(replay.requests()[0].id, ToolResult("ok"))
    replay.receive(replay.requests()[0].id, says("the other file is ready"))
    replay.receive(replay.requests()[0].id, says(ASKS))
    assert names(replay) == ["ask:m-1"], (
        "whether a tool may be run is not asked for the sake of another thread"
    )
    replay.receive(replay.requests()[0].id, says("fine"))
    branch = replay.branch("b")
    assert dict(provenances(branch))["rx"] == "unproven"
    assert "write_file was called before it in the thread of #1, as it was not in the recording" in reason(
        branch, "rx"
    )
    assert "in doubt: its prompt holds a result of read_file" in reason(branch, "r2"), "it was told that"
    assert replay.branch("b").steps == branch.steps, "said once"


def test_while_no_other_thread_does_otherwise_it_is_proven() -> None:
    of = two_agents()
    replay = Replay(Facts(of), [edit(of, "r1", "/messages/0/content", "read it, please")])
    replay.receive(replay.requests()[0].id, says(ASKS))
    replay.receive(replay.requests()[0].id, says("fine"))
    assert dict(provenances(replay.branch("b")))["rx"] == "recorded"


def test_threads_are_in_doubt_from_the_time_on_that_another_one_did_otherwise() -> None:
    of = two_agents()
    writer, reader = of.row("w1"), of.row("r1")
    worlds = Worlds(Facts(of))
    worlds.changed(writer, writer, after(None, [WRITE]), 5)
    assert worlds.doubt_of_others(reader, 9) == "", "as it was recorded"
    worlds.changed(writer, writer, after(None, [OTHER]), 7)
    assert [bool(worlds.doubt_of_others(reader, at_ns)) for at_ns in (6, 7, -1)] == [False, True, True]
    assert worlds.doubt_of_others(of.row("w2"), 9) == "", "the thread itself is judged by its own calls"


def test_what_another_thread_no_longer_writes() -> None:
    of = two_agents()
    replay = Replay(Facts(of), [edit(of, "w1", "/messages/0/content", "write nothing")])
    replay.receive(replay.requests()[0].id, says("nothing was written"))
    replay.receive(replay.requests()[0].id, says(ASKS))
    replay.receive(replay.requests()[0].id, says("fine"))
    branch = replay.branch("b")
    assert dict(provenances(branch))["rx"] == "unproven"
    assert (
        "in the recording write_file was called before it in the thread of #1, as it is not here"
        in reason(branch, "rx")
    )


BOTH = assistant("", WRITE, READ)
TURN = chat([user("u"), BOTH, response("w", "ok"), response("r", "x"), assistant("done")])


def test_an_earlier_call_of_the_same_turn_may_have_changed_what_a_later_one_answers() -> None:
    replay = Replay(Facts(TURN), [edit(TURN, "m1", "/tool_calls/0/arguments/text", "y")])
    assert names(replay) == ["run:write_file"], "what reads waits for it"
    replay.receive(replay.requests()[0].id, ToolResult("ok"))
    (asked,) = replay.requests()
    assert names(replay) == ["run:read_file"]
    assert asked.unproven
    replay.receive(asked.id, ToolResult("y"))
    assert told(replay) == ["ok", "y"]


def test_a_later_call_of_the_turn_has_changed_nothing_before() -> None:
    of = chat(
        [user("u"), assistant("", READ, WRITE), response("r", "x"), response("w", "ok"), assistant("done")]
    )
    replay = Replay(Facts(of), [edit(of, "m1", "/tool_calls/1/arguments/text", "y")])
    assert names(replay) == ["run:write_file"]
    replay.receive(replay.requests()[0].id, ToolResult("ok"))
    assert told(replay) == ["x", "ok"]


def delegating() -> Trace:
    """An agent has another one write the file, and reads it."""
    ask = call("ask", {"what": "write it"}, "a")
    asks = assistant("", ask)
    inner = model_call("i1", [user("write it")], WRITES)
    after_it = model_call("i2", [user("write it"), WRITES, response("w", "ok")], "I wrote it")
    return trace(
        model_call("m1", [user("u")], asks),
        tool_execution(
            "ax", ask, "I wrote it", children=(inner, tool_execution("wx", WRITE, "ok"), after_it)
        ),
        model_call("m2", [user("u"), asks, response("a", "I wrote it")], ASKS),
        tool_execution("rx", READ, "x"),
        model_call("m3", [user("u"), asks, response("a", "I wrote it"), ASKS, response("r", "x")], "done"),
    )


def test_a_tool_that_runs_an_agent_changes_what_that_changes() -> None:
    of = delegating()
    assert Worlds(Facts(of)).changing(call("ask", {"what": "something else"}))
    replay = Replay(Facts(of), [edit(of, "m1", "/messages/0/content", "v")])
    replay.receive(replay.requests()[0].id, says(ASKS))
    (asked,) = replay.requests()
    assert names(replay) == ["run:read_file"], "nobody has written the file now"
    assert "in the recording ask was called before it, as it is not here" in asked.why


@pytest.mark.parametrize("timed", [True, False])
def test_a_result_of_another_place_is_none_where_another_thread_changed_something_between(
    timed: bool,
) -> None:
    """The reader reads again, after the other one has written."""
    told_so = user("the file is ready")
    again = [told_so, ASKS, response("r", "nothing")]
    of = trace(
        model_call("r1", [told_so], ASKS, start_ms=0, duration_ms=5, timed=timed),
        tool_execution("rx", READ, "nothing", start_ms=6, duration_ms=1, timed=timed),
        model_call("w1", [user("write it")], WRITES, start_ms=10, duration_ms=5, timed=timed),
        tool_execution("wx", WRITE, "ok", start_ms=16, duration_ms=1, timed=timed),
        model_call("r2", again, "fine", start_ms=30, duration_ms=5, timed=timed),
    )
    replay = Replay(Facts(of), [edit(of, "r2", "/messages/0/content", "look again")])
    replay.receive(replay.requests()[0].id, says(ASKS))
    (asked,) = replay.requests()
    assert names(replay) == ["run:read_file"]
    assert "between the two another thread called write_file" in asked.why
