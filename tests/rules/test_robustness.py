"""No rule, and no repair, raises on anything that a trace can hold."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.rules import _registry
from replaydbg.rules._repairs import repair
from tests.support.build import assistant, call, chat, model_call, response, tool_execution, trace, user
from tests.support.strategies import json_values, traces

_PARAMS = st.sampled_from(
    [
        "tool_choice", "parallel_tool_calls", "response_format", "text", "output_config", "generation_config",
        "response_schema", "response_mime_type", "max_tokens", "format",
    ]
)  # fmt: skip
_KEYWORDS = st.sampled_from(
    ["type", "properties", "items", "required", "enum", "anyOf", "$defs", "$ref", "strict", "format", "schema", "json_schema", "name", "function"]
)  # fmt: skip
_SCHEMAS = st.dictionaries(
    _KEYWORDS, json_values | st.dictionaries(_KEYWORDS, json_values, max_size=3), max_size=4
)
_REASONS = st.sampled_from(["", "stop", "length", "tool_calls", "error", "aborted", "\ud800"])


def hold(run: Trace) -> None:
    facts = Facts(run)
    for heard in _registry.check(facts):
        assert heard.notices == ()
        for finding in heard.findings:
            repair(facts, finding)


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(traces())
def test_any_trace(run: Trace) -> None:
    hold(run)


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(
    st.dictionaries(_PARAMS, json_values | _SCHEMAS, max_size=4),
    _SCHEMAS,
    _SCHEMAS,
    json_values,
    json_values,
    _REASONS,
)
def test_odd_requests_offers_arguments_and_results(
    params: dict[str, Any], schema: Any, raw: Any, arguments: Any, result: Any, reason: str
) -> None:
    offer = ToolSpec("find", schema=schema, raw={"strict": True, "outputSchema": schema, **raw})
    asked = call("find", arguments, "c")
    hold(
        trace(
            model_call(
                "m1", [user("Go.")], assistant("7", asked, finish_reason=reason), tools=[offer], params=params
            ),
            tool_execution("x1", asked, result),
            model_call(
                "m2", [user("Go.")], assistant("7", finish_reason=reason), tools=[offer], params=params
            ),
        )
    )


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(json_values, min_size=7, max_size=9), json_values)
def test_odd_habits(arguments: list[Any], result: Any) -> None:
    messages = [user("Go.")]
    for number, one in enumerate(arguments):
        messages += [assistant("", call("find", one, f"c{number}")), response(f"c{number}", result)]
    hold(chat(messages))
