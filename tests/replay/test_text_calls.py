"""Agents that take their calls out of the model's words: what their model is told after an edit, and what it is not."""

from __future__ import annotations

from collections.abc import Sequence

from replaydbg.core.message import Message, ToolCall
from replaydbg.core.outcome import ToolResult
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.replay.engine import Replay
from replaydbg.replay.sources import Recordings
from replaydbg.replay.text_calls import TextCalls, text_calls
from tests.support.build import (
    assistant,
    call,
    chat,
    model_call,
    other,
    response,
    tool_execution,
    trace,
    user,
)
from tests.support.drive import asked_of_model, asked_of_tool, drive, edit, names, provenances, says

TASK = user("find the flag")


def block(command: str) -> str:
    return f"Let me look.\n```\n{command}\n```"


def run(*turns: tuple[str, str], end: str = "", shape: str = "OUTPUT:\n{}\nbash-$") -> Trace:
    """(command, result) for each turn; the agent's own program looked for the block."""
    said: list[Message] = [TASK]
    steps = []
    for number, (command, result) in enumerate(turns, 1):
        asked = call("bash", {"command": command}, "")
        text = block(command)
        steps.append(model_call(f"m{number}", tuple(said), assistant(text, asked)))
        steps.append(tool_execution(f"t{number}", asked, result))
        said += [assistant(text), user(shape.format(result))]
    if end:
        steps.append(model_call("end", tuple(said), end))
    steps.append(other("exit", Kind.OPAQUE, "exit: done"))
    return trace(*steps)


LOOP = run(("submit A", "Wrong flag!"), ("submit A", "Wrong flag!"), ("submit A", "Wrong flag!"))


def way(of: Trace, row: int = 0) -> TextCalls | None:
    return text_calls(Recordings(Facts(of)), row)


def texts(messages: Sequence[Message]) -> list[str]:
    assert not any(message.tool_calls or message.tool_responses for message in messages)
    return [message.text for message in messages]


def test_the_way_is_read_off_the_recorded_turns() -> None:
    assert way(LOOP) == TextCalls("bash", "command", "OUTPUT:\n", "\nbash-$")
    assert way(run(("ls", "a"), ("cat a", "b"), shape="{}")) == TextCalls("bash", "command", "", "")


def test_calls_that_are_sent_as_calls_are_not_touched() -> None:
    asked = call("f", {"command": "ls"}, "c")
    of = chat([user("u"), assistant(block("ls"), asked), response("c", "r"), assistant("done")])
    assert way(of) is None


def test_a_call_that_stands_nowhere_in_the_words_is_not_looked_for_in_them() -> None:
    asked = call("bash", {"command": "ls"}, "")
    of = trace(
        model_call("m1", (TASK,), assistant("I list the files.", asked)),
        tool_execution("t1", asked, "a b"),
        model_call("m2", (TASK, assistant("I list the files."), user("a b")), "done"),
    )
    assert way(of) == TextCalls("bash", "", "", "")


def test_an_edited_result_is_told_in_the_place_of_the_recorded_one_and_nowhere_else() -> None:
    replay = Replay(Facts(LOOP), [edit(LOOP, "t1", "/result", "Wrong flag! Try lower case.")])
    assert texts(asked_of_model(replay).messages) == [
        TASK.text,
        block("submit A"),
        "OUTPUT:\nWrong flag! Try lower case.\nbash-$",
    ]


def test_the_call_in_a_live_reply_is_found_and_its_result_told_as_the_agent_tells_it() -> None:
    replay = Replay(Facts(LOOP), [edit(LOOP, "t1", "/result", "Try lower case.")])
    replay.receive(replay.requests()[0].id, says(block("submit a")))
    assert asked_of_tool(replay).call == ToolCall("", "bash", {"command": "submit a"})
    replay.receive(replay.requests()[0].id, ToolResult("Correct!"))
    assert texts(asked_of_model(replay).messages)[-2:] == [block("submit a"), "OUTPUT:\nCorrect!\nbash-$"]
    made = replay.branch("b").trace
    assert made.body(made.row(replay.branch("b").steps[2].id)).tools is None, (
        "not recorded, as before: not “none”"
    )


def test_an_equal_call_is_answered_by_the_recording() -> None:
    of = run(("ls", "a"), ("cat a", "b"), end="done")
    replay = Replay(Facts(of), [edit(of, "m1", "/messages/0/content", "find it")])
    replay.receive(replay.requests()[0].id, says(block("ls")))
    assert names(replay) == ["ask:m-1"]
    assert texts(asked_of_model(replay).messages) == ["find it", block("ls"), "OUTPUT:\na\nbash-$"]


def test_a_final_answer_ends_it_although_the_recording_went_on() -> None:
    """What the agent's program said there were results of its commands: nobody says them to another answer."""
    replay = Replay(Facts(LOOP), [edit(LOOP, "t1", "/result", "Correct!")])
    replay.receive(replay.requests()[0].id, says("The flag was accepted."))
    assert replay.finished
    branch = replay.branch("b")
    assert branch.stopped is None
    assert provenances(branch) == [
        ("m1", "recorded"),
        ("t1", "edited"),
        ("m2", "live"),
        ("exit", "unproven"),
    ], "and what was recorded last stands last"


def test_the_thread_goes_on_beyond_the_recording() -> None:
    of = run(("ls", "a"), ("cat a", "b"))
    replay = Replay(Facts(of), [edit(of, "t1", "/result", "x")])
    drive_to = [block("cat x"), block("cat y"), "done"]
    told: list[str] = []
    while not replay.finished:
        first = replay.requests()[0]
        if names(replay)[0].startswith("ask"):
            told.append(asked_of_model(replay).messages[-1].text)
            replay.receive(first.id, says(drive_to[len(told) - 1]))
        else:
            replay.receive(first.id, ToolResult("new"))
    assert told == ["OUTPUT:\nx\nbash-$", "OUTPUT:\nnew\nbash-$", "OUTPUT:\nnew\nbash-$"]


def test_an_edited_call_is_said_in_the_words_too() -> None:
    of = run(("ls", "a"), ("cat a", "the words of a"), end="done")
    replay = Replay(Facts(of), [edit(of, "m1", "/tool_calls/0/arguments", {"command": "pwd"})])
    assert asked_of_tool(replay).call.arguments == {"command": "pwd"}
    replay.receive(replay.requests()[0].id, ToolResult("/home"))
    assert texts(asked_of_model(replay).messages)[1:] == [block("pwd"), "OUTPUT:\n/home\nbash-$"]


def test_where_the_way_is_not_seen_a_reply_without_a_call_stops_with_a_sentence() -> None:
    asked = call("bash", {"command": "ls"}, "")
    of = trace(
        model_call("m1", (TASK,), assistant("I list the files.", asked)),
        tool_execution("t1", asked, "a b"),
        model_call("m2", (TASK, assistant("I list the files."), user("a b")), assistant("Again.", asked)),
        tool_execution("t2", asked, "a b"),
        model_call(
            "m3",
            (TASK, assistant("I list the files."), user("a b"), assistant("Again."), user("a b")),
            "done",
        ),
    )
    replay = Replay(Facts(of), [edit(of, "t1", "/result", "c")])
    assert texts(asked_of_model(replay).messages)[-1] == "c"
    drive(replay, lambda _: says("I list them once more."))
    stopped = replay.branch("b").stopped
    assert stopped is not None
    assert stopped.kind == "call-in-text"


CODE = "```python\nprint(737,015)\n```"


def room() -> Trace:
    """One agent writes code, another participant runs it, and all hear what came of it."""
    failed = "exitcode: 1\nSyntaxError"
    said = [TASK, assistant(CODE), user(failed)]
    return trace(
        model_call("m1", (TASK,), assistant(CODE)),
        tool_execution("t1", call("terminal", {"code": "print(737,015)\n"}), failed),
        model_call("m2", tuple(said), assistant("It failed.")),
        model_call("m3", (*said, assistant("It failed."), user("so?")), "done"),
    )


def test_what_came_of_other_words_is_not_told_of_the_new_ones() -> None:
    of = room()
    fixed = CODE.replace("737,015", "737015")
    replay = Replay(Facts(of), [edit(of, "m1", "/output/content", fixed)])
    assert replay.finished
    stopped = replay.branch("b").stopped
    assert stopped is not None
    assert stopped.kind == "result-of-words"
    assert "edit the result of #2" in stopped.reason

    both = [edit(of, "m1", "/output/content", fixed), edit(of, "t1", "/result", "exitcode: 0\n737015")]
    replay = Replay(Facts(of), both)
    assert texts(asked_of_model(replay).messages) == [TASK.text, fixed, "exitcode: 0\n737015"]

    more = [both[0], edit(of, "t1", "/result", "exitcode: 1\nSyntaxError: no commas")]
    replay = Replay(Facts(of), more)
    assert texts(asked_of_model(replay).messages)[-1] == "exitcode: 1\nSyntaxError: no commas"


def test_the_same_code_in_other_words_keeps_its_result() -> None:
    of = room()
    replay = Replay(Facts(of), [edit(of, "m1", "/output/content", f"Now:\n{CODE}")])
    assert texts(asked_of_model(replay).messages)[-1] == "exitcode: 1\nSyntaxError"


def test_an_edited_result_is_not_put_in_the_place_of_an_equal_one_of_another_run() -> None:
    empty = "exitcode: 0 (execution succeeded)"
    of = trace(
        tool_execution("t1", call("terminal", {"code": "print(1)"}), f"{empty}\n"),
        model_call("a1", (TASK, user(f"{empty}\n")), "I will look.", agent="a"),
        model_call("b1", (TASK, user(f"{empty}\n"), user("I will look.")), assistant(CODE), agent="b"),
        tool_execution("t2", call("terminal", {"code": "print(737,015)"}), empty),
        model_call(
            "b2",
            (TASK, user(f"{empty}\n"), user("I will look."), assistant(CODE), user(empty)),
            "done",
            agent="b",
        ),
    )
    replay = Replay(Facts(of), [edit(of, "t1", "/result", "exitcode: 1")])
    assert of.row("b2") not in [asked.row for asked in replay.requests()]
