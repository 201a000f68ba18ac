"""Which recorded answer fits a call: that of its own place, the next of the thread, or the one that all got."""

from __future__ import annotations

from replaydbg.core.message import Message, ToolCall
from replaydbg.graph.facts import Facts
from replaydbg.replay.engine import Replay
from replaydbg.replay.fitting import Fit, fits
from replaydbg.replay.tool_turn import ToolTurn
from tests.support.build import assistant, call, chat, response, user
from tests.support.drive import edit

TALK = chat(
    [
        user("u"),
        assistant("", call("get", {"n": 1}, "c1"), call("get", {"n": 2}, "c2")),
        response("c1", "one"),
        response("c2", "two"),
        assistant("", call("get", {"n": 1}, "c3")),
        response("c3", "one, later"),
        assistant("done"),
    ]
)


def fitting(*calls: ToolCall) -> list[Fit | None]:
    replay = Replay(Facts(TALK), [edit(TALK, "m1", "/messages/0/content", "v")])
    said: Message = assistant("", *calls)
    return fits(ToolTurn(replay.lanes[0], said, edited=False, said_id="s"))


def told(found: list[Fit | None]) -> list[object]:
    return [None if fit is None else fit.answer.told for fit in found]


def test_the_answer_of_the_same_place_comes_first() -> None:
    found = fitting(call("get", {"n": 1}), call("get", {"n": 2}))
    assert told(found) == ["one", "two"]
    assert [fit is not None and fit.here for fit in found] == [True, True]


def test_equal_calls_get_the_next_answers_of_the_thread_and_none_where_those_differ() -> None:
    found = fitting(
        call("get", {"n": 2}), call("get", {"n": 1}), call("get", {"n": 1}), call("get", {"n": 1})
    )
    assert told(found) == ["two", "one", "one, later", None]


def test_nothing_fits_a_call_that_was_not_recorded() -> None:
    assert fitting(call("get", {"n": 3})) == [None]
