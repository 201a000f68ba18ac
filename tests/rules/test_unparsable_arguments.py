"""Unparsable arguments: malformed, cut off, redacted."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Evidence, Severity
from replaydbg.core.message import ToolCall
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.rules.unparsable_arguments import RULE
from tests.support.build import assistant, call, model_call, tool_execution, trace, user
from tests.support.rules import found


def asking(asked: ToolCall, finish_reason: str = "tool_calls", *tools: ToolSpec) -> Trace:
    reply = assistant("", asked, finish_reason=finish_reason)
    return trace(model_call("m1", [user("Go.")], reply, tools=tools or None))


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(asking(call("f", raw='{"a": 1}')), id="an object"),
        pytest.param(asking(call("f", raw="")), id="no text means no arguments"),
        pytest.param(asking(call("f", {"a": 1})), id="recorded as a value"),
        pytest.param(asking(call("f", raw="__REDACTED__")), id="redacted"),
        pytest.param(
            asking(call("f", raw="[REDACTED_ARGUMENTS len=83 sha=b4e1e5f7]")), id="redacted with a digest"
        ),
        pytest.param(
            asking(
                call("patch", raw="*** Begin Patch"), "tool_calls", ToolSpec("patch", raw={"type": "custom"})
            ),
            id="a tool that takes text",
        ),
        pytest.param(asking(call("f", raw="[1]")), id="JSON of another kind is another rule"),
        pytest.param(trace(tool_execution("x1", call("f", [1, 2]), 3)), id="positional arguments of code"),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


@pytest.mark.parametrize(
    ("run", "place", "said"),
    [
        pytest.param(
            asking(call("f", raw="{'a': 1}")),
            "/tool_calls/0/arguments_raw",
            "are no JSON: unexpected character, expected a string key at character 1, near \"{'a': 1}\"",
            id="malformed",
        ),
        pytest.param(
            asking(call("f", raw='{"a": "he sa')),
            "/tool_calls/0/arguments_raw",
            "break off after 12 characters",
            id="cut off",
        ),
        pytest.param(
            asking(call("f", raw='{"a": "he sa'), "length"),
            "/tool_calls/0/arguments_raw",
            "break off after 12 characters, at the token limit",
            id="cut off by the token limit",
        ),
        pytest.param(
            asking(call("f", raw="[" * 2000 + "]" * 2000)),
            "/tool_calls/0/arguments_raw",
            "are nested deeper than 1,024 levels: not read",
            id="too deep",
        ),
    ],
)
def test_found(run: Trace, place: str, said: str) -> None:
    (finding,) = found(RULE, run)
    assert finding.severity is Severity.ERROR
    assert finding.message == f"the arguments of f {said}"
    assert finding.evidence == (Evidence("m1", place, said),)


def test_the_execution_is_named_after_the_call() -> None:
    asked = call("f", raw="{", id_="c")
    run = trace(
        model_call("m1", [user("Go.")], assistant("", asked)), tool_execution("x1", asked, error="bad JSON")
    )
    assert [finding.step_ids for finding in found(RULE, run)] == [("m1", "x1")]


def test_in_a_reply_that_was_broken_off_it_is_a_hint() -> None:
    (finding,) = found(RULE, asking(call("f", raw='{"a": "he sa'), "aborted"))
    assert finding.severity is Severity.HINT


def test_a_recorder_cuts_long_attributes() -> None:
    """The tool took what was cut off, so the model had said it all."""
    asked = call("f", raw='{"a": "he sa')
    run = trace(model_call("m1", [user("Go.")], assistant("", asked)), tool_execution("x1", asked, "ok"))
    (finding,) = found(RULE, run)
    assert finding.severity is Severity.HINT
    assert finding.message.endswith("the recorder may have cut them")
    run = trace(
        model_call("m1", [user("Go.")], assistant("", asked)), tool_execution("x1", asked, "Error: no")
    )
    assert found(RULE, run)[0].severity is Severity.ERROR
