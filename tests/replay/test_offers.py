"""Tools that nobody recorded: who is asked without them is told so before and after, and a side file gives them."""

from __future__ import annotations

from replaydbg.core.branch import Branch
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.replay.engine import Replay
from replaydbg.replay.offers import given, names
from replaydbg.replay.plan import plan
from tests.support.build import assistant, call, chat, model_call, parameters, response, tool, trace, user
from tests.support.drive import asked_of_model, edit, says

TALK = chat(
    [user("u"), assistant("", call("search", {"q": "x"}, "c")), response("c", "r"), assistant("done")]
)
SEARCH, READ = tool("search", parameters(q={"type": "string"})), tool("read", parameters())


def edited(of: Trace = TALK, side: tuple[ToolSpec, ...] = ()) -> tuple[Replay, tuple[str, ...]]:
    facts = Facts(of, side)
    edits = [edit(of, "m1", "/messages/0/content", "v")]
    return Replay(facts, edits), plan(facts, edits).remarks


def notes(replay: Replay) -> list[tuple[str, ...]]:
    while not replay.finished:
        replay.receive(replay.requests()[0].id, says("done"))
    return [step.notes for step in replay.branch("b").steps]


def test_calls_that_would_be_asked_without_tools_are_told_once_a_thread() -> None:
    replay, (remark,) = edited()
    assert remark == (
        "no tools were recorded with #1 and 1 more of its thread, though the thread calls search: they are asked without any, "
        "and can call none. --tools FILE gives them"
    )
    (note,) = notes(replay)[0]
    assert note.startswith(
        "asked without tools, so that it could call none: none were recorded, and its thread calls search"
    )


def test_the_side_file_gives_them() -> None:
    replay, remarks = edited(side=(SEARCH, READ))
    assert remarks == ()
    assert [one.name for one in asked_of_model(replay).tools] == ["search", "read"]
    assert notes(replay)[0] == ()
    assert replay.branch("b").trace.body(0).tools == (SEARCH, READ)


def test_what_the_side_file_lacks_is_told() -> None:
    of = chat(
        [
            user("u"),
            assistant("", call("search", {}, "c"), call("mail", {}, "d")),
            response("c", "r"),
            response("d", "s"),
            assistant("done"),
        ]
    )
    replay, (remark,) = edited(of, (SEARCH,))
    assert "#1 and 1 more of its thread are asked without mail, which the thread calls" in remark
    assert "asked without mail" in notes(replay)[0][0]


def test_threads_that_call_nothing_and_tools_that_are_another_threads_are_left_alone() -> None:
    quiet = trace(model_call("m1", [user("sum it up")], "done"))
    replay, remarks = edited(quiet, (SEARCH,))
    assert (remarks, asked_of_model(replay).tools, notes(replay)) == ((), (), [()])
    replay, (_,) = edited(side=(READ,))
    assert asked_of_model(replay).tools == ()


def test_recorded_tools_are_those_that_are_offered() -> None:
    asks = assistant("", call("search", {"q": "x"}, "c"))
    for tools in ([SEARCH], []):
        of = trace(model_call("m1", [user("u")], asks, tools=tools))
        replay, remarks = edited(of, (READ,))
        assert (remarks, list(asked_of_model(replay).tools)) == ((), tools)


def test_where_only_names_were_recorded_the_side_file_has_the_rest() -> None:
    of = trace(model_call("m1", [user("u")], "done", tools=[tool("search"), tool("other")]))
    replay, _ = edited(of, (SEARCH,))
    assert asked_of_model(replay).tools == (SEARCH, tool("other"))


def test_tools_that_the_person_writes_into_a_call_are_offered() -> None:
    document = {"name": "search", "description": "", "parameters": None}
    edits = [edit(TALK, "m1", "/tools", [document])]
    replay = Replay(Facts(TALK), edits)
    assert plan(Facts(TALK), edits).remarks == ()
    assert asked_of_model(replay).tools == (tool("search"),)


def test_an_edit_of_words_leaves_the_tools_of_the_side_file_in_force() -> None:
    """The recorded reply answers the recorded request, tools and all."""
    replay = Replay(Facts(TALK, (SEARCH,)), [edit(TALK, "x1", "/result", "other")])
    assert asked_of_model(replay).tools == (SEARCH,)


def branch_with(side: tuple[ToolSpec, ...]) -> Branch:
    replay, _ = edited(side=side)
    notes(replay)
    return replay.branch("b")


def test_a_branch_tells_what_it_was_given() -> None:
    for side in ((SEARCH, READ), ()):
        branch = branch_with(side)
        assert given(TALK, branch.trace, [step.of for step in branch.steps]) == side


def test_names_in_words() -> None:
    assert names(["a"]) == "a"
    assert names(["a", "b"]) == "a and b"
    assert names(list("abcdefg")) == "a, b, c, d and 3 more"
