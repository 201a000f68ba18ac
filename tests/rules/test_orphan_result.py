"""Orphan result: responses without a call, executions before theirs."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Evidence, Severity
from replaydbg.core.message import Message, Role, Text, ToolResponse
from replaydbg.core.trace import Trace
from replaydbg.rules.orphan_result import RULE
from tests.support.build import assistant, call, chat, model_call, response, tool_execution, trace, user
from tests.support.rules import found

ASK = assistant("", call("f", {}, "a"))


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(
            chat([user("Go."), ASK, response("a", 1), ASK, response("a", 2), assistant("")]),
            id="an id used twice",
        ),
        pytest.param(
            trace(model_call("m1", [response("a", 1), user("On.")], "Done.")),
            id="a prompt without its beginning",
        ),
        pytest.param(
            trace(tool_execution("x1", call("f"), 1), model_call("m1", [user("Go.")], "")),
            id="code ran a tool",
        ),
        pytest.param(
            trace(
                model_call("m1", [user("Go.")], ASK),
                tool_execution("x1", call("f", {}, "a"), error="timeout"),
                tool_execution("x2", call("f", {}, "a"), 1),
            ),
            id="a tool that was tried again",
        ),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


def test_a_call_that_was_trimmed_away() -> None:
    (finding,) = found(RULE, trace(model_call("m1", [user("Go."), response("a", 1)], "Done.")))
    message = "a tool response for a that no call before it waits for"
    assert (finding.severity, finding.message, finding.step_ids) == (Severity.WARNING, message, ("m1",))
    assert finding.evidence == (Evidence("m1", "/messages/1/content", message),)


def test_an_answer_that_was_put_in_twice() -> None:
    run = chat([user("Go."), ASK, response("a", 1), response("a", 1), assistant("Done.")], executions=False)
    (finding,) = found(RULE, run)
    assert finding.evidence[0].pointer == "/messages/3/content"


def test_several_parts_in_one_message() -> None:
    both = Message(Role.USER, (ToolResponse("a", 1), ToolResponse("z", 2, name="g"), Text("On.")))
    (finding,) = found(RULE, trace(model_call("m1", [user("Go."), ASK, both], "Done.")))
    assert finding.evidence[0].pointer == "/messages/2/parts/1"


def test_without_an_id_the_tool_is_named() -> None:
    lost = Message(Role.TOOL, (ToolResponse("", 1, name="f"),))
    (finding,) = found(RULE, trace(model_call("m1", [user("Go."), lost], "Done.")))
    assert finding.message == "a tool response of f that no call before it waits for"


def test_a_tool_that_ran_before_it_was_asked() -> None:
    run = trace(
        tool_execution("x1", call("f", {"x": 1}, "a"), 1),
        model_call("m1", [user("Go.")], assistant("", call("f", {"x": 1}, "a"))),
    )
    (finding,) = found(RULE, run)
    assert (finding.message, finding.step_ids) == ("f ran before the model asked for it", ("x1", "m1"))
