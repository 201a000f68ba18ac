"""Ids, times and statuses in every spelling."""

from __future__ import annotations

import pytest
from hypothesis import given

from replaydbg.core.columns import STATUS_NUMBER
from replaydbg.core.message import Json
from replaydbg.core.step import Status
from replaydbg.core.trace import Source
from replaydbg.readers import _span_fields
from replaydbg.readers._assembly import Assembly
from replaydbg.readers._span_fields import add_document, nanoseconds, span, span_id, status, trace_id
from tests.support import strategies


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("00f067aa0ba902b7", "00f067aa0ba902b7"),
        ("00F067AA0BA902B7", "00f067aa0ba902b7"),
        ("0x00f067aa0ba902b7", "00f067aa0ba902b7"),
        ("0xf067aa0ba902b7", "00f067aa0ba902b7"),
        ("APBnqgupArc=", "00f067aa0ba902b7"),
        ("0000000000000000", ""),
        ("AAAAAAAAAAA=", ""),
        ("", ""),
        (None, ""),
        ("anything else", "anything else"),
        ("###########=", "###########="),
        ("é##########=", "é##########="),
        ("x" * 41, "x" * 41),
        (17, "17"),
    ],
)
def test_span_ids(value: Json, expected: str) -> None:
    assert span_id(value) == expected


def test_trace_ids() -> None:
    assert trace_id("PHL1gt1FhyAgcA3641rvnQ==") == "3c72f582dd45872020700dfae35aef9d"
    assert trace_id("0x3c72f582dd45872020700dfae35aef9d") == "3c72f582dd45872020700dfae35aef9d"
    assert trace_id(None) == ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_700_000_000_000_000_001, 1_700_000_000_000_000_001),
        ("1700000000000000001", 1_700_000_000_000_000_001),
        ("2023-11-14T22:13:20Z", 1_700_000_000_000_000_000),
        ("2023-11-14T22:13:20.000000001Z", 1_700_000_000_000_000_001),
        ("2023-11-14T22:13:20.5", 1_700_000_000_500_000_000),
        ("2023-11-15T00:13:20.5+02:00", 1_700_000_000_500_000_000),
        ([1_700_000_000, 5], 1_700_000_000_000_000_005),
        (0, -1), ("0", -1), ("", -1), (None, -1), ("soon", -1), (-4, -1), (2**63, -1), ("9" * 30, -1), ([1], -1),
        ([1, None], -1), (True, -1), ({}, -1), ("²", -1),
    ],
)  # fmt: skip
def test_times(value: Json, expected: int) -> None:
    assert nanoseconds(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"code": 2}, Status.ERROR), ({"code": "STATUS_CODE_OK"}, Status.OK), ({"status_code": "ERROR"}, Status.ERROR),
        ("OK", Status.OK), ({"code": "2"}, Status.ERROR), ({}, Status.UNSET), (None, Status.UNSET),
        ({"code": 77}, Status.UNSET), ({"code": [1]}, Status.UNSET), ("²", Status.UNSET), (1, Status.OK),
    ],
)  # fmt: skip
def test_statuses(value: Json, expected: Status) -> None:
    assert status(value) == STATUS_NUMBER[expected]


def test_a_span_takes_its_message_events_and_kind_from_wherever_they_are() -> None:
    found = span(
        {
            "name": "n",
            "span_kind": "LLM",
            "status": {"description": "why"},
            "attributes": {"a": 1},
            "events": [{"name": "exception", "attributes": {"exception.type": "E"}}, 3, {}],
        }
    )
    assert (found.name, found.status_message) == ("n", "why")
    assert found.attributes["openinference.span.kind"] == "LLM"
    assert [event.name for event in found.events] == ["exception"]


@given(strategies.objects)
def test_any_object_is_a_span_or_is_none(document: dict[str, Json]) -> None:
    assembly = Assembly(Source("s", "f"), _span_fields.span)
    assert add_document(assembly, document, document) is bool(len(assembly))
    assert add_document(assembly, document | {"spanId": "x", "attributes": document}, document)
    assembly.reading()
