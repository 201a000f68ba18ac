"""Unknown tool: against the request's offer, or a side file."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Evidence, Severity
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.rules.unknown_tool import RULE
from tests.support.build import assistant, call, model_call, tool, tool_execution, trace, user
from tests.support.rules import found


def asking(name: str, *names: str, offered: bool = True, result: str = "Error: what?") -> Trace:
    tools = [tool(one) for one in names] if offered else None
    asked = call(name, {}, "c")
    return trace(
        model_call("m1", [user("Go.")], assistant("", asked), tools=tools),
        tool_execution("x1", asked, result),
    )


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(asking("find", "find", "open"), id="offered"),
        pytest.param(asking("find", offered=False), id="offer not recorded"),
        pytest.param(asking("find", result="ok"), id="offers left out, and answered"),
        pytest.param(
            asking("find", result="Error: 1 validation error for find\nq\n  Field required"),
            id="offers left out, and its arguments looked at",
        ),
        pytest.param(trace(tool_execution("x1", call("find"), 1)), id="a tool run by code"),
        pytest.param(
            trace(
                model_call(
                    "m1",
                    [],
                    assistant("", call("find")),
                    tools=[ToolSpec("mcp", raw={"type": "mcp", "server_label": "x"})],
                )
            ),
            id="tools that a server brings",
        ),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


def test_a_name_that_is_nearly_right() -> None:
    (finding,) = found(RULE, asking("lookupOrder", "lookup_order", "issue_refund"))
    assert finding.severity is Severity.ERROR
    assert (
        finding.message == 'lookupOrder is not among the tools of the request; did you mean "lookup_order"?'
    )
    assert finding.step_ids == ("m1", "x1")
    assert finding.evidence == (Evidence("m1", "/tool_calls/0/name", "there are lookup_order, issue_refund"),)
    assert finding.schema_source == "this request"


def test_a_name_of_its_own() -> None:
    (finding,) = found(RULE, asking("teleport", "lookup_order"))
    assert finding.message == "teleport is not among the tools of the request; there is lookup_order"


def test_an_empty_offer_is_an_offer() -> None:
    (finding,) = found(RULE, asking("find"))
    assert finding.message == "find is not among the tools of the request; there are none"


def test_a_name_whose_dots_were_replaced_is_told_quietly() -> None:
    (finding,) = found(RULE, asking("math_add", "math.add"))
    assert finding.severity is Severity.INFO


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("functions.find", Severity.INFO),
        ("mcp__shop__find", Severity.INFO),
        ("finds", Severity.WARNING),
        ("teleport", Severity.WARNING),
    ],
)
def test_a_call_that_was_answered(name: str, severity: Severity) -> None:
    """Somebody has the tool: the name was changed on the way to the recording, or the offer is not whole."""
    (finding,) = found(RULE, asking(name, "find", result="ok"))
    assert finding.severity is severity
    assert "but was answered" in finding.message
    assert found(RULE, asking(name, "find"))[0].severity is Severity.ERROR


def test_the_side_file_is_asked_where_the_offer_was_not_recorded() -> None:
    (finding,) = found(RULE, asking("find", offered=False), tool("open"))
    assert (finding.severity, finding.schema_source) == (Severity.INFO, "side file")
    assert found(RULE, asking("find", offered=False), tool("find")) == []
    (finding,) = found(RULE, trace(tool_execution("x1", call("find"), 1)), tool("open"))
    assert finding.step_ids == ("x1",)


def test_a_tool_that_another_step_offered() -> None:
    run = trace(
        model_call("m1", [user("A.")], "", tools=[tool("find")]),
        model_call("m2", [user("B.")], assistant("", call("find")), tools=[tool("open")]),
        model_call("m3", [user("C.")], assistant("", call("find")), tools=None),
    )
    assert [finding.step_ids for finding in found(RULE, run)] == [("m2",)]
