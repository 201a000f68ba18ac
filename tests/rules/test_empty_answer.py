"""Model calls that were answered with nothing."""

from __future__ import annotations

import pytest

from replaydbg.core.message import Media, Message, Part, Reasoning, Role, Text
from replaydbg.core.step import Usage
from replaydbg.core.trace import Trace
from replaydbg.rules.empty_answer import RULE
from tests.support.build import model_call, trace, user
from tests.support.rules import found

TALK = model_call("m0", [user("Hi.")], "Hello.")


def replying(*parts: Part, reason: str = "stop", tokens: int | None = None) -> Trace:
    reply = Message(Role.ASSISTANT, parts, finish_reason=reason)
    return trace(TALK, model_call("m1", [user("Go.")], reply, usage=Usage(9, tokens)))


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(replying(Text("Done.")), id="text"),
        pytest.param(replying(Media("image")), id="a picture"),
        pytest.param(replying(reason="length"), id="cut is another rule"),
        pytest.param(replying(reason="tool_calls"), id="calls that are missing are another rule"),
        pytest.param(replying(reason=""), id="nothing recorded of the reply"),
        pytest.param(replying(tokens=200), id="tokens were paid: the content was not recorded"),
        pytest.param(
            trace(model_call("m1", [], Message(Role.ASSISTANT, finish_reason="stop"))),
            id="no content is recorded at all",
        ),
        pytest.param(
            trace(model_call("m1", [user("Go.")], Message(Role.ASSISTANT, finish_reason="stop"))),
            id="nobody counted, and there is no other reply",
        ),
        pytest.param(trace(TALK, model_call("m1", [user("Go.")], None)), id="no reply"),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


@pytest.mark.parametrize("run", [replying(), replying(Text(" \n")), replying(tokens=2)])
def test_found(run: Trace) -> None:
    (finding,) = found(RULE, run)
    assert finding.message == "the reply is empty"


def test_a_thought_is_no_answer() -> None:
    (finding,) = found(RULE, replying(Reasoning("Hm."), tokens=200))
    assert finding.message == "the reply is a thought and no answer"


def test_a_single_call_of_which_nothing_was_paid() -> None:
    reply = Message(Role.ASSISTANT, finish_reason="stop")
    assert found(RULE, trace(model_call("m1", [user("Go.")], reply, usage=Usage(9, 0))))


@pytest.mark.parametrize(
    "reply",
    [
        Message(Role.ASSISTANT, finish_reason="SAFETY"),
        Message(Role.ASSISTANT, (Reasoning("Hm."),), finish_reason="end_turn"),
    ],
)
def test_a_single_call_that_was_filtered_or_only_thought(reply: Message) -> None:
    assert found(RULE, trace(model_call("m1", [user("Go.")], reply)))


def test_a_filter_is_named() -> None:
    (finding,) = found(RULE, replying(reason="content_filter"))
    assert finding.message == "the reply is empty: the provider filtered it (content_filter)"
