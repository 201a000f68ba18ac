"""Handles find their spans again, in whatever way the spans were decoded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from replaydbg.readers import _otlp_envelope, _otlp_shapes, _span_fields
from replaydbg.readers._otlp_shapes import CAMEL, SNAKE, Chunk, Spans, spans_of, without
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
        assert [orjson.loads(text) for text, _ in chunk.texts()] == SPANS[:3]


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


def said(turns: int, *, extra: Callable[[int], dict[str, Any]] = lambda _: {}) -> list[dict[str, Any]]:
    """Spans of which each resends what the one before said, so that windows leave most of it out."""
    talk: list[dict[str, Any]] = [
        {"role": "system", "parts": [{"type": "text", "content": "You are — “an agent”. " * 80}]}
    ]
    made = []
    for turn in range(turns):
        talk.append({"role": "user", "parts": [{"type": "text", "content": f'say {turn} "}}]\n' * 9}]})
        document = span(
            turn + 1,
            "chat",
            0,
            {"gen_ai.operation.name": "chat", "gen_ai.input.messages": orjson.dumps(talk).decode()},
        )
        made.append(document | extra(turn))
    return made


def _with_event(turn: int) -> dict[str, Any]:
    attributes = [{"key": "gen_ai.input.messages", "value": {"stringValue": "[" + "{}," * 900 + f"{turn}]"}}]
    return {"events": [{"name": "e", "attributes": attributes}]}


def _with_link(turn: int) -> dict[str, Any]:
    attributes = [{"key": "gen_ai.input.messages", "value": {"stringValue": "[" + "{}," * 900 + f"{turn}]"}}]
    return {"links": [{"attributes": attributes}]}


@pytest.mark.parametrize("window_bytes", [1 << 10, 5_000, 64 << 10])
@pytest.mark.parametrize(
    "spans",
    [
        said(60), said(40, extra=_with_event), said(40, extra=_with_link),
        [one | {"attributes": [*one["attributes"], {"key": "input.value", "value": {"stringValue": "[" + '{"a":1},' * 400 + f"{at}]"}}]} for at, one in enumerate(said(40))],
    ],
    ids=["prompts", "prompts in events, too", "prompts in links, too", "two long values"],
)  # fmt: skip
def test_spans_are_whole_although_most_of_a_window_was_left_out(
    spans: list[dict[str, Any]], window_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_otlp_envelope, "_WINDOW_BYTES", window_bytes)
    monkeypatch.setattr(_otlp_envelope, "_REQUEST_BYTES_MAX", 1)
    run = read(orjson.dumps(request(*spans))).traces[0]
    handles = [handle for handle in run.handles if isinstance(handle, tuple)]
    assert any(chunk.gaps for chunk, _ in handles)
    span_of = Spans(CAMEL)
    for handle, document in zip(run.handles, spans, strict=True):
        found, plain = span_of(handle), _span_fields.span(document)
        assert found.document == document
        assert dict(found.attributes) == dict(plain.attributes)
        assert list(found.attributes) == list(plain.attributes)


def test_what_was_left_out_is_filled_in_and_not_decoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    spans = said(60)
    run = read(orjson.dumps(request(*spans))).traces[0]
    filled: list[bool] = []
    fill = _otlp_shapes._is_filled

    def told(*of: Any) -> bool:
        filled.append(fill(*of))
        return filled[-1]

    monkeypatch.setattr(_otlp_shapes, "_is_filled", told)
    span_of = Spans(CAMEL)
    for handle in run.handles:
        span_of(handle)
    assert len(filled) > 40
    assert all(filled)


def test_a_value_is_not_filled_with_what_another_one_left_out() -> None:
    """Only the link's was shortened, and both open alike."""
    own, its = "[1]", "[" + "{}," * 900 + "2]"
    document = span(1, "chat", 0, {"gen_ai.input.messages": own})
    document["links"] = [{"attributes": [{"key": "gen_ai.input.messages", "value": {"stringValue": its}}]}]
    text = memoryview(orjson.dumps(document))
    left = bytes(text).index(b"[{},")
    found = Spans(CAMEL)._undecoded(text, [(left, left + 1500)])
    assert dict(found.attributes) == {"gen_ai.input.messages": own}


def test_only_what_is_between_gaps_is_joined() -> None:
    text = memoryview(b"0123456789")
    assert bytes(without(text, ())) == bytes(text)
    assert without(text, [(1, 3), (5, 5), (8, 10)]) == b"034567"
