"""Schema violation: each call against the schema in force, told at the exact field."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.finding import Evidence, Severity
from replaydbg.core.message import ToolCall
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.rules._registry import unchecked_calls
from replaydbg.rules.schema_violation import RULE
from tests.support.build import (
    Built,
    assistant,
    call,
    model_call,
    parameters,
    tool,
    tool_execution,
    trace,
    user,
)
from tests.support.rules import found

LOOKUP = tool(
    "lookup",
    parameters(["order_id"], order_id={"type": "string"}, region={"enum": ["EU", "US"]}),
)
GEMINI = tool("lookup", {"type": "OBJECT", "properties": {"order_id": {"type": "STRING", "nullable": True}}})


def asking(*asked: ToolCall, tools: list[ToolSpec] | None = None) -> Trace:
    return trace(
        model_call("m1", [user("Go.")], assistant("", *asked), tools=tools),
        *(tool_execution(f"x{n}", one, "ok") for n, one in enumerate(asked, 1)),
    )


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(asking(call("lookup", {"order_id": "A"}, "c"), tools=[LOOKUP]), id="as asked"),
        pytest.param(asking(call("lookup", {"order_id": None}, "c"), tools=[GEMINI]), id="Gemini's dialect"),
        pytest.param(asking(call("lookup", {"x": 1}, "c"), tools=None), id="schema not recorded"),
        pytest.param(asking(call("lookup", {"x": 1}, "c"), tools=[tool("lookup")]), id="the name alone"),
        pytest.param(
            asking(call("lookup", {"x": 1}, "c"), tools=[tool("lookup", {"type": 5})]), id="an invalid schema"
        ),
        pytest.param(
            asking(call("lookup", raw="{", id_="c"), tools=[LOOKUP]), id="unparsable is another rule"
        ),
        pytest.param(
            asking(call("lookup", raw="[]", id_="c"), tools=[LOOKUP]), id="no object is another rule"
        ),
        pytest.param(asking(call("lookup", raw="__REDACTED__", id_="c"), tools=[LOOKUP]), id="redacted"),
        pytest.param(asking(call("other", {}, "c"), tools=[LOOKUP]), id="unknown is another rule"),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


def test_at_the_exact_field() -> None:
    run = asking(
        call("lookup", {"order_id": "A"}, "c1"),
        call("lookup", {"order_id": 7, "region": "eu"}, "c2"),
        tools=[LOOKUP],
    )
    (finding,) = found(RULE, run)
    assert finding.severity is Severity.ERROR
    assert finding.message == "lookup: order_id: 7 is an integer, not string (and 1 more)"
    assert finding.step_ids == ("m1", "x2")
    assert finding.schema_source == "this request"
    assert finding.evidence == (
        Evidence("m1", "/tool_calls/1/arguments/order_id", "7 is an integer, not string"),
        Evidence("m1", "/tool_calls/1/arguments/region", '"eu" is none of "EU", "US"; did you mean "EU"?'),
    )


def test_a_missing_field_is_told_at_the_object_that_lacks_it() -> None:
    (finding,) = found(RULE, asking(call("lookup", {}, "c"), tools=[LOOKUP]))
    assert finding.message == 'lookup: "order_id" is missing'
    assert finding.evidence[0].pointer == "/tool_calls/0/arguments"


def _asked_elsewhere(*steps: Built) -> Trace:
    return trace(
        model_call("m0", [user("A.")], "", tools=[LOOKUP]),
        model_call("m1", [user("B.")], assistant("", call("lookup", {}, "c"))),
        *steps,
    )


REFUSED = tool_execution("x1", call("lookup", {}, "c"), "error: order_id?", error="order_id?")
TAKEN = tool_execution("x1", call("lookup", {}, "c"), "shipped")


@pytest.mark.parametrize(
    ("run", "side", "severity", "source"),
    [
        pytest.param(asking(call("lookup", {}, "c")), (LOOKUP,), Severity.HINT, "side file", id="taken"),
        pytest.param(_asked_elsewhere(REFUSED), (), Severity.WARNING, "another step", id="refused too"),
        pytest.param(
            _asked_elsewhere(), (), Severity.WARNING, "another step", id="nobody knows what came of it"
        ),
        pytest.param(_asked_elsewhere(TAKEN), (), Severity.HINT, "another step", id="of another version"),
    ],
)
def test_schemas_from_elsewhere_weigh_less(
    run: Trace, side: tuple[ToolSpec, ...], severity: Severity, source: str
) -> None:
    (finding,) = found(RULE, run, *side)
    assert (finding.severity, finding.schema_source) == (severity, source)


def test_a_format_is_a_hint() -> None:
    dated = tool("book", {"type": "object", "properties": {"day": {"type": "string", "format": "date"}}})
    (finding,) = found(RULE, asking(call("book", {"day": "tomorrow"}, "c"), tools=[dated]))
    assert (finding.severity, finding.evidence[0].pointer) == (Severity.HINT, "/tool_calls/0/arguments/day")
    assert found(RULE, asking(call("book", {"day": "2026-11-26"}, "c"), tools=[dated])) == []


def test_the_set_in_force_is_that_of_the_request() -> None:
    """The tool changed in the middle of the run: each call is held against its own schema."""
    later = tool("lookup", parameters(["id"], id={"type": "string"}))
    run = trace(
        model_call("m1", [user("A.")], assistant("", call("lookup", {"order_id": "A"})), tools=[LOOKUP]),
        model_call("m2", [user("B.")], assistant("", call("lookup", {"order_id": "A"})), tools=[later]),
    )
    assert [finding.step_ids for finding in found(RULE, run)] == [("m2",)]


def test_tools_that_no_model_call_asked_for_are_checked_too() -> None:
    run = trace(
        model_call("m1", [user("A.")], "", tools=[LOOKUP]),
        tool_execution("x1", call("lookup", {"order_id": 7}), 1),
    )
    (finding,) = found(RULE, run)
    assert finding.step_ids == ("x1",)
    assert finding.evidence[0].step_id == "x1"


def test_calls_without_a_schema_are_counted_and_not_passed() -> None:
    assert (
        unchecked_calls(Facts(asking(call("lookup", {}, "1"), call("other", {}, "2"), tools=[LOOKUP]))) == 1
    )
    assert unchecked_calls(Facts(asking(call("lookup", {}, "1")))) == 1
    assert unchecked_calls(Facts(asking(call("lookup", {}, "1")), (LOOKUP,))) == 0


def test_in_a_reply_that_was_broken_off_it_is_a_hint() -> None:
    reply = assistant("", call("lookup", {}, "c"), finish_reason="error")
    (finding,) = found(RULE, trace(model_call("m1", [user("Go.")], reply, tools=[LOOKUP])))
    assert finding.severity is Severity.HINT


@pytest.mark.parametrize(
    "gone", ["[REDACTED]", "<redacted>", "[sanitized]", "***", "<PERSON_1>", "__REDACTED__"]
)
def test_values_that_the_recorder_removed_are_left_alone(gone: str) -> None:
    strict = tool("f", parameters(["n"], n={"type": "integer"}, mode={"enum": ["a", "b"]}))
    assert found(RULE, asking(call("f", {"n": gone, "mode": gone}), tools=[strict])) == []
    (finding,) = found(RULE, asking(call("f", {"mode": gone}), tools=[strict]))
    assert finding.message == 'f: "n" is missing'


@pytest.mark.parametrize(
    "wrapped", [{"input": {"n": 1}}, {"args": [], "kwargs": {"n": 1}}, {"arguments": '{"n": 1}'}]
)
def test_arguments_in_a_field_of_the_recorder(wrapped: dict[str, Any]) -> None:
    """The tool took them, so the model did not say so; where it refused them, it did."""
    strict = tool("f", parameters(["n"], n={"type": "integer"}))
    for result, count in (("ok", 0), ("Error: n is missing", 1)):
        asked = call("f", wrapped, "c")
        step = model_call("m1", [user("Go.")], assistant("", asked), tools=[strict])
        assert len(found(RULE, trace(step, tool_execution("x1", asked, result)))) == count


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def test_what_the_validator_cannot_look_at_is_no_mistake_that_is_known() -> None:
    (finding,) = found(RULE, asking(call("lookup", {"order_id": nested(900)}, "c"), tools=[LOOKUP]))
    assert finding.severity is Severity.HINT
    assert "cannot be checked" in finding.message


def test_half_a_character_breaks_no_schema() -> None:
    assert found(RULE, asking(call("lookup", {"order_id": "\ud83d"}, "c"), tools=[LOOKUP])) == []
    (finding,) = found(RULE, asking(call("lookup", {"order_id": 7, "region": "\ud83d"}, "c"), tools=[LOOKUP]))
    assert finding.severity is Severity.ERROR
    assert len(finding.evidence) == 2
