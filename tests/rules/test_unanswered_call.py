"""Unanswered call: what it says, and where."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Evidence, Severity
from replaydbg.core.message import Message, Role, Text
from replaydbg.core.trace import Trace
from replaydbg.rules.unanswered_call import RULE
from tests.support.build import assistant, call, chat, model_call, response, tool_execution, trace, user
from tests.support.rules import found

TWO = assistant("", call("f", {}, "a"), call("g", {}, "b"))


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(
            chat([user("Go."), TWO, response("a", 1), response("b", 2), assistant("Done.")]), id="answered"
        ),
        pytest.param(
            trace(
                model_call("m1", None, assistant("", call("f", {}, "a"))),
                tool_execution("x1", call("f", {}, "a"), 1),
                model_call("m2", None, "Done."),
            ),
            id="executed",
        ),
        pytest.param(
            trace(model_call("m1", None, assistant("", call("f", {}, "a"))), model_call("m2", None, "Done.")),
            id="prompts not recorded: nobody can say",
        ),
        pytest.param(
            chat(
                [
                    user("Go."),
                    assistant("I w", call("f", {}, "a"), finish_reason="aborted"),
                    user("No."),
                    assistant("OK."),
                ]
            ),
            id="broken off",
        ),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


def test_one_of_two_was_lost() -> None:
    (finding,) = found(RULE, chat([user("Go."), TWO, response("a", 1), assistant("Done.")]))
    assert finding.severity is Severity.WARNING
    assert finding.message == "the call to g was never answered"
    assert finding.step_ids == ("m1",)
    assert finding.evidence == (Evidence("m1", "/tool_calls/1", "the call to g was never answered"),)


def test_the_run_ended_with_it() -> None:
    (finding,) = found(RULE, chat([user("Go."), assistant("", call("f", {}, "a"))]))
    assert (finding.severity, finding.message) == (Severity.HINT, "the run ended with the call to f")


@pytest.mark.parametrize(
    ("message", "place"),
    [
        pytest.param(TWO, "/messages/1/tool_calls/1", id="a plain message"),
        pytest.param(
            Message(Role.ASSISTANT, (*TWO.parts, Text("Hm."))),
            "/messages/1/parts/1",
            id="parts in another order",
        ),
    ],
)
def test_a_call_in_a_history_is_told_there(message: Message, place: str) -> None:
    run = trace(model_call("m1", [user("Go."), message, response("a", 1)], "Done."))
    (finding,) = found(RULE, run)
    assert finding.evidence[0].pointer == place
