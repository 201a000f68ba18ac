"""Arguments that are JSON and no object."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Evidence, Severity
from replaydbg.core.message import ToolCall
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.rules.arguments_not_an_object import RULE
from tests.support.build import assistant, call, model_call, tool_execution, trace, user
from tests.support.rules import found


def asking(asked: ToolCall, *tools: ToolSpec) -> Trace:
    return trace(model_call("m1", [user("Go.")], assistant("", asked), tools=tools or None))


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(asking(call("f", {"a": 1})), id="an object"),
        pytest.param(asking(call("f", raw="")), id="no text means no arguments"),
        pytest.param(asking(call("f", raw="[1")), id="no JSON is another rule"),
        pytest.param(asking(call("f", raw="__REDACTED__")), id="redacted"),
        pytest.param(asking(ToolCall("c", "f")), id="nobody recorded them"),
        pytest.param(
            asking(call("f", raw='"x"'), ToolSpec("f", raw={"type": "custom"})), id="a tool that takes text"
        ),
        pytest.param(trace(tool_execution("x1", call("f", [1, 2]), 3)), id="positional arguments of code"),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        pytest.param("[1]", "are a list, not an object", id="a list"),
        pytest.param('"{\\"a\\": 1}"', "are an object encoded twice, not an object", id="JSON twice"),
        pytest.param('"Oslo"', "are a string, not an object", id="a string"),
        pytest.param("7", "are a number, not an object", id="a number"),
        pytest.param("true", "are a boolean, not an object", id="a boolean"),
    ],
)
def test_found(raw: str, said: str) -> None:
    (finding,) = found(RULE, asking(call("f", raw=raw)))
    assert finding.severity is Severity.ERROR
    assert finding.message == f"the arguments of f {said}"
    assert finding.evidence == (Evidence("m1", "/tool_calls/0/arguments", said),)
