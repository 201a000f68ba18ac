"""Text of arguments: what it says, whether it breaks off, whether it was taken out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import ParseProblem, ToolCall
from replaydbg.wire.arguments import (
    REDACTED,
    TOO_DEEP,
    call_from_any,
    call_from_raw,
    is_placeholder,
    parse,
    raw_text,
)

OBJECTS = st.dictionaries(
    st.text(max_size=5),
    st.none()
    | st.booleans()
    | st.integers(-99, 99)
    | st.text(max_size=5)
    | st.lists(st.integers(0, 9), max_size=2),
    min_size=1,
    max_size=3,
)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param("", {}, id="empty text means none"),
        pytest.param(" \n", {}, id="white space means none"),
        pytest.param('{"a": [1.5]}', {"a": [1.5]}, id="an object"),
        pytest.param("[1]", [1], id="no object, but JSON"),
    ],
)
def test_parsed(raw: str, value: Any) -> None:
    assert parse(raw) == (value, None)


@given(OBJECTS, st.data(), st.sampled_from(["", " ", "\n"]))
def test_text_that_breaks_off_is_told_from_text_that_is_wrong(
    value: dict[str, Any], data: st.DataObject, space: str
) -> None:
    whole = json.dumps(value, ensure_ascii=data.draw(st.booleans()))
    cut = whole[: data.draw(st.integers(1, len(whole) - 1))]
    _, problem = parse(cut + space)
    assert problem is not None
    assert problem.truncated
    _, problem = parse("{'a': 1, " + cut)
    assert problem is not None
    assert not problem.truncated


@pytest.mark.parametrize(
    ("raw", "offset"),
    [
        pytest.param('{"a": True}', 6, id="Python's words"),
        pytest.param("{'a': 1}", 1, id="single quotes"),
        pytest.param('{"a": 1}}', 8, id="one brace too many"),
        pytest.param('{"a": "say "hi""}', 12, id="quotes inside"),
        pytest.param('{"ä": NaN}', 6, id="not a number, counted in characters"),
        pytest.param("lookup(48213)", 0, id="no JSON at all"),
    ],
)
def test_text_that_is_wrong_says_where(raw: str, offset: int) -> None:
    value, problem = parse(raw)
    assert value is None
    assert problem == ParseProblem(problem.message if problem else "", offset)


def test_a_lone_surrogate_is_a_problem() -> None:
    _, problem = parse('{"a": "\ud800"}')
    assert problem is not None
    assert not problem.truncated


@pytest.mark.parametrize(
    "raw",
    [
        "__REDACTED__",
        "[REDACTED_ARGUMENTS len=83 sha=b4e1e5f7]",
        "<redacted>",
        '"[sanitized]"',
        "  __REDACTED__",
    ],
)
def test_redacted_text_is_absent_and_not_wrong(raw: str) -> None:
    call = call_from_raw("1", "f", raw)
    assert call.problem == ParseProblem(REDACTED)
    assert call.raw == raw


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(None, ToolCall("1", "f", {}), id="null means none"),
        pytest.param({"a": 1}, ToolCall("1", "f", {"a": 1}), id="a value"),
        pytest.param('{"a": 1}', ToolCall("1", "f", {"a": 1}, '{"a": 1}'), id="text"),
    ],
)
def test_either_spelling(value: Any, expected: ToolCall) -> None:
    assert call_from_any("1", "f", value) == expected


@given(st.text())
def test_recorded_text_is_sent_as_it_was(raw: str) -> None:
    assert raw_text(call_from_raw("1", "f", raw)) == raw


@given(OBJECTS)
def test_a_value_is_sent_as_compact_json(value: dict[str, Any]) -> None:
    assert json.loads(raw_text(ToolCall("1", "f", value))) == value


def test_null_means_that_there_are_none() -> None:
    assert call_from_raw("c", "f", "null") == ToolCall("c", "f", {}, "null")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((one, True) for one in ("[REDACTED]", "<redacted>", " [REDACTED:email] ", "{{masked}}", "***", "<PERSON_1>", "REDACTED", "__REDACTED__")),
        *((one, False) for one in ("", "redacted by hand", "<b>", "<div>", "**", "[secretary]", "removed", 7, None, "[REDACTED" + "x" * 300)),
    ],
)  # fmt: skip
def test_what_stands_for_a_value_that_was_removed(value: Any, expected: bool) -> None:
    assert is_placeholder(value) is expected


@pytest.mark.parametrize("raw", ["[" * 2000 + "]" * 2000, '{"a":' * 2000 + "1" + "}" * 2000, "[" * 2000])
def test_text_that_nests_too_deep_is_not_said_to_be_no_json(raw: str) -> None:
    assert parse(raw) == (None, ParseProblem(TOO_DEEP))


@pytest.mark.parametrize("raw", ['["' + "[" * 2000 + '"', "[]," * 2000])
def test_many_brackets_are_no_depth(raw: str) -> None:
    _, problem = parse(raw)
    assert problem is not None
    assert problem.message != TOO_DEEP
