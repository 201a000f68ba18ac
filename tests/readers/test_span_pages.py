"""What lies around the rows of a store."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.readers import _span_pages
from replaydbg.readers._records import document_of

ROW = {"trace_id": "t", "span_id": "s"}


def rows(value: Any) -> list[tuple[dict[str, Any], str]]:
    found = _span_pages.rows(memoryview(json.dumps(value).encode()), "")
    return [(piece if isinstance(piece, dict) else document_of(piece), place) for piece, place in found]


@pytest.mark.parametrize(
    ("value", "places"),
    [
        (ROW, [""]),
        ([ROW, ROW], ["/0", "/1"]),
        ([[ROW]], ["/0/0"]),
        ({"data": [{"traceID": "t", "spans": [ROW]}]}, ["/data/0/spans/0"]),
        ({"hits": {"hits": [{"_source": ROW}]}}, ["/hits/hits/0/_source"]),
        ({"columns": [{"name": "trace_id"}, {"name": "span_id"}], "rows": [["t", "s"]]}, ["/rows/0"]),
        (
            {"columns": [{"name": "trace_id", "values": ["t"]}, {"name": "span_id", "values": ["s"]}]},
            ["/rows/0"],
        ),
        (
            {"tables": [{"columns": [{"name": "trace_id"}, {"name": "span_id"}], "rows": [["t", "s"]]}]},
            ["/tables/0/rows/0"],
        ),
        ({"events": [{"message": json.dumps(ROW)}]}, ["/events/0/message"]),
        ([[{"field": "@message", "value": json.dumps(ROW)}]], ["/0/@message"]),
    ],
)
def test_rows_are_found_with_their_places(value: Any, places: list[str]) -> None:
    assert [(ROW, place) for place in places] == rows(value)


def test_a_row_is_no_page() -> None:
    row = {**ROW, "events": [{"name": "exception"}], "message": '{"a": 1}', "data": {"x": 1}}
    assert [(row, "")] == rows(row)


def test_what_is_neither_is_handed_out() -> None:
    assert rows({"a": 1}) == [({"a": 1}, "")]
    assert rows({"message": "plain"}) == [({"message": "plain"}, "")]


def test_nesting_without_end_stops() -> None:
    text = b'{"data": ' * 50 + b"{}" + b"}" * 50
    assert len(list(_span_pages.rows(memoryview(text), ""))) == 1


def test_spans_below_a_trace_are_of_it() -> None:
    found = rows({"trace_id": "t", "spans": [{"span_id": "a"}, {"span_id": "b", "trace_id": "own"}]})
    assert [(row["span_id"], row["trace_id"]) for row, _ in found] == [("a", "t"), ("b", "own")]


def test_numbers_that_json_has_none_of() -> None:
    text = b'{"data": [{"trace_id": "t", "cost": NaN}]}'
    assert [document_of(piece) for piece, _ in _span_pages.rows(memoryview(text), "")] == [
        {"trace_id": "t", "cost": None}
    ]


def test_the_first_rows_of_a_head_are_found_once() -> None:
    head = json.dumps({"data": [ROW] * 9}).encode()[:-9]
    first = _span_pages.first_rows(head)
    assert first == (ROW,) * 8
    assert _span_pages.first_rows(head) is first
    assert _span_pages.first_rows(b"no JSON") == ()
