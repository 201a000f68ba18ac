"""Calls that the runtime refused, by what it wrote."""

from __future__ import annotations

import pytest

from replaydbg.core.trace import Trace
from replaydbg.rules.refused_arguments import RULE
from tests.support.build import (
    assistant,
    call,
    chat,
    model_call,
    parameters,
    response,
    tool,
    tool_execution,
    trace,
    user,
)
from tests.support.rules import found

ASKED = call("lookup", {"id": 7}, "c")


def answered(result: object) -> Trace:
    return chat([user("Go."), assistant("", ASKED), response("c", result), assistant("Done.")])


@pytest.mark.parametrize(
    "result", ["shipped", "", None, {"error": "no such order"}, "total 3\nValidationError.py"]
)
def test_quiet(result: object) -> None:
    assert found(RULE, answered(result)) == []


def test_what_the_recording_shows_is_not_told_twice() -> None:
    refused = response("c", "1 validation error for lookup")
    for asked, offer in (
        (call("lookup", raw="{", id_="c"), None),
        (ASKED, [tool("lookup", parameters(["order_id"], order_id={}))]),
        (ASKED, [tool("find")]),
    ):
        run = chat([user("Go."), assistant("", asked), refused, assistant("Done.")], tools=offer)
        assert found(RULE, run) == []


def test_refused_arguments() -> None:
    (finding,) = found(RULE, answered("1 validation error for lookup\norder_id\n  Field required"))
    assert finding.message == (
        'lookup: the runtime refused the arguments: "1 validation error for lookup order_id Field required"'
    )
    assert finding.step_ids == ("m1", "x1")
    assert finding.evidence[0].pointer == "/tool_calls/0"


def test_an_unknown_tool() -> None:
    (finding,) = found(RULE, answered("Error: No such tool available: lookup"))
    assert finding.message.startswith("lookup: the runtime does not know the tool")
    assert finding.evidence[0].pointer == "/tool_calls/0/name"


def test_a_tool_that_code_ran() -> None:
    run = trace(
        model_call("m1", [user("Go.")], "Done."),
        tool_execution(
            "x1", ASKED, error="TypeError: lookup() missing 1 required positional argument: 'order_id'"
        ),
    )
    assert [finding.step_ids for finding in found(RULE, run)] == [("x1",)]


def test_of_a_recording_that_leaves_out_what_is_offered() -> None:
    def run(result: str) -> Trace:
        return chat([user("Go."), assistant("", ASKED), response("c", result), assistant("Done.")], tools=[])

    assert found(RULE, run("1 validation error for lookup"))
    assert found(RULE, run("Error: No such tool available: lookup")) == []  # which is an unknown tool
