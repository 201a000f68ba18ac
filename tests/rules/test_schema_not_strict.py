"""Schemas of tools that ask for strict mode."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.rules.schema_not_strict import RULE
from tests.support.build import model_call, parameters, trace, user
from tests.support.rules import found

STRICT = parameters(["unit"], unit={"type": ["string", "null"]})


def offering(schema: Any, *, strict: bool = True, calls: int = 1) -> Trace:
    raw = {"type": "function", "function": {"name": "f", "parameters": schema, "strict": strict}}
    offer = [ToolSpec("f", schema=schema, raw=raw)]
    return trace(*(model_call(f"m{n}", [user(f"{n}")], "ok", tools=offer) for n in range(calls)))


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(offering(STRICT), id="strict"),
        pytest.param(offering({"type": "object"}, strict=False), id="does not ask for it"),
        pytest.param(
            offering(parameters(["a"], a={"anyOf": [STRICT, {"type": "null"}]})), id="anyOf below the top"
        ),
        pytest.param(
            offering(parameters(["a"], a={"$ref": "#/$defs/b"}) | {"$defs": {"b": STRICT}}), id="definitions"
        ),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


DEEP: Any = STRICT
for _ in range(12):
    DEEP = parameters(["in"], **{"in": DEEP})


NAMES = [f"f{number}" for number in range(5001)]
MANY: Any = parameters(NAMES, **{name: {"type": "string"} for name in NAMES})


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "object", "properties": {}}, "an object allows other fields"),
        (parameters([], unit={"type": "string"}), "unit is not required"),
        ({"anyOf": [STRICT]}, "the top of the schema is no plain object"),
        (parameters(["a"], a={"type": "object"}), "an object allows other fields at /properties/a"),
        (parameters(["a"], a={"allOf": [STRICT]}), "it uses allOf at /properties/a"),
        (
            parameters(["a"], a={"$ref": "#/$defs/b"}) | {"$defs": {"b": {"not": {}}}},
            "it uses not at /$defs/b",
        ),
        (parameters([]) | {"if": {}}, "it uses if"),
        (parameters([]) | {"dependentRequired": {}}, "it uses dependentRequired"),
        (parameters(["a"], a={"oneOf": [{"type": "null"}]}), "it uses oneOf at /properties/a"),
        (parameters(["a"], a={"type": "array", "uniqueItems": True}), "it uses uniqueItems at /properties/a"),
        (MANY, "it has more than 5000 fields"),
        (DEEP, "it nests deeper than 10 levels"),
    ],
)
def test_found(schema: Any, said: str) -> None:
    (finding,) = found(RULE, offering(schema))
    assert finding.message == f"f asks for strict mode, but {said}"


def test_it_is_told_once_for_a_run() -> None:
    (finding,) = found(RULE, offering({"type": "object", "properties": {"a": {}, "b": {}}}, calls=3))
    assert finding.message.endswith("(and 2 more)")


def test_anthropic_takes_optional_fields_and_combinations() -> None:
    def offered(schema: Any) -> Trace:
        tool = ToolSpec("f", schema=schema, raw={"name": "f", "strict": True, "input_schema": schema})
        return trace(model_call("m", [user("Go.")], "ok", tools=[tool]))

    assert found(RULE, offered(parameters([], unit={"allOf": [{"type": "string"}]}))) == []
    (finding,) = found(RULE, offered({"type": "object", "properties": {"unit": {"type": "string"}}}))
    assert finding.message == "f asks for strict mode, but an object allows other fields"
