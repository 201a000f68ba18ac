"""Handles find their spans again, in whatever way the spans were decoded."""

from __future__ import annotations

import orjson
import pytest

from replaydbg.readers import _otlp_envelope
from replaydbg.readers._otlp_shapes import CAMEL, SNAKE, Chunk, Spans, spans_of
from tests.support.otlp import read, request, span

SPANS = [span(n, f"s{n}", max(0, n - 1), {"n": n, "text": "x" * 50}, kind=2) for n in range(1, 400)]


def test_spans_of_every_part_of_a_request_with_their_path() -> None:
    content = orjson.dumps([request(SPANS[0]), {"data": [SPANS[1]]}, request(SPANS[2], SPANS[3])])
    found = [("/".join(map(str, path)), bytes(text)) for path, text in spans_of(CAMEL.views.decode(content))]
    assert [path for path, _ in found] == [
        "0/resourceSpans/0/scopeSpans/0/spans/0",
        "1/data/0",
        "2/resourceSpans/0/scopeSpans/0/spans/0",
        "2/resourceSpans/0/scopeSpans/0/spans/1",
    ]
    assert [orjson.loads(text) for _, text in found] == SPANS[:4]


def test_a_chunk_finds_its_spans() -> None:
    whole = Chunk(CAMEL, memoryview(orjson.dumps(request(*SPANS[:3]))), bare=False)
    bare = Chunk(CAMEL, memoryview(b",".join(map(orjson.dumps, SPANS[:3]))), bare=True)
    for chunk in (whole, bare):
        assert [orjson.loads(text) for text in chunk.texts()] == SPANS[:3]


def test_every_handle_gives_the_same_span() -> None:
    text = orjson.dumps(SPANS[0])
    bare = Chunk(CAMEL, memoryview(text), bare=True)
    whole = Chunk(CAMEL, memoryview(orjson.dumps(request(SPANS[0]))), bare=False)
    span_of = Spans(CAMEL)
    for handle in (SPANS[0], memoryview(text), (whole, 0), (bare, 0), (bare, 0)):
        found = span_of(handle)
        assert found.document == SPANS[0]
        assert dict(found.attributes) == {"n": 1, "text": "x" * 50}


def test_keys_in_the_other_case() -> None:
    (_, found), *_ = spans_of(
        SNAKE.seen.decode(b'{"resource_spans":[{"scope_spans":[{"spans":[{"span_id":"x"}]}]}]}')
    )
    assert found.spanId == "x"


@pytest.mark.parametrize("request_bytes_max", [0, 1 << 20])
@pytest.mark.parametrize("window_bytes", [300, 5_000, 256 << 10])
@pytest.mark.parametrize(
    "content",
    [
        orjson.dumps(request(*SPANS)),
        orjson.dumps(request(*SPANS), option=orjson.OPT_INDENT_2),
        orjson.dumps([request(*SPANS[:100]), request(*SPANS[100:101]), request(*SPANS[101:])]),
        b"\n".join(orjson.dumps(request(*SPANS[at : at + 50])) for at in range(0, 400, 50)),
    ],
    ids=["document", "indented", "array", "lines"],
)
def test_all_ways_through_a_document_come_to_the_same(
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    request_bytes_max: int,
    window_bytes: int,
) -> None:
    monkeypatch.setattr(_otlp_envelope, "_REQUEST_BYTES_MAX", request_bytes_max)
    monkeypatch.setattr(_otlp_envelope, "_WINDOW_BYTES", window_bytes)
    reading = read(content)
    (only,) = reading.traces
    assert reading.notices == ()
    assert [step.body.raw for step in only.steps()] == SPANS
    assert only.ids == [each["spanId"] for each in SPANS]


def test_links_that_look_like_spans_do_not_confuse_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_otlp_envelope, "_REQUEST_BYTES_MAX", 0)
    monkeypatch.setattr(_otlp_envelope, "_WINDOW_BYTES", 700)
    links = [{"traceId": "a" * 32, "spanId": "b" * 16}] * 4
    linked = [each | {"links": links} for each in SPANS[:30]]
    (only,) = read(request(*linked)).traces
    assert [step.body.raw for step in only.steps()] == linked


def test_damage_within_a_chunk_costs_its_span_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_otlp_envelope, "_REQUEST_BYTES_MAX", 0)
    monkeypatch.setattr(_otlp_envelope, "_WINDOW_BYTES", 2_000)
    content = orjson.dumps(request(*SPANS)).replace(b'"name":"s77"', b'"name":"s77')
    reading = read(content)
    ids = {id_ for each in reading.traces for id_ in each.ids}
    assert ids >= {each["spanId"] for each in SPANS if each["name"] != "s77"}
    assert reading.notices[0].pointer.startswith("byte ")


def test_the_end_of_an_array_is_no_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails when msgspec says in other words where an array ends: then large arrays of requests open slowly."""
    monkeypatch.setattr(_otlp_envelope, "_REQUEST_BYTES_MAX", 0)
    monkeypatch.setattr(_otlp_envelope, "_WINDOW_BYTES", 9_000)
    monkeypatch.setattr(_otlp_envelope._Reader, "_one_by_one", lambda *_: pytest.fail("one by one"))
    content = orjson.dumps([request(*SPANS[at : at + 7]) for at in range(0, 399, 7)])
    (only,) = read(content).traces
    assert [step.body.raw for step in only.steps()] == SPANS
