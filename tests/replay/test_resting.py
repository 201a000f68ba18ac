"""What rests on results that another thread leaves unproven: the rest of the thread, and who was told its answer."""

from __future__ import annotations

from replaydbg.core.branch import Branch
from replaydbg.core.outcome import ToolResult
from replaydbg.graph.facts import Facts
from replaydbg.replay.engine import Replay
from tests.support.build import assistant, call, chat, model_call, response, tool_execution, trace, user
from tests.support.drive import edit, reason, says

READ, WRITE = call("read_file", {"path": "a"}, "r"), call("write_file", {"path": "a", "text": "x"}, "w")
ASKS, WRITES = assistant("", READ), assistant("", WRITE)
READY, READ_IT, SUMMED_UP = (
    "the file is ready for the reviewer",
    "in the file stands: x and no more",
    "so x it is",
)


def three_agents() -> Branch:
    """One writes, one who was told of it reads, and a third sums up what that one said. The first now writes something else."""
    seen = [user(READY), ASKS, response("r", "x")]
    of = trace(
        model_call("w1", [user("write it")], WRITES, start_ms=0, duration_ms=10),
        tool_execution("wx", WRITE, "ok", start_ms=11, duration_ms=1),
        model_call("w2", [user("write it"), WRITES, response("w", "ok")], READY, start_ms=20, duration_ms=10),
        model_call("r1", [user(READY)], ASKS, start_ms=31, duration_ms=5),
        tool_execution("rx", READ, "x", start_ms=40, duration_ms=1),
        model_call("r2", seen, READ_IT, start_ms=50, duration_ms=5),
        model_call("s1", [user(f"sum it up: {READ_IT}")], SUMMED_UP, start_ms=60, duration_ms=5),
    )
    replay = Replay(Facts(of), [edit(of, "w1", "/tool_calls/0/arguments/text", "y")])
    for answer in (
        ToolResult("ok"),
        says("the other file is ready"),
        says(ASKS),
        says("in that file stands: x"),
        says("x"),
    ):
        replay.receive(replay.requests()[0].id, answer)
    assert replay.finished
    return replay.branch("b")


def test_the_thread_that_was_told_the_result_is_in_doubt_from_there_on() -> None:
    branch = three_agents()
    assert "in doubt" not in reason(branch, "r1")
    assert "in doubt: its prompt holds a result of read_file that nothing proves" in reason(branch, "r2")


def test_and_so_is_who_was_told_its_answer() -> None:
    assert "in doubt: its prompt holds a result of read_file that nothing proves" in reason(
        three_agents(), "s1"
    )


def test_an_edited_result_that_nobody_came_to_is_told() -> None:
    of = chat([user("u"), assistant("", READ), response("r", "x"), assistant("done")])
    edits = [edit(of, "m1", "/messages/0/content", "v"), edit(of, "x1", "/result", "y")]
    for reply, told in ((says("nothing to read"), True), (says(ASKS), False)):
        replay = Replay(Facts(of), edits)
        replay.receive(replay.requests()[0].id, reply)
        if not replay.finished:
            replay.receive(replay.requests()[0].id, says("done"))
        assert ("the edit of #2 found no place" in reason(replay.branch("b"), "m1")) is told
