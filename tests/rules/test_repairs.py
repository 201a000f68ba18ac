"""Edits that would mend a finding: proven, and only where they are known."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg import codec, schema
from replaydbg.core.message import ToolCall
from replaydbg.core.step import Step
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.rules import _registry
from replaydbg.rules._repairs import Repair, choices, repair
from tests.labelled.dialects import DIALECTS
from tests.labelled.mutations import Mutant, mutants
from tests.support.build import assistant, call, model_call, parameters, tool, tool_execution, trace, user

LOOKUP = tool(
    "lookup_order",
    parameters(
        ["order_id", "region"],
        order_id={"type": "string"},
        region={"enum": ["EU", "US"]},
        lines={"type": "array", "items": {"type": "integer"}},
        where={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        fast={"type": "boolean"},
    ),
)
OPEN = tool("lookup_order", {"type": "object", "properties": {"order_id": {}}, "required": ["order_id"]})


def asking(asked: ToolCall, *tools: Any) -> Trace:
    return trace(model_call("m1", [user("Go.")], assistant("", asked), tools=tools or [LOOKUP]))


def mended(run: Trace, name: str = "schema-violation") -> tuple[Repair, Step] | None:
    """The repair of the one finding of the rule, and the step after it."""
    facts = Facts(run)
    (finding,) = [one for heard in _registry.check(facts, [name]) for one in heard.findings]
    found = repair(facts, finding)
    return (
        None
        if found is None
        else (found, codec.edited_step(run.step(run.row(found.edit.step_id)), [found.edit]))
    )


@pytest.mark.parametrize(
    ("arguments", "after", "words"),
    [
        ({"order_id": 7, "region": "EU"}, {"order_id": "7", "region": "EU"}, 'order_id: "7" instead of 7'),
        ({"order_id": "7", "region": "eu"}, {"order_id": "7", "region": "EU"}, 'region: "EU" instead of "eu"'),
        ({"orderId": "7", "region": "EU"}, {"order_id": "7", "region": "EU"}, "order_id instead of orderId"),
        ({"id": "7", "region": "EU"}, {"order_id": "7", "region": "EU"}, "order_id instead of id"),
        ({"order_id": "7", "region": "EU", "x": 1}, {"order_id": "7", "region": "EU"}, "without x"),
        ({"order_id": "7", "region": "EU", "linse": [1]}, {"order_id": "7", "region": "EU", "lines": [1]}, "lines instead of linse"),
        ({"order_id": "7", "region": "EU", "lines": "[1, 2]"}, {"order_id": "7", "region": "EU", "lines": [1, 2]}, 'lines: [1, 2] instead of "[1, 2]"'),
        ({"order_id": "7", "region": "EU", "fast": "True"}, {"order_id": "7", "region": "EU", "fast": True}, 'fast: true instead of "True"'),
        ({"order_id": "7", "region": "EU", "where": {"City": "Oslo"}}, {"order_id": "7", "region": "EU", "where": {"city": "Oslo"}}, "city instead of City"),
        ({"order_id": "7", "region": "EU", "lines": [1, "2"]}, {"order_id": "7", "region": "EU", "lines": [1, 2]}, 'lines/1: 2 instead of "2"'),
        ({"order_id": 7, "region": "eu"}, {"order_id": "7", "region": "EU"}, 'order_id: "7" instead of 7; region: "EU" instead of "eu"'),
    ],
)  # fmt: skip
def test_arguments(arguments: Any, after: Any, words: str) -> None:
    done = mended(asking(call("lookup_order", arguments, "c")))
    assert done is not None
    assert done[1].tool_calls[0].arguments == after
    assert done[0].words == words


def test_what_is_not_known_is_left_to_the_person() -> None:
    assert mended(asking(call("lookup_order", {"region": "EU"}, "c"))) is None
    assert mended(asking(call("lookup_order", {"order_id": "7", "region": "Mars"}, "c"))) is None


def test_where_other_fields_are_allowed_a_near_name_is_taken() -> None:
    done = mended(asking(call("lookup_order", {"orderID": "7"}, "c"), OPEN))
    assert done is not None
    assert done[1].tool_calls[0].arguments == {"order_id": "7"}


@pytest.mark.parametrize(
    ("raw", "after"),
    [
        ('{"order_id": "7"', {"order_id": "7"}),
        ('{"order_id": "7", "lines": [1, 2', {"order_id": "7", "lines": [1, 2]}),
        ('{"order_id": "7", "note": "he sa', {"order_id": "7", "note": "he sa"}),
        ('{"order_id": "7", "note', {"order_id": "7"}),
        ('{"order_id": "a \\"b', {"order_id": 'a "b'}),
        ("{'order_id': True, 'x': None,}", {"order_id": True, "x": None}),
        ('{"order_id": "7"} thanks', {"order_id": "7"}),
        ('{"order_id": "7"}}', {"order_id": "7"}),
    ],
)
def test_text(raw: str, after: Any) -> None:
    done = mended(asking(call("lookup_order", raw=raw, id_="c")), "unparsable-arguments")
    assert done is not None
    (asked,) = done[1].tool_calls
    assert (asked.arguments, asked.problem) == (after, None)


@pytest.mark.parametrize("raw", ["order 7 please", "{{", "[1, 2", "", "lambda: 1", '{"a":[' * 5000])
def test_text_that_means_nothing(raw: str) -> None:
    run = asking(call("lookup_order", raw=raw, id_="c"))
    facts = Facts(run)
    findings = [one for heard in _registry.check(facts, ["unparsable-arguments"]) for one in heard.findings]
    assert [repair(facts, one) for one in findings] == [None] * len(findings)


def test_the_name_of_a_tool() -> None:
    done = mended(asking(call("lookupOrder", {}, "c")), "unknown-tool")
    assert done is not None
    assert done[1].tool_calls[0].name == "lookup_order"
    assert mended(asking(call("teleport", {}, "c")), "unknown-tool") is None


def test_an_object_encoded_twice() -> None:
    done = mended(
        asking(call("lookup_order", raw='"{\\"order_id\\": \\"7\\"}"', id_="c")), "arguments-not-an-object"
    )
    assert done is not None
    assert done[1].tool_calls[0].arguments == {"order_id": "7"}
    assert mended(asking(call("lookup_order", raw="[1]", id_="c")), "arguments-not-an-object") is None


def test_an_answer_in_a_code_fence() -> None:
    params = {"response_format": {"type": "json_object"}}
    run = trace(model_call("m1", [user("Go.")], '```json\n{"a": 1}\n```', params=params))
    done = mended(run, "structured-output")
    assert done is not None
    assert done[1].body.output is not None
    assert done[1].body.output.text == '{"a": 1}'


def test_a_tool_that_code_ran() -> None:
    run = trace(
        model_call("m1", [user("Go.")], "Done.", tools=[LOOKUP]),
        tool_execution("x1", call("lookup_order", {"order_id": 7, "region": "EU"}), error="no"),
    )
    done = mended(run)
    assert done is not None
    assert done[0].edit.step_id == "x1"


def test_findings_without_a_known_repair_have_none() -> None:
    facts = Facts(asking(call("lookup_order", {"order_id": "7", "region": "EU"}, "c")))
    for heard in _registry.check(facts):
        assert all(repair(facts, one) is None for one in heard.findings)


@pytest.mark.parametrize("mutant", [one for one in mutants() if one.rule and one.tool != "now"], ids=lambda one: f"{one.what} of {one.tool}")  # fmt: skip
def test_a_repair_never_makes_it_worse(mutant: Mutant) -> None:
    """Afterwards the rule finds less than before, on every broken call of the labelled set."""
    name = mutant.name or mutant.tool
    asked = (
        call(name, raw=mutant.raw, id_="c") if mutant.raw is not None else call(name, mutant.arguments, "c")
    )
    run = asking(asked, *DIALECTS[0].tools())
    done = mended(run, mutant.rule)
    if done is not None:
        (after,) = done[1].tool_calls
        again = Facts(asking(after, *DIALECTS[0].tools()))
        left = [one for heard in _registry.check(again, [mutant.rule]) for one in heard.findings]
        before = [one for heard in _registry.check(Facts(run), [mutant.rule]) for one in heard.findings]
        assert sum(len(one.evidence) for one in left) < sum(len(one.evidence) for one in before)


def test_where_one_of_few_values_is_meant_all_are_offered() -> None:
    facts = Facts(asking(call("lookup_order", {"order_id": "7", "region": "Europe"}, "c")))
    (finding,) = [one for heard in _registry.check(facts, ["schema-violation"]) for one in heard.findings]
    assert repair(facts, finding) is None
    found = choices(facts, finding)
    assert [one.words for one in found] == ['region: "EU"', 'region: "US"']
    for one in found:
        after = codec.edited_step(facts.trace.step(0), [one.edit])
        assert not LOOKUP.schema or not schema.violations(LOOKUP.schema, after.tool_calls[0].arguments)


@pytest.mark.parametrize(
    "arguments",
    [{"region": "EU"}, {"order_id": "7", "region": "EU", "fast": "maybe"}],
    ids=["a field is missing", "no enum is broken"],
)
def test_nothing_is_offered_where_no_list_says_what_may_stand_there(arguments: dict[str, Any]) -> None:
    facts = Facts(asking(call("lookup_order", arguments, "c")))
    (finding,) = [one for heard in _registry.check(facts, ["schema-violation"]) for one in heard.findings]
    assert choices(facts, finding) == ()
