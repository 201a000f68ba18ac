"""Arguments of tool calls: text that should be a JSON object, and often is something else."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given

from replaydbg.core.message import ToolCall
from replaydbg.wire import arguments
from tests.support import said


@given(said.objects)
def test_arguments_that_are_json_are_read(value: object) -> None:
    raw = orjson.dumps(value).decode()
    call = arguments.call_from_raw("c", "f", raw)
    assert (call.arguments, call.raw, call.problem) == (value, raw, None)
    assert arguments.raw_text(call) == raw
    assert arguments.raw_text(ToolCall("c", "f", value)) == raw


@pytest.mark.parametrize("raw", ["", "  \n"])
def test_no_text_means_no_arguments(raw: str) -> None:
    assert arguments.call_from_raw("c", "f", raw) == ToolCall("c", "f", {}, raw)


@pytest.mark.parametrize(
    ("raw", "truncated"),
    [
        ('{"a": "x', True),
        ('{"a": [1, 2', True),
        ('{"a": ', True),
        ('{"a": 1}}', False),
        ("{'a': 1}", False),
        ("say hello", False),
    ],
)
def test_text_that_stops_is_told_from_text_that_is_wrong(raw: str, truncated: bool) -> None:
    call = arguments.call_from_raw("c", "f", raw)
    assert call.arguments is None
    assert call.problem is not None
    assert call.problem.truncated is truncated
    assert arguments.raw_text(call) == raw


@given(said.objects)
def test_every_cut_of_an_object_is_truncated(value: object) -> None:
    raw = orjson.dumps(value).decode()
    for end in range(1, len(raw)):
        problem = arguments.call_from_raw("c", "f", raw[:end]).problem
        assert problem is not None
        assert problem.truncated


@pytest.mark.parametrize("mark", arguments.REDACTED_MARKS)
def test_what_was_removed_is_absent_not_wrong(mark: str) -> None:
    problem = arguments.call_from_raw("c", "f", f"{mark} len=83]").problem
    assert problem is not None
    assert "redacted" in problem.message


def test_values_and_texts() -> None:
    assert arguments.call_from_any("c", "f", '{"a":1}') == ToolCall("c", "f", {"a": 1}, '{"a":1}')
    assert arguments.call_from_any("c", "f", {"a": 1}) == ToolCall("c", "f", {"a": 1})
    assert arguments.call_from_any("c", "f", None) == ToolCall("c", "f", {})
