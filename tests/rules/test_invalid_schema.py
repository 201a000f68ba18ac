"""Invalid schema: once for each tool, with every step that offered it."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Evidence, Severity
from replaydbg.core.trace import Trace
from replaydbg.rules.invalid_schema import RULE
from tests.support.build import assistant, call, model_call, parameters, tool, trace, user
from tests.support.rules import found

BROKEN = tool("find", {"type": "object", "properties": ["q"]})


def offering(*schemas: object) -> Trace:
    return trace(
        *(
            model_call(f"m{n}", [user("Go.")], "", tools=[tool("ok"), tool("find", one)])
            for n, one in enumerate(schemas)
        )
    )


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(offering(parameters(q={"type": "string"})), id="valid"),
        pytest.param(offering(None), id="not recorded"),
        pytest.param(offering({"type": "OBJECT", "nullable": True}), id="Gemini"),
        pytest.param(offering({"type": "dict", "properties": {"a": {"type": "float"}}}), id="BFCL"),
        pytest.param(offering({}), id="says nothing"),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


def test_once_for_all_steps_that_offered_it() -> None:
    (finding,) = found(RULE, offering(BROKEN.schema, BROKEN.schema, {}, BROKEN.schema))
    assert finding.severity is Severity.WARNING
    assert (
        finding.message == 'the schema of find cannot be used: ["q"] is not of type "object" at /properties'
    )
    assert finding.step_ids == ("m0", "m1", "m3")
    assert finding.evidence == (
        Evidence("m0", "/tools/1/parameters", '["q"] is not of type "object" at /properties'),
    )


def test_two_mistakes_are_two_findings() -> None:
    assert len(found(RULE, offering(BROKEN.schema, {"$ref": "file:///etc/hosts"}))) == 2


def test_a_schema_of_the_side_file_is_told_where_it_is_used() -> None:
    run = trace(
        model_call("m1", [user("Go.")], assistant("", call("find", {"q": 1}))), model_call("m2", [], "")
    )
    (finding,) = found(RULE, run, BROKEN)
    assert (finding.step_ids, finding.schema_source) == (("m1",), "side file")
    assert found(RULE, trace(model_call("m2", [], "")), BROKEN) == []
