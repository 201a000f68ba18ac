"""Commands taken out of text: prompts keep the text, steps know the command."""

from __future__ import annotations

from replaydbg.core.message import Message, Role, Text
from replaydbg.core.step import Status
from replaydbg.graph.facts import Facts
from replaydbg.readers import _text_actions
from replaydbg.readers._api import Document
from replaydbg.readers._transcript import Transcript
from tests.support.build import assistant, user


def test_a_command_is_a_call_of_the_step_and_text_in_the_prompts() -> None:
    transcript = Transcript(Document("a", memoryview(b"")), "test")
    thread = transcript.run("r").thread()
    thread.add(user("go"), moment_ns=5)
    for number in range(3):
        _text_actions.replied(thread, assistant("```ls```"), "ls", moment_ns=10 + 10 * number)
        _text_actions.ran(thread, "ls", "no", is_error=True, moment_ns=15 + 10 * number)
        thread.add(Message(Role.USER, (Text("no"),)), moment_ns=15 + 10 * number)
    _text_actions.replied(thread, assistant("done"), "", moment_ns=50)
    _text_actions.ended(thread, "gave up", None, is_error=True)
    (trace,) = transcript.reading().traces
    facts = Facts(trace)
    assert [facts.index.call_of(row) is not None for row in (1, 3, 5)] == [True] * 3
    assert [call.arguments for call in trace.step(0).tool_calls] == [{"command": "ls"}]
    prompt = tuple(trace.step(6).body.messages or ())
    assert [message.text for message in prompt] == ["go", *["```ls```", "no"] * 3]
    assert not any(message.tool_calls for message in prompt)
    assert (trace.starts_ns[0], trace.ends_ns[0], trace.starts_ns[1], trace.ends_ns[1]) == (5, 10, 10, 15)
    assert (trace.step(1).body.error, trace.status(7), trace.name(7)) == ("no", Status.ERROR, "exit: gave up")
    assert len(facts.turns.stretches) == 1, "what the harness says is no person's word"
