"""Conversations of large sessions: steps in batches, bodies out of a few numbers."""

from __future__ import annotations

from replaydbg.core.message import Message, Role, Text, ToolCall, ToolResponse
from replaydbg.core.step import Kind
from replaydbg.core.trace import Source, Trace
from replaydbg.readers import _talks
from replaydbg.readers._talks import Talks
from replaydbg.readers._transcript_body import Decoders

MESSAGES = [
    Message(Role.USER, (Text("go"),)),
    Message(Role.ASSISTANT, (ToolCall("a", "f", {"n": 1}), ToolCall("b", "g", {"n": 2}))),
    Message(Role.TOOL, (ToolResponse("b", "two"), ToolResponse("a", "one"))),
    Message(Role.ASSISTANT, (Text("done"),)),
]
SOURCE = Source("x", "y")


def talks_of() -> Talks:
    return Talks(Decoders(MESSAGES.__getitem__))


def traced(talks: Talks) -> Trace:
    return talks.trace("t", SOURCE)[0]


def told(talks: Talks, ids: tuple[str, str] = ("m1", "m2")) -> None:
    talk = talks.open("solo")
    talk.say(0, 1_000)
    talks.reply(talk, 1, ids[0], "x", 3_000, (5, 6))
    talks.asks(talk, [("a", "f")], 2_000)
    talks.more(talk, 4_000)
    talks.count(talk.reply_row, (5, 9))
    talks.asks(talk, [("b", "g")], 4_000)
    place = talk.say(2, 6_000)
    talks.answer(talk, place, 0, "b", 5_000, is_error=True)
    talks.answer(talk, place, 1, "a", 6_000, is_error=False)
    talks.reply(talk, 3, ids[1], "", 7_000, (-1, -1))


def test_steps_and_their_bodies() -> None:
    talks = talks_of()
    told(talks)
    trace = traced(talks)
    first, one, two, last = trace.steps()
    assert [step.kind for step in (first, one, two, last)] == [
        Kind.MODEL_CALL, Kind.TOOL_EXECUTION, Kind.TOOL_EXECUTION, Kind.MODEL_CALL,
    ]  # fmt: skip
    assert [(step.id, step.name, step.agent) for step in (one, two)] == [
        ("a", "f", "solo"),
        ("b", "g", "solo"),
    ]
    assert (one.body.result, one.body.call, two.body.result) == ("one", MESSAGES[1].tool_calls[0], "two")
    assert (first.started_ns, first.ended_ns, trace.output_tokens[0]) == (1_000, 4_000, 9)
    assert [(step.started_ns, step.ended_ns, step.status) for step in (one, two)] == [
        (2_000, 6_000, "unset"), (4_000, 5_000, "error"),
    ]  # fmt: skip
    assert (tuple(last.body.messages or ()), last.body.output) == (tuple(MESSAGES[:3]), MESSAGES[3])
    assert (last.name, last.started_ns) == ("chat", 6_000)


def test_batches_make_no_difference() -> None:
    whole, small = talks_of(), talks_of()
    told(whole)
    before, _talks._ROWS_MAX = _talks._ROWS_MAX, 1
    try:
        told(small)
    finally:
        _talks._ROWS_MAX = before
    one, other = traced(whole), traced(small)
    assert list(one.steps()) != []
    for name in ("ids", "ends_ns", "starts_ns", "output_tokens", "statuses", "parents"):
        assert list(getattr(one, name)) == list(getattr(other, name)), name


def test_a_fork_takes_the_calls_that_wait_in_what_it_shares() -> None:
    talks = talks_of()
    talk = talks.open()
    talk.spoken.append(talk.say(0, 1))
    talks.reply(talk, 1, "m1", "x", 2, (-1, -1))
    talks.asks(talk, [("a", "f")], 2)
    assert talks.forked(talk, 2) is talk
    talk.spoken.append(talk.say(0, 3))
    fork = talks.forked(talk, 2)
    assert (fork is talk, fork.length, list(fork.waiting)) == (False, 2, ["a"])
    assert list(talks.forked(talk, 1).waiting) == []
    place = fork.say(2)
    talks.answer(fork, place, 1, "a", 4, is_error=False)
    assert traced(talks).step(1).body.call == MESSAGES[1].tool_calls[0]


def test_what_waits_is_bounded() -> None:
    talks = talks_of()
    talk = talks.open()
    talks.reply(talk, 1, "m1", "x", 2, (-1, -1))
    talks.asks(talk, [(str(number), "f") for number in range(1000)], 2)
    assert next(iter(talk.waiting)) == str(1000 - _talks.WAITING_CALLS_MAX)


def test_ids_that_come_again() -> None:
    talks = talks_of()
    told(talks)
    told(talks, ("m1", "m1~2"))
    trace, notices = talks.trace("t", SOURCE)
    assert sorted(trace.ids) == ["a", "a~2", "b", "b~2", "m1", "m1~2", "m1~2~", "m2"]
    assert notices == ()


def test_what_nobody_answered_is_told_once_where_it_says_something() -> None:
    talks = talks_of()
    told(talks)
    talk = talks.all[0]
    place = talk.say(2, 8_000)
    talks.answer(talk, place, 0, "b", 8_000, is_error=False)
    talks.end()
    assert len(traced(talks)) == 5, "a result is its execution"
    talk.say(0, 9_000)
    talks.end(lambda entry: entry != 0)
    assert len(traced(talks)) == 5
    talk.say(0, 9_500)
    talks.end()
    talks.end()
    trace = traced(talks)
    last = trace.step(5)
    assert (last.name, last.agent, last.started_ns) == ("messages without a reply", "solo", 9_500)
    assert len(last.body.messages or ()) == 7
