"""OTLP protobuf: the same steps as the same request in JSON, in every framing, whole or damaged."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from replaydbg.core.message import Json
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.errors import UnreadableInput
from replaydbg.readers import _registry, otlp_protobuf
from replaydbg.readers._api import NotThisFormat
from replaydbg.wire import otlp
from tests.support.corpora import document as of_corpus
from tests.support.corpora import each_of
from tests.support.otlp import document, logs, record, request, span
from tests.support.protobuf import delimited, prefixed, protobuf

pytest.importorskip("google.protobuf")
CHAT = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 5}
FIRST = request(span(1, "agent"), span(2, "chat m", 1, CHAT, status={"code": 2, "message": "no"}))
SECOND = request(span(3, "later", 1))


def read(raw: bytes, *, partial: bool = False) -> Any:
    return list(_registry.read(document(raw), partial=partial))[-1]


def told(traces: tuple[Trace, ...]) -> list[Any]:
    """Everything that steps say; what their format wrote is in another spelling."""
    parts = ("messages", "output", "tools", "params", "call", "has_result", "result", "input", "output_value", "error",
             "usage", "response_model", "provider")  # fmt: skip
    return [
        (trace.id, step.id, step.parent_id, step.kind, step.name, step.agent, step.model, step.started_ns, step.ended_ns,
         step.status, step.cost_usd, *(getattr(step.body, part) for part in parts))
        for trace in traces
        for step in trace.steps()
    ]  # fmt: skip


def test_one_request() -> None:
    reading = read(protobuf(FIRST))
    assert reading.traces[0].source.format == "otlp-protobuf"
    assert told(reading.traces) == told(read(orjson.dumps(FIRST)).traces)
    assert list(reading.traces[0].input_tokens) == [-1, 5]
    assert reading.notices == ()


@pytest.mark.parametrize("framed", [delimited, prefixed])
def test_many_requests_with_their_length_before_each(framed: Any) -> None:
    reading = read(
        framed(
            protobuf(FIRST),
            protobuf(SECOND),
            b"",
            protobuf(logs(record("gen_ai.choice", {"message": "yes"}, 2))),
        )
    )
    (only,) = reading.traces
    assert len(only) == 3
    reply = only.step(1).body.output
    assert reply is not None
    assert reply.text == "yes", "logs are joined"
    assert reading.notices == ()


@pytest.mark.parametrize("framed", [delimited, prefixed])
def test_a_file_that_was_cut_off_keeps_what_is_whole(framed: Any) -> None:
    raw = framed(protobuf(FIRST), protobuf(request(span(3, "whole"), span(4, "cut"))))
    reading = read(raw[:-20])
    assert [step.name for step in reading.traces[0].steps()][:3] == ["agent", "chat m", "whole"]
    assert reading.notices


def test_one_request_that_was_cut_off() -> None:
    reading = read(protobuf(FIRST)[:-20])
    assert reading.traces[0].ids[0] == f"{1:016x}"
    assert "cut off or damaged" in " ".join(notice.message for notice in reading.notices)


def test_ids_of_ours_are_kept() -> None:
    ours = {"replaydbg.step.id": "s1", "replaydbg.trace.id": "t", "replaydbg.kind": "handoff"}
    (only,) = read(protobuf(request(span(1, "x", 0, ours)))).traces
    assert (only.id, only.ids, only.kind(0)) == ("t", ["s1"], Kind.HANDOFF)


def test_first_rows_come_early() -> None:
    raw = delimited(*[protobuf(request(span(n, "x" * 2000))) for n in range(1, 400)])
    first, *_, last = _registry.read(document(raw), partial=True)
    assert not first.complete
    assert 0 < len(first.traces[0]) < len(last.traces[0]) == 399


def test_metrics_are_another_format() -> None:
    metrics = b"\x0a\x06\x12\x04\x12\x02\x08\x01"
    with pytest.raises(NotThisFormat):
        list(otlp_protobuf.READER.read(document(metrics), False))


@pytest.mark.parametrize(
    "raw", [b"\x0a", b"\x00" * 50, b"\x7fELF\x00\x00\x00\x01", b"\x0a\x7b{}\x00", b"\n{}\x00"]
)
def test_other_binary_files_are_not_taken_for_it(raw: bytes) -> None:
    assert otlp_protobuf.READER.sniff(document(raw)) == 0


def test_without_the_package_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = protobuf(FIRST)
    otlp.message.cache_clear()
    monkeypatch.setitem(sys.modules, "opentelemetry.proto.trace.v1.trace_pb2", None)
    with pytest.raises(UnreadableInput, match="opentelemetry-proto"):
        read(raw)
    monkeypatch.undo()
    otlp.message.cache_clear()


WHOLE = delimited(
    protobuf(FIRST), protobuf(logs(record("gen_ai.choice", {"message": "yes"}, 2))), protobuf(SECOND)
)


@each_of("otlp_openllmetry", "otlp_openllmetry_legacy", "otlp_pydantic_ai", pattern="*.otlp.json")
def test_recorded_runs_are_the_same_in_both_encodings(path: Path) -> None:
    requests: Json = orjson.loads(path.read_bytes())
    raw = delimited(*[protobuf(each) for each in (requests if isinstance(requests, list) else [requests])])
    expected = told(list(_registry.read(of_corpus(path)))[-1].traces)
    assert told(read(raw).traces) == expected


SAMPLES = [WHOLE]
