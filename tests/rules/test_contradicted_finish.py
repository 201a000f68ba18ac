"""Replies that say they end with calls, and have none."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Severity
from replaydbg.core.message import Message, Role
from replaydbg.core.trace import Trace
from replaydbg.rules.contradicted_finish import RULE
from tests.support.build import Built, assistant, call, model_call, response, tool_execution, trace, user
from tests.support.rules import found


def ending(id_: str, reason: str, text: str = "I will look.") -> Built:
    return model_call(id_, [user("Go.")], assistant(text, finish_reason=reason))


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(trace(ending("m1", "stop")), id="text that stops"),
        pytest.param(trace(model_call("m1", [], assistant("", call("f")))), id="calls"),
        pytest.param(
            trace(model_call("m1", [], assistant("", call("f"), finish_reason="stop"))), id="calls, and stop"
        ),
        pytest.param(
            trace(model_call("m1", [], Message(Role.ASSISTANT, finish_reason="tool_calls"))),
            id="content not recorded",
        ),
        pytest.param(
            trace(ending("m1", "tool_calls"), tool_execution("x1", call("f"), 1)), id="calls are not recorded"
        ),
        pytest.param(
            trace(
                ending("m1", "tool_use"),
                model_call("m2", [user("Go."), assistant("I will look."), response("c", 1)], "Done."),
            ),
            id="the recorder lost the call: it was answered",
        ),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


@pytest.mark.parametrize("reason", ["tool_calls", "tool_use", "function_call", "tool-calls", "TOOL_CALLS"])
def test_found(reason: str) -> None:
    (finding,) = found(RULE, trace(ending("m1", reason)))
    assert finding.message == f"the reply ended with {reason.lower()} and calls no tool"


def test_nothing_at_all_among_replies_with_content() -> None:
    run = trace(ending("m1", "tool_calls", ""), ending("m2", "stop"))
    assert [finding.step_ids for finding in found(RULE, run)] == [("m1",)]


def test_at_the_end_of_a_conversation_it_is_a_hint() -> None:
    goes_on = model_call("m2", [user("Go."), assistant("I will look."), user("And?")], "Done.")
    assert [one.severity for one in found(RULE, trace(ending("m1", "tool_calls")))] == [Severity.HINT]
    assert [one.severity for one in found(RULE, trace(ending("m1", "tool_calls"), goes_on))] == [
        Severity.WARNING
    ]


def test_a_call_that_the_provider_left_out() -> None:
    (finding,) = found(RULE, trace(ending("m1", "MALFORMED_FUNCTION_CALL", "")))
    assert finding.message.startswith("the model called a tool in a way that the provider could not read")
    called = model_call("m1", [], assistant("", call("f"), finish_reason="malformed_function_call"))
    assert found(RULE, trace(called)) == []
