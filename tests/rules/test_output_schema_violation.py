"""Results against the output schema of their tool."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.rules.output_schema_violation import RULE
from tests.support.build import assistant, call, model_call, parameters, tool_execution, trace, user
from tests.support.rules import found

OUT = parameters(["degrees"], degrees={"type": "number"})
MCP = ToolSpec("weather", raw={"name": "weather", "inputSchema": {}, "outputSchema": OUT})
WRAPPED = ToolSpec("weather", raw={"type": "function", "function": {"name": "weather", "output_schema": OUT}})


def returning(result: Any, *tools: ToolSpec, error: str = "") -> Trace:
    asked = call("weather", {}, "c")
    return trace(
        model_call("m1", [user("Go.")], assistant("", asked), tools=tools),
        tool_execution("x1", asked, result, error=error),
    )


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(returning({"degrees": 21}, MCP), id="as declared"),
        pytest.param(returning('{"degrees": 21}', WRAPPED), id="as declared, as text"),
        pytest.param(returning({"degrees": "warm"}, ToolSpec("weather")), id="nothing declared"),
        pytest.param(returning({"degrees": "warm"}, MCP, error="no network"), id="an error"),
        pytest.param(returning("warm", MCP), id="text"),
        pytest.param(returning("{warm", MCP), id="text that looks like JSON"),
        pytest.param(
            returning({"content": [{"type": "text", "text": "warm"}]}, MCP), id="content blocks alone"
        ),
        pytest.param(returning(None, MCP), id="null"),
        pytest.param(
            returning('{"content": [], "structuredContent": {"degrees": 21}}', MCP), id="MCP, as text"
        ),
        pytest.param(
            returning('{"content": [{"type": "text", "text": "warm"}]}', MCP),
            id="content blocks alone, as text",
        ),
        pytest.param(returning('{"content": [], "isError": true}', MCP), id="an error, as text"),
        pytest.param(returning({"result": {"degrees": 21}}, MCP), id="wrapped by a runtime"),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


@pytest.mark.parametrize(
    ("result", "place"),
    [
        pytest.param({"degrees": "21 C"}, "/result/degrees", id="the value itself"),
        pytest.param({"content": [], "structuredContent": {"degrees": "21 C"}}, "/result/structuredContent/degrees", id="MCP"),
        pytest.param('{"degrees": "21 C"}', "/result", id="text: nothing below it has a place"),
        pytest.param('{"structuredContent": {"degrees": "21 C"}}', "/result", id="MCP, as text"),
    ],
)  # fmt: skip
def test_found(result: Any, place: str) -> None:
    (finding,) = found(RULE, returning(result, MCP))
    assert (
        finding.message == 'the result of weather breaks its schema: degrees: "21 C" is a string, not number'
    )
    assert (finding.step_ids, finding.evidence[0].pointer) == (("x1",), place)
    assert finding.schema_source == "this request"
