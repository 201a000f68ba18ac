"""OTLP's protobuf: frames that are walked by hand, messages that the package decodes."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.errors import UnreadableInput
from replaydbg.wire import otlp
from tests.support.otlp import logs, record, request, span
from tests.support.protobuf import message, protobuf

VALUES = {
    "text": "x",
    "whole": 17,
    "part": 0.5,
    "yes": True,
    "none": None,
    "list": ["a", 1],
    "map": {"k": [1]},
}
SPAN = span(1, "a", 2, VALUES, status={"code": 2, "message": "no"}, events=[{"name": "e", "timeUnixNano": "5"}],
            links=[{"traceId": "ab" * 16, "spanId": "cd" * 8}])  # fmt: skip


def test_a_span_is_the_document_that_it_was() -> None:
    (found,) = message(request(SPAN)).resource_spans[0].scope_spans[0].spans
    assert otlp.document(found) == SPAN


def test_a_log_record_is_the_document_that_it_was() -> None:
    (found,) = (
        message(logs(record("gen_ai.choice", {"spanId": "no id"}))).resource_logs[0].scope_logs[0].log_records
    )
    assert otlp.document(found) == record("gen_ai.choice", {"spanId": "no id"})


def test_values() -> None:
    (found,) = message(request(SPAN)).resource_spans[0].scope_spans[0].spans
    assert {pair.key: otlp.any_value(pair.value) for pair in found.attributes} == VALUES


def test_parts_of_a_message_are_its_fields() -> None:
    raw = memoryview(protobuf(request(SPAN, SPAN)))
    ((number, start, end),) = otlp.parts(raw, 0, len(raw))
    assert (number, end) == (1, len(raw))
    scopes = [part for part in otlp.parts(raw, start, end) if part[0] == 2]
    spans = [part for scope in scopes for part in otlp.parts(raw, *scope[1:]) if part[0] == 2]
    assert len(spans) == 2
    assert otlp.document(otlp.decoded("Span", raw[spans[0][1] : spans[0][2]])) == SPAN


@given(st.binary(max_size=40))
def test_parts_end_or_say_where_the_damage_is(raw: bytes) -> None:
    try:
        for _, start, end in otlp.parts(memoryview(raw), 0, len(raw)):
            assert 0 < start <= end <= len(raw)
    except otlp.Damaged as damage:
        offset = damage.offset
    else:
        offset = len(raw)
    assert 0 <= offset <= len(raw)


def test_what_is_no_message_is_a_value_error() -> None:
    pytest.importorskip("google.protobuf")
    with pytest.raises(ValueError, match=r".+"):
        otlp.decoded("Span", b"\xff\xff")


def test_without_the_package_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    otlp.message.cache_clear()
    monkeypatch.setitem(sys.modules, "opentelemetry.proto.trace.v1.trace_pb2", None)
    with pytest.raises(UnreadableInput) as problem:
        otlp.message("Span")
    assert "opentelemetry-proto" in problem.value.message
    assert "replaydbg[otlp]" in problem.value.hint
    assert not otlp.is_available()
    monkeypatch.undo()
    otlp.message.cache_clear()
