"""Arguments beside their schema."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from replaydbg.views.blocks import Folds
from replaydbg.views.tool_fields import result_tab, tools_tab
from tests.support.blocks import about, text_of, violation
from tests.support.build import assistant, call, model_call, parameters, tool, tool_execution, trace, user

SCHEMA = parameters(
    ["id", "region"],
    id={"type": "string", "pattern": "^ORD"},
    region={"enum": ["EU", "US"]},
    note={"type": "string"},
)
ASKED = call("look", {"id": 7, "extra": True}, "c")
RUN = trace(
    model_call("m", [user("go")], assistant("", ASKED), tools=[tool("look", SCHEMA, "Find it.")]),
    tool_execution("t", ASKED, {"ok": 1}),
)
WRONG = [violation("m", "/tool_calls/0/arguments/id", message="7 is an integer, not string")]


@pytest.mark.parametrize("width", [50, 100])
def test_each_argument_has_its_line(width: int) -> None:
    text = text_of(tools_tab(about(RUN, "m", WRONG), Folds(), width))
    assert "✗ id" in text
    assert "string matching ^ORD" in text
    assert "↳ 7 is an integer, not string" in text
    assert "(not given)" in text
    assert '"EU" | "US"' in text
    assert "string, optional" in text
    assert "not in the schema" in text
    assert "schema from this request" in text


def test_a_missing_argument_is_marked_at_its_own_line() -> None:
    missing = violation("m", "/tool_calls/0/arguments", message='"region" is missing')
    text = text_of(tools_tab(about(RUN, "m", [missing]), Folds(), 100))
    line = next(line for line in text.splitlines() if "region" in line)
    assert "✗ region" in line
    assert "(missing)" in line


def test_the_execution_shows_the_violations_of_its_call() -> None:
    finding = violation("m", "/tool_calls/0/arguments/id", message="7 is an integer")
    text = text_of(tools_tab(about(RUN, "t", [replace(finding, step_ids=("m", "t"))]), Folds(), 100))
    assert "↳ 7 is an integer" in text


def test_no_schema_is_a_state_of_its_own() -> None:
    run = trace(model_call("m", [user("go")], assistant("", ASKED)))
    text = text_of(tools_tab(about(run, "m"), Folds(), 100))
    assert "schema not recorded" in text
    assert "which tools were offered was not recorded" in text


def test_a_tool_that_was_not_offered() -> None:
    run = trace(model_call("m", [user("go")], assistant("", ASKED), tools=[tool("other", SCHEMA)]))
    assert "no tool named look was offered" in text_of(tools_tab(about(run, "m"), Folds(), 100))


def test_offers_open_to_their_schema() -> None:
    assert '"pattern"' in text_of(tools_tab(about(RUN, "m"), Folds(all_open=True), 100))
    assert "Find it." in text_of(tools_tab(about(RUN, "m"), Folds(), 100))


def test_results() -> None:
    assert '"ok": 1' in text_of(result_tab(about(RUN, "t"), Folds()))
    assert "→ look" in text_of(result_tab(about(RUN, "m"), Folds()))


NESTED = {
    "type": "object",
    "properties": {
        "filter": {"$ref": "#/$defs/Filter"},
        "tags": {"type": "array", "items": {"enum": ["red", "blue"]}},
        "page": {"type": "object", "properties": {"size": {"type": "integer"}}},
    },
    "required": ["filter"],
    "$defs": {
        "Filter": {
            "type": "object",
            "properties": {"name": {"type": "string", "minLength": 3}, "since": {"type": "string"}},
            "required": ["name", "since"],
        }
    },
}
GIVEN = {
    "filter": {"name": "a name that is long enough to need a line"},
    "tags": ["red", "green", "blue", "red", "red"],
    "page": {"size": 1},
}
NESTED_RUN = trace(
    model_call("m", [user("go")], assistant("", call("f", GIVEN)), tools=[tool("f", NESTED)]),
)
NESTED_WRONG = [
    violation("m", "/tool_calls/0/arguments/filter", message='"since" is missing'),
    violation("m", "/tool_calls/0/arguments/tags/1", message='"green" is none of "red", "blue"'),
]


def test_what_is_long_is_a_fold_with_each_field_beside_its_part_of_the_schema() -> None:
    lines = text_of(tools_tab(about(NESTED_RUN, "m", NESTED_WRONG), Folds(), 140)).splitlines()
    said: dict[str, str] = {}
    for line in lines:
        words = line.split() or [""]
        said.setdefault(words[1] if words[0] in ("✗", "▾", "▸") else words[0], line)
    assert said["filter"].startswith("▾ filter  ✗ 1 key")
    assert said["name"].rstrip().endswith("string length >= 3")
    assert said["since"].startswith("  ✗ since")
    assert "(missing)" in said["since"]
    assert said["1"].startswith("  ✗ 1")
    assert '"red" | "blue"' in said["1"]
    assert '{"size": 1}' in said["page"], "what fits a line stays on it"
    assert sum("↳" in line for line in lines) == 2


def test_a_folded_field_says_that_something_in_it_is_wrong() -> None:
    folds = Folds(frozenset({"field/tool_calls/0/arguments/tags"}))
    text = text_of(tools_tab(about(NESTED_RUN, "m", NESTED_WRONG), folds, 100))
    assert "▸ tags    ✗ 5 items" in text
    assert "green" not in text


@pytest.mark.parametrize(
    "schema",
    [{"anyOf": None, "properties": {"a": {"anyOf": None, "enum": None}}}, {"properties": {"a": {"anyOf": 7}}, "required": [["x"], "a"]}],
    ids=["nulls, as MLflow writes them", "nonsense"],
)  # fmt: skip
def test_odd_schemas_do_not_take_the_pane_along(schema: dict[str, Any]) -> None:
    asked = call("f", {"a": {"b": [1] * 50}}, "c")
    run = trace(model_call("m", [user("go")], assistant("", asked), tools=[tool("f", schema)]))
    assert "a" in text_of(tools_tab(about(run, "m"), Folds(), 100))


def test_text_of_several_lines_stands_below_its_name() -> None:
    asked = call("write", {"path": "a.py", "content": "one\ntwo\n", "long": "line\n" * 30})
    run = trace(model_call("m", [user("go")], assistant("", asked)))
    text = text_of(tools_tab(about(run, "m"), Folds(), 100))
    assert "▾ content  |\n" in text
    assert "one\ntwo\n" in text
    assert "▸ long     |…  30 lines" in text
    folded = text_of(tools_tab(about(run, "m"), Folds().toggled("field/tool_calls/0/arguments/content"), 100))
    assert "▸ content  |…  2 lines" in folded
    assert "two" not in folded
