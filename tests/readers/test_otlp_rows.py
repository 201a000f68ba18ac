"""Rows of many spans at once are those of each span alone."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replaydbg.core.message import Json
from replaydbg.readers import _dialects, _otlp_rows
from replaydbg.readers._dialect_native import IDS
from tests.support import plain
from tests.support.corpora import each_of
from tests.support.otlp import any_value, read, request, span

KEYS = [*sorted(_dialects.WANTED | _dialects.COUNTED), "x", "y.z"]
WORDS = ["chat", "execute_tool", "invoke_agent", "AGENT", "LLM", "TOOL", "gpt", "a", "", "{}"]
VALUES: st.SearchStrategy[Json] = st.one_of(
    st.sampled_from(WORDS),
    st.integers(-5, 1 << 64),
    st.floats(allow_nan=False, allow_infinity=False),
    st.none(),
    st.lists(st.integers(0, 9), max_size=2),
    st.sampled_from(['{"input": 3}', '{"total": "0.5"}', "17", "-1", "1e3"]),
)
MOMENTS = st.sampled_from(["0", "17", "1700000000000000000", str((1 << 63) - 1), 5, None])
IDS_OF_SPANS = st.sampled_from(
    [
        "00000000000000ab",
        "AB00000000000000",
        "cafecafecafecafe",
        "0" * 16,
        "0xcafe",
        "0xcafecafecafe00",
        "",
        None,
    ]
)


@st.composite
def spans(draw: st.DrawFn) -> dict[str, Any]:
    attributes = draw(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5))
    made = {
        "traceId": draw(st.sampled_from(["a" * 32, "a" * 32, "b" * 32, "A" * 32])),
        "spanId": f"{draw(st.integers(1, 9)):016x}",
        "parentSpanId": draw(IDS_OF_SPANS),
        "name": draw(st.sampled_from(["chat gpt", "RunnableSequence", "tool", "", None])),
        "startTimeUnixNano": draw(MOMENTS),
        "endTimeUnixNano": draw(MOMENTS),
        "status": draw(st.sampled_from([None, {}, {"code": 2}, {"code": "STATUS_CODE_ERROR"}, {"code": 77}])),
        "attributes": [{"key": key, "value": any_value(value)} for key, value in attributes.items()],
    }
    return {key: value for key, value in made.items() if draw(st.integers(0, 9)) or key == "spanId"}


@settings(max_examples=300, deadline=None)
@given(st.lists(spans(), min_size=1, max_size=8), st.sampled_from([1, 3, 4096]))
def test_rows_are_those_of_a_plain_parser(made: list[dict[str, Any]], batch: int) -> None:
    content = orjson.dumps(request(*made))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_otlp_rows, "_ROWS_MAX", batch)
        patch.setattr(_otlp_rows, "_REMEMBERED_MAX", batch)
        found = read(content).traces
    plain.assert_equal(found, plain.traces(content))


def test_ids_of_our_own_files_come_before_those_of_spans() -> None:
    own = dict(zip(sorted(IDS), ("the parent", "the step", "the trace"), strict=True))
    (found,) = read(
        request(span(1, "a", 0, own), span(2, "b", 0, own | {"replaydbg.step.id": "the parent"}))
    ).traces
    assert (found.id, found.ids, list(found.parents)) == ("the trace", ["the parent", "the step"], [-1, 0])


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_otlp_rows, "_REMEMBERED_MAX", 8)
    made = [span(n, f"name {n}", 0, {f"key {n}": n, "gen_ai.agent.name": f"agent {n}"}) for n in range(1, 99)]
    content = orjson.dumps(request(*made))
    plain.assert_equal(read(content).traces, plain.traces(content))


@each_of(
    "otlp_openinference",
    "otlp_openllmetry",
    "otlp_pydantic_ai",
    "otlp_jsonl",
    "otlp_openllmetry_legacy",
    pattern="*.json*",
    without="logs",
)
def test_recorded_files_are_read_as_by_a_plain_parser(path: Any) -> None:
    content = path.read_bytes()
    plain.assert_equal(read(content).traces, plain.traces(content))
