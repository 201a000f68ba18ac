"""Answers that say nothing of the failure right before them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from replaydbg.core.message import Json, Message, OtherPart, Role, Text, ToolCall
from replaydbg.core.trace import Trace
from replaydbg.rules.ignored_error import RULE
from tests.support.build import assistant, call, chat, model_call, response, trace, user
from tests.support.rules import found

FAILED = response("c", "error: card expired", is_error=True)


PARIS, ROME = {"city": "Paris"}, {"city": "Rome"}


def answering(text: str, *responses: Message, calls: Sequence[ToolCall] = ()) -> Trace:
    asked = (calls or (call("issue_refund", {"order": 7}, "c"), call("lookup", {}, "d")))[: len(responses)]
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


def beside(text: str, *calls: ToolCall, found_out: Json = "21 degrees") -> Trace:
    """The first of two calls of one reply fails, the other works."""
    return answering(text, FAILED, response("d", found_out), calls=calls)


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(
            beside("It is 21 degrees in Rome.", call("weather", PARIS, "c"), call("weather", ROME, "d")),
            id="the answer is about what worked",
        ),
        pytest.param(
            beside("The total is in lib/b.py.", call("read_file", {"path": "src/b.py"}, "c"), call("read_file", {"path": "lib/b.py"}, "d")),
            id="one of two guesses hits",
        ),
        pytest.param(
            beside("Your order 4711 is on its way.", call("get_order", {"id": 4711}, "c"), call("search_orders", {"name": "Ann"}, "d"), found_out={"order": 4711}),
            id="another look tells it",
        ),
    ],
)  # fmt: skip
def test_a_look_beside_one_that_worked_is_passed_over(run: Trace) -> None:
    assert found(RULE, run) == []


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(
            beside("It is 21 degrees in Paris and in Rome.", call("weather", PARIS, "c"), call("weather", ROME, "d")),
            id="the answer is about what failed",
        ),
        pytest.param(
            beside("The mail is out and your refund is on its way.", call("issue_refund", {"order": 7}, "c"), call("send_mail", {}, "d")),
            id="it was to change something",
        ),
        pytest.param(
            answering("It is 21 degrees in Rome.", FAILED, FAILED, calls=[call("weather", PARIS, "c"), call("weather", ROME, "c")]),
            id="none worked",
        ),
    ],
)  # fmt: skip
def test_a_failure_beside_a_call_that_worked(run: Trace) -> None:
    assert (
        "weather failed" in found(RULE, run)[0].message
        or "issue_refund failed" in found(RULE, run)[0].message
    )


MCP = {"type": "mcp_call", "name": "issue_refund", "server_label": "shop", "arguments": '{"order":7}'}
MCP_FAILED = MCP | {
    "error": {"type": "mcp_tool_execution_error", "content": [{"type": "text", "text": "card expired"}]}
}


def hosted(text: str, *items: Json) -> Trace:
    """A reply in which the provider ran the tools itself."""
    reply = Message(Role.ASSISTANT, (*map(OtherPart, items), Text(text)), finish_reason="stop")
    return trace(model_call("m1", [user("Refund me.")], reply))


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(hosted("I could not refund it.", MCP_FAILED), id="it says so"),
        pytest.param(
            hosted("Your refund is on its way.", MCP | {"output": "ok", "error": None}), id="it worked"
        ),
        pytest.param(
            hosted("Your refund is on its way.", MCP_FAILED, MCP | {"output": "ok"}), id="it tried again"
        ),
        pytest.param(hosted("", MCP_FAILED), id="no answer yet"),
    ],
)
def test_what_the_provider_ran_is_no_ignored_failure(run: Trace) -> None:
    assert found(RULE, run) == []


def test_what_the_provider_ran_and_failed() -> None:
    (finding,) = found(RULE, hosted("Your refund is on its way.", MCP | {"output": "ok"}, MCP_FAILED))
    assert finding.message == 'issue_refund failed ("card expired"), and the answer says nothing of it'
    assert [one.pointer for one in finding.evidence] == ["/output/content", "/output"]
    (told,) = found(RULE, hosted("Your refund is on its way.", MCP | {"output": "Error: card expired"}))
    assert told.message == 'issue_refund failed ("Error: card expired"), and the answer says nothing of it'
