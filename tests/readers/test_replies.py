"""Replies that were recorded without what was asked."""

from __future__ import annotations

from replaydbg.core.message import Message, Role, Text
from replaydbg.core.outcome import Reply
from replaydbg.core.step import Usage
from replaydbg.readers._replies import add_reply, made_ns
from replaydbg.readers._transcript import Transcript
from tests.support.readings import document, outline

SAID = Reply(Message(Role.ASSISTANT, (Text("done"),)), "big", Usage(input_tokens=7))


def test_a_reply_is_a_model_call_with_what_stands_around_it() -> None:
    transcript = Transcript(document({}), "any")
    run = transcript.run("run")
    around = {
        "created_at": 1_770_000_000,
        "completed_at": 1_770_000_002,
        "instructions": "Be brief.",
        "tools": [],
    }
    add_reply(run, around, SAID, provider="openai", raw=around)
    add_reply(run, {}, Reply(Message(Role.ASSISTANT, ())), provider="google", error="overloaded", raw=None)
    (trace,) = transcript.whole("nothing").traces
    assert outline(trace) == ["model-call chat big", "model-call chat!"]
    assert (trace.input_tokens[0], trace.output_tokens[0], trace.duration_ms(0)) == (7, -1, 2000)
    asked, silent = trace.body(0), trace.body(1)
    assert [message.text for message in asked.messages or ()] == ["Be brief."]
    assert (asked.tools, silent.tools) == ((), None)
    assert (silent.messages, silent.output, silent.error, silent.provider) == (
        None,
        None,
        "overloaded",
        "google",
    )


def test_the_second_is_told_in_either_words() -> None:
    assert (
        made_ns({"created": 1_770_000_000}) == made_ns({"created_at": 1_770_000_000}) == 1_770_000_000 * 10**9
    )
