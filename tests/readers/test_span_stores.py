"""How stores spell the fields of a span."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers import _span_stores

IDS = {"traceID": "t", "spanID": "s", "operationName": "o"}


def told(row: dict[str, Any]) -> dict[str, Any]:
    store = _span_stores.of(row)
    assert store is not None
    return store.told(row)


def test_what_is_no_span_is_of_no_store() -> None:
    assert _span_stores.of({"id": "1", "traceId": "t", "type": "SPAN", "tags": []}) is None
    assert _span_stores.of({}) is None


def test_jaeger_follows_what_it_is_a_child_of() -> None:
    follows, child = {"refType": "FOLLOWS_FROM", "spanID": "f"}, {"refType": "CHILD_OF", "spanID": "c"}
    assert told({**IDS, "references": [follows, child]})["parentSpanId"] == "c"
    assert told({**IDS, "parentSpanID": "p"})["parentSpanId"] == "p"


def test_jaeger_in_elasticsearch_has_tags_without_dots() -> None:
    assert told({**IDS, "tag": {"gen_ai@request@model": "m"}})["attributes"] == {"gen_ai.request.model": "m"}


def test_jaeger_tells_events_as_logs() -> None:
    fields = [{"key": "event", "value": "exception"}, {"key": "exception.message", "value": "boom"}]
    assert told({**IDS, "logs": [{"fields": fields}]})["events"] == [
        {"name": "exception", "attributes": {"exception.message": "boom"}}
    ]


@pytest.mark.parametrize(
    ("value", "event"),
    [
        (
            '"exception": {"exception.message": "boom"}',
            {"name": "exception", "attributes": {"exception.message": "boom"}},
        ),
        ("cold start", {"name": "cold start", "attributes": {}}),
    ],
)
def test_zipkin_tells_events_as_notes(value: str, event: dict[str, Any]) -> None:
    row = {"traceId": "t", "id": "s", "localEndpoint": {}, "annotations": [{"value": value}]}
    assert [event] == told(row)["events"]


def test_a_time_that_is_none_is_not_recorded() -> None:
    assert told({**IDS, "startTime": "soon", "duration": 5})["endTimeUnixNano"] == 0
    assert told({**IDS, "startTime": 1e300})["startTimeUnixNano"] == 0


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        ({"error": "false"}, {"code": "UNSET", "message": ""}),
        ({"error": "true"}, {"code": "ERROR", "message": ""}),
        ({"error": "no such host"}, {"code": "ERROR", "message": "no such host"}),
    ],
)
def test_an_error_is_a_tag(tags: dict[str, str], status: dict[str, str]) -> None:
    assert status == told({"traceId": "t", "id": "s", "localEndpoint": {}, "tags": tags})["status"]


def test_elastic_labels_have_their_dots_again() -> None:
    row = {
        "@timestamp": "2026-01-01T00:00:00Z", "trace": {"id": "t"}, "span": {"id": "s", "name": "chat", "duration": {"us": 5}},
        "labels": {"gen_ai_request_model": "m", "my_label": 1}, "numeric_labels": {"gen_ai_usage_input_tokens": 3},
        "event": {"outcome": "failure"},
    }  # fmt: skip
    found = told(row)
    assert found["attributes"] == {"gen_ai.request.model": "m", "my_label": 1, "gen_ai.usage.input_tokens": 3}
    assert (found["endTimeUnixNano"] - found["startTimeUnixNano"], found["status"]["code"]) == (5000, "ERROR")


def test_datadog_counts_its_ids() -> None:
    row = {
        "trace_id": 7,
        "span_id": 8,
        "parent_id": 0,
        "resource": "r",
        "start": 1,
        "meta": {"a": "b"},
        "metrics": {"n": 1},
        "error": 1,
    }
    found = told(row)
    assert (
        *(found[key] for key in ("traceId", "spanId", "parentSpanId", "name", "attributes")),
        found["status"]["code"],
    ) == ("7", "8", None, "r", {"a": "b", "n": 1}, "ERROR")


def test_agentops_keeps_columns_of_clickhouse_under_names_of_its_own() -> None:
    row = {
        "trace_id": "t", "span_id": "s", "parent_span_id": "", "span_name": "n", "start_time": "2026-01-01T00:00:00Z",
        "end_time": "2026-01-01T00:00:01Z", "span_attributes": {"a": 1}, "status_code": "ERROR", "status_message": "boom",
        "event_names": ["exception"], "event_attributes": [{"exception.message": "boom"}],
    }  # fmt: skip
    found = told(row)
    assert (found["name"], found["attributes"], found["status"]) == (
        "n",
        {"a": 1},
        {"code": "ERROR", "message": "boom"},
    )
    assert found["endTimeUnixNano"] - found["startTimeUnixNano"] == 10**9
    assert found["events"] == [{"name": "exception", "attributes": {"exception.message": "boom"}}]


@pytest.mark.parametrize("key", ["span_type", "spanType"])
def test_rows_of_platforms_are_no_spans(key: str) -> None:
    row = {"trace_id": "t", "span_id": "s", "start_time": "x", "attributes": {}}
    assert _span_stores.of(row) is not None
    assert _span_stores.of({**row, key: "LLM"}) is None
    assert _span_stores.of({**row, "attributes": {"mlflow.spanType": "x"}}) is None
