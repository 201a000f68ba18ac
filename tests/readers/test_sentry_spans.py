"""Sentry's spans, as old and new SDKs write them."""

from __future__ import annotations

import json

from replaydbg.readers import _sentry_spans
from tests.support.stores import SPANS, TRACE, sentry, sentry_event

OLD = {
    "gen_ai.request.messages": json.dumps([{"role": "user", "content": "Hi"}]),
    "gen_ai.response.text": json.dumps(["Hello", "again"]),
    "gen_ai.response.tool_calls": json.dumps([{"id": "c", "function": {"name": "f", "arguments": "{}"}}]),
    "gen_ai.tool.output": "done",
}


def test_an_event_is_a_span_with_spans() -> None:
    event = sentry_event(*map(sentry, SPANS))
    found = list(_sentry_spans.spans_of(event))
    assert _sentry_spans.is_event(event)
    assert [span.id for span in SPANS] == [span["span_id"] for span in found]
    assert {TRACE} == {span["trace_id"] for span in found}


def test_its_pages_keep_spans_among_the_entries() -> None:
    event = sentry_event(*map(sentry, SPANS))
    times = {"startTimestamp": event.pop("start_timestamp"), "endTimestamp": event.pop("timestamp")}
    paged = {
        **event,
        **times,
        "entries": [{"type": "breadcrumbs"}, {"type": "spans", "data": event.pop("spans")}],
    }
    paged.pop("spans", None)
    first, *rest = map(_sentry_spans.told, _sentry_spans.spans_of(paged))
    assert (SPANS[0].start_ns, SPANS[0].start_ns + SPANS[0].took_ns) == (
        first["startTimeUnixNano"],
        first["endTimeUnixNano"],
    )
    assert len(rest) == len(SPANS) - 1


def test_old_attributes_have_new_names() -> None:
    found = _sentry_spans.told(sentry(SPANS[0]._replace(attributes=OLD)))["attributes"]
    assert OLD["gen_ai.request.messages"] == found["gen_ai.input.messages"]
    assert (found["gen_ai.operation.name"], found["gen_ai.tool.call.result"]) == ("chat", "done")
    parts = found["gen_ai.output.messages"][0]["parts"]
    assert [(part["type"], part["content"]) for part in parts[:2]] == [("text", "Hello"), ("text", "again")]
    assert parts[2] == {"type": "tool_call", "id": "c", "name": "f", "arguments": "{}"}


def test_what_is_said_in_new_words_stays() -> None:
    found = _sentry_spans.told(sentry(SPANS[1], **OLD))["attributes"]
    assert SPANS[1].attributes["gen_ai.input.messages"] == found["gen_ai.input.messages"]
    assert SPANS[1].attributes["gen_ai.output.messages"] == found["gen_ai.output.messages"]


def test_attributes_with_their_types() -> None:
    span = {"trace_id": "t", "span_id": "s", "start_timestamp": 1.7e9, "end_timestamp": 1.7e9 + 1, "name": "n",
            "attributes": {"gen_ai.request.model": {"type": "string", "value": "m"}}}  # fmt: skip
    found = _sentry_spans.told(span)
    assert (found["attributes"], found["name"]) == ({"gen_ai.request.model": "m"}, "n")
    assert found["endTimeUnixNano"] - found["startTimeUnixNano"] == 10**9
