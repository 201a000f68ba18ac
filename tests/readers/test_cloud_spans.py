"""How X-Ray and Cloud Trace spell a span."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.step import Status
from replaydbg.readers import _cloud_spans, _registry
from tests.support import stores
from tests.support.readings import document

SEGMENT = {"id": "a" * 16, "trace_id": f"1-{'5' * 8}-{'6' * 24}", "start_time": 1.7e9, "name": "chat"}
SPAN = {
    "trace_id": "t",
    "spanId": "7",
    "startTime": "2026-01-01T00:00:00Z",
    "endTime": "2026-01-01T00:00:01Z",
}


def test_each_is_told_by_what_it_is_named() -> None:
    assert _cloud_spans.is_of_aws(SEGMENT)
    assert not _cloud_spans.is_of_aws({**SEGMENT, "trace_id": "5" * 32})
    assert _cloud_spans.is_of_google(SPAN)
    assert not _cloud_spans.is_of_google({**SPAN, "attributes": {}})


def test_subsegments_have_the_trace_and_the_parent_that_they_lie_in() -> None:
    nested = {**SEGMENT, "subsegments": [{"id": "b", "subsegments": [{"id": "c"}]}, {"id": "d"}, 7]}
    found = [(row.get("id"), row.get("parent_id")) for row in _cloud_spans.segments(nested)]
    assert found == [("a" * 16, None), ("b", "a" * 16), ("c", "b"), ("d", "a" * 16), (None, "a" * 16)]
    assert {row["trace_id"] for row in _cloud_spans.segments(nested)} == {SEGMENT["trace_id"]}


def test_a_thousand_levels_are_walked() -> None:
    deep: dict[str, Any] = {"id": "x"}
    for _ in range(1_000):
        deep = {"id": "x", "subsegments": [deep]}
    assert sum(1 for _ in _cloud_spans.segments({**SEGMENT, **deep})) == 1_001


@pytest.mark.parametrize("key", ["fault", "error", "throttle"])
def test_what_failed_is_an_error_with_its_words(key: str) -> None:
    told = _cloud_spans.told_of_aws({**SEGMENT, key: True, "cause": {"exceptions": [{"message": "boom"}]}})
    assert told["status"] == {"code": "ERROR", "message": "boom"}
    assert _cloud_spans.told_of_aws({**SEGMENT, key: True, "cause": "5d3a"})["status"]["message"] == ""
    assert _cloud_spans.told_of_aws({**SEGMENT, key: False})["status"] is None


def test_a_segment_in_progress_has_no_end() -> None:
    assert _cloud_spans.told_of_aws({**SEGMENT, "in_progress": True})["endTimeUnixNano"] == 0


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("255", "00000000000000ff"),
        (str((1 << 64) - 1), "f" * 16),
        ("0", None),
        ("9" * 30, None),
        (None, None),
        ("x", "x"),
    ],
)
def test_ids_of_google_are_numbers(written: Any, told: str | None) -> None:
    assert _cloud_spans.told_of_google({**SPAN, "parentSpanId": written})["parentSpanId"] == told


def test_an_agent_of_the_adk_in_cloud_trace() -> None:
    """Its exporter writes what was asked and answered as labels, in the words of the ADK."""
    labels = {
        "gen_ai.system": "gcp.vertex.agent", "gen_ai.request.model": "gemini-2.5-flash", "gen_ai.operation.name": "generate_content",
        "gcp.vertex.agent.llm_request": '{"contents": [{"role": "user", "parts": [{"text": "Rain in Oslo?"}]}]}',
        "gcp.vertex.agent.llm_response": '{"content": {"role": "model", "parts": [{"text": "Yes."}]}}',
        "gen_ai.usage.input_tokens": "20",
    }  # fmt: skip
    span = {
        "spanId": "7",
        "name": "call_llm",
        "startTime": SPAN["startTime"],
        "endTime": SPAN["endTime"],
        "labels": labels,
    }
    *_, reading = _registry.read(document({"projectId": "p", "traceId": stores.TRACE, "spans": [span]}))
    step = reading.traces[0].step(0)
    assert [message.text for message in step.body.messages or ()] == ["Rain in Oslo?"]
    assert step.body.output is not None
    assert (step.body.output.text, step.model, step.status) == ("Yes.", "gemini-2.5-flash", Status.UNSET)
    assert reading.traces[0].input_tokens[0] == 20
