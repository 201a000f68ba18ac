"""The fallback: JSON that nobody knows is shown by its structure, and labelled as what it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from replaydbg import limits
from replaydbg.core.step import Kind
from replaydbg.errors import UnreadableInput
from replaydbg.readers import _registry
from replaydbg.readers.unknown_json import READER
from tests.support import said
from tests.support.readings import document, lines, opened, steps, walked

THING = {"title": "x", "tags": ["a", "b"], "turns": [{"role": "user", "text": "hi"}, {"n": 1, "deep": {"er": [[1]]}}], "none": {}}  # fmt: skip


def test_each_object_is_a_step_with_what_is_its_own() -> None:
    found = steps(READER, THING)
    assert [(step.id, step.name, step.kind) for step in found.values()] == [
        ("document", "document", Kind.OPAQUE),
        ("document/turns", "turns", Kind.OPAQUE),
        ("document/turns/0", "turns[0] user", Kind.OPAQUE),
        ("document/turns/1", "turns[1]", Kind.OPAQUE),
        ("document/turns/1/deep", "deep", Kind.OPAQUE),
        ("document/turns/1/deep/er", "er", Kind.OPAQUE),
    ]
    assert found["document"].body.input == {"title": "x", "tags": ["a", "b"], "none": {}}
    assert found["document/turns/0"].body.input == {"role": "user", "text": "hi"}
    assert found["document/turns/1/deep"].parent_id == "document/turns/1"
    assert found["document/turns/1/deep"].body.raw == {"er": [[1]]}


def test_a_step_keeps_its_value_and_does_not_look_for_it_again() -> None:
    (trace,) = opened(READER, THING).traces
    assert trace.handles[:2] == [THING, THING["turns"]]


def test_lines_are_steps_beside_each_other() -> None:
    assert list(steps(READER, lines({"a": 1}, {"b": {"c": 1}}))) == ["line 1", "line 2", "line 2/b"]


def test_it_is_chosen_last_and_says_what_it_is() -> None:
    choice = _registry.choose(document({"observations": [], "weather": "fine"}))
    assert choice.reader is READER
    (notice,) = choice.notices
    assert "(fallback)" in notice.message
    assert "Langfuse traces (download, API, bulk export) (has observations; lacks traceId" in notice.message
    *_, reading = _registry.read(document(THING))
    assert reading.traces[0].source.format == "unknown-json"
    assert "fallback" in reading.notices[0].message


def test_a_reader_that_finds_another_format_leaves_it_to_the_fallback() -> None:
    """It had claimed the document by its head."""
    *_, reading = _registry.read(document({"resourceSpans": "none", "x": {"y": 1}}))
    assert reading.traces[0].source.format in {"otlp", "unknown-json"}


@pytest.mark.parametrize("content", [b"17", b"[]", b"{}", b'"text"'])
def test_what_has_no_structure_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableInput):
        _registry.choose(document(content))


def test_where_only_traces_are_wanted_it_is_not_asked() -> None:
    with pytest.raises(UnreadableInput, match="no trace format"):
        _registry.choose(document(THING), fallback=False)
    with pytest.raises(UnreadableInput, match="no trace format"):
        list(_registry.read(document(THING), fallback=False))


def test_there_are_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNKNOWN_STEPS_MAX", 5)
    reading = opened(READER, lines(*({"n": number} for number in range(9))))
    assert (len(reading.traces[0]), reading.notices[0].pointer) == (5, "line 5")
    monkeypatch.setattr(limits, "UNKNOWN_BYTES_MAX", 20)
    assert "only the first" in opened(READER, THING).notices[0].message


def test_deep_nesting_is_no_recursion() -> None:
    text = '{"a":' * 400 + "1" + "}" * 400
    assert len(opened(READER, text).traces[0]) == 400


@given(said.json_values)
def test_any_json(value: Any) -> None:
    READER.sniff(document(value))
    walked(opened(READER, json.dumps(value)))


SAMPLES = [THING]
