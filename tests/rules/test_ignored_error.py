"""Answers that say nothing of the failure right before them."""

from __future__ import annotations

import pytest

from replaydbg.core.message import Message
from replaydbg.core.trace import Trace
from replaydbg.rules.ignored_error import RULE
from tests.support.build import assistant, call, chat, response, trace, user
from tests.support.rules import found

FAILED = response("c", "error: card expired", is_error=True)


def answering(text: str, *responses: Message) -> Trace:
    asked = (call("issue_refund", {"order": 7}, "c"), call("lookup", {}, "d"))[: len(responses)]
    return chat([user("Refund me."), assistant("", *asked), *responses, assistant(text)])


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(answering("Your refund is on its way.", response("c", "done")), id="it worked"),
        pytest.param(answering("I could not refund the order.", FAILED), id="it says so"),
        pytest.param(answering("The card has expired; the refund failed.", FAILED), id="it reports"),
        pytest.param(answering("Die Rückzahlung kommt.", FAILED), id="another language"),
        pytest.param(answering('{"to": "you"}', FAILED), id="JSON for a program"),
        pytest.param(
            chat([user("Go."), assistant("", call("f", {}, "c")), FAILED, assistant("", call("g", {}, "e"))]),
            id="it tries something else",
        ),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


def test_found() -> None:
    (finding,) = found(RULE, answering("Your refund is on its way to you!", FAILED, response("d", "ok")))
    assert finding.message == 'issue_refund failed ("error: card expired"), and the answer says nothing of it'
    assert finding.step_ids == ("m2", "m1", "x1")
    assert [one.pointer for one in finding.evidence] == ["/output/content", "/tool_calls/0"]


def test_a_failure_that_only_the_text_tells() -> None:
    (finding,) = found(
        RULE, answering("Your refund is on its way to you!", response("c", "Error: card expired"))
    )
    assert finding.step_ids[0] == "m2"
