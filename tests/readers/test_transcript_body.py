"""Bodies of steps that were told as conversations: odd places give what there is, and never raise."""

from __future__ import annotations

from replaydbg.core.history import Conversation
from replaydbg.core.message import Message, ToolCall
from replaydbg.readers._transcript_body import (
    PLAIN,
    Decoders,
    Place,
    TranscriptBody,
    UnheardBody,
    said_last,
)
from replaydbg.wire import genai
from tests.support.build import assistant, response, user


def body(*messages: Message, place: int, part: int, asked: tuple[int, int] | None = None) -> TranscriptBody:
    conversation = Conversation(PLAIN.message)
    for message in messages:
        conversation.append(message)
    return TranscriptBody(Place(conversation, place, part, asked, place, None, None), PLAIN)


def test_a_response_that_is_not_there() -> None:
    lost = body(response("c", "x"), place=0, part=7)
    assert (lost.call, lost.result, lost.has_result, lost.error) == (None, None, False, "")


def test_a_call_that_is_not_there_is_known_by_the_response() -> None:
    odd = body(assistant("no calls"), response("c", "x"), place=1, part=0, asked=(0, 3))
    assert (odd.call, odd.result) == (ToolCall("c", ""), "x")


def test_what_was_not_recorded() -> None:
    reply = body(assistant("hi"), place=0, part=-1)
    assert (reply.tools, reply.raw, reply.params, reply.input, reply.output_value) == (
        None,
        None,
        {},
        None,
        None,
    )
    assert (reply.call, reply.has_result, reply.result) == (None, False, None)
    assert reply.messages == ()


def test_what_is_kept_counts_for_what_it_holds() -> None:
    sizes = {"small": 10, "image": 1 << 20}
    decoders = Decoders(assistant, room=sizes.__getitem__)
    conversation = decoders.conversation()
    for entry in sizes:
        conversation.append(entry)
    small, image = (
        TranscriptBody(Place(conversation, at, -1, None, at, None, entry), decoders)
        for at, entry in enumerate(sizes)
    )
    assert small.weight is not None
    assert small.weight > 10
    assert image.weight is None, "of a large message nothing is kept"
    assert body(assistant("hi"), place=0, part=-1).weight is None, "nor where nobody knows"


def test_what_was_said_last_is_the_input_of_a_talk_that_nobody_answered() -> None:
    go, done, more = user("go"), assistant("done"), user("more")
    body = UnheardBody((go, done, more))
    assert body.input == [{"role": "user", "parts": [{"type": "text", "content": "more"}]}]
    assert body.messages == (go, done, more)
    assert said_last((go, more)) == genai.write_messages((go, more))
    assert said_last((go, done)) == genai.write_messages((go, done)), "nobody knows better"
    assert said_last(()) == []
