"""OTLP in every envelope, damaged or whole."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replaydbg.actions.check import check_trace
from replaydbg.core.message import Json
from replaydbg.core.step import Kind, Status
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.readers import _otlp_envelope, otlp
from replaydbg.readers._api import NotThisFormat, Reading
from tests.support.corpora import corpus
from tests.support.otlp import TRACE, any_value, document, read, request, span, trace
from tests.support.readings import only_tell_how_far

CHAT = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 7}
SPANS = [span(3, "c", 2, CHAT), span(2, "b", 1, {"openinference.span.kind": "TOOL"}), span(1, "a")]
"""Written as exporters do: children before their parents."""


def snake(value: Json) -> Json:
    if isinstance(value, dict):
        return {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower(): snake(item) for key, item in value.items()}
    return [snake(item) for item in value] if isinstance(value, list) else value


def protobuf(value: dict[str, Any]) -> Json:
    def coded(id_: str) -> str:
        return base64.b64encode(bytes.fromhex(id_)).decode()

    ids = {key: coded(value[key]) for key in ("traceId", "spanId", "parentSpanId") if key in value}
    return value | ids | {"kind": "SPAN_KIND_INTERNAL", "status": {"code": "STATUS_CODE_ERROR"}}


def rows(reading: Reading) -> list[tuple[str, str, int, Kind]]:
    (only,) = reading.traces
    return [(only.id, only.ids[row], only.depths[row], only.kind(row)) for row in range(len(only))]


EXPECTED = [
    (TRACE, f"{1:016x}", 0, Kind.OPAQUE),
    (TRACE, f"{2:016x}", 1, Kind.TOOL_EXECUTION),
    (TRACE, f"{3:016x}", 2, Kind.MODEL_CALL),
]


@pytest.mark.parametrize(
    "content",
    [
        orjson.dumps(request(*SPANS)),
        b"\xef\xbb\xbf" + orjson.dumps(request(*SPANS), option=orjson.OPT_INDENT_2),
        orjson.dumps([request(item) for item in SPANS]),
        b"\n".join(orjson.dumps(request(item)) for item in SPANS),
        b"\r\n\r\n".join(orjson.dumps(request(item)) for item in SPANS) + b"\r\n",
        b"\n".join(orjson.dumps(request(item), option=orjson.OPT_INDENT_2) for item in SPANS),
        orjson.dumps(snake(request(*SPANS))),
        orjson.dumps(request(*map(protobuf, SPANS))),
        orjson.dumps({"batches": request(*SPANS)["resourceSpans"]}),
        orjson.dumps({"trace": request(*SPANS), "metrics": {}}),
        orjson.dumps({"result": request(*SPANS)}),
        orjson.dumps({"data": snake(SPANS), "next_cursor": None}),
        orjson.dumps(request(*SPANS)).replace(b'"scopeSpans"', b'"instrumentationLibrarySpans"'),
    ],
    ids=[
        "object",
        "indented",
        "array",
        "lines",
        "crlf",
        "pressed",
        "snake",
        "protobuf",
        "tempo",
        "tempo 2",
        "jaeger 3",
        "phoenix",
        "old",
    ],
)
def test_envelopes(content: bytes) -> None:
    reading = read(content)
    assert rows(reading) == EXPECTED
    assert reading.notices == ()
    assert reading.traces[0].input_tokens[2] == 7


def test_large_spans_are_read_the_same() -> None:
    attributes = CHAT | {
        "gen_ai.input.messages": json.dumps(
            [{"role": "user", "parts": [{"type": "text", "content": "x" * 60_000}]}]
        )
    }
    spans = [
        span(n, "chat", 0, attributes, kind=3, flags=257, status={"code": 2, "message": "m"}) for n in (1, 2)
    ]
    (large,) = read(request(*spans)).traces
    step = large.step(0)
    assert step.body.raw == spans[0]
    assert step.body.error == "m"
    assert step.body.messages is not None
    assert len(step.body.messages[0].text) == 60_000


def test_raw_is_the_span_as_written() -> None:
    only = span(1, "a", 0, {"x": [1, None, {"y": 2.5}]}, droppedAttributesCount=3)
    assert trace(only).step(0).body.raw == only


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("parentSpanId", None), ("parentSpanId", ""), ("parentSpanId", "0" * 16), ("status", None), ("status", {}),
        ("attributes", None), ("attributes", []), ("startTimeUnixNano", 17), ("endTimeUnixNano", None),
        ("name", None), ("attributes", [{"key": "x"}]), ("attributes", [{"key": "x", "value": {}}]),
    ],
)  # fmt: skip
def test_absent_fields(field: str, value: Json) -> None:
    reading = read(request(span(1) | {field: value}))
    assert len(reading.traces[0]) == 1
    assert reading.notices == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 5), ("spanId", 12), ("startTimeUnixNano", "soon"), ("startTimeUnixNano", 10**30),
        ("endTimeUnixNano", "9" * 5000), ("status", "OK"), ("status", 2), ("attributes", {"a": 1}),
        ("attributes", [3]), ("attributes", [{"key": 3, "value": 4}]), ("events", "none"), ("attributes", "x"),
        ("traceId", [1]), ("parentSpanId", {"a": 1}), ("status", {"code": [2]}), ("status", {"code": 77}),
        ("startTimeUnixNano", -5), ("startTimeUnixNano", 1.7e18), ("startTimeUnixNano", True),
    ],
)  # fmt: skip
def test_fields_of_another_type_cost_no_span(field: str, value: Json) -> None:
    reading = read(
        orjson.dumps(request(span(1) | {field: value}, span(2)), default=str, option=0)
        if not isinstance(value, int) or abs(value) < 2**63
        else json.dumps(request(span(1) | {field: value}, span(2))).encode()
    )
    steps = [step for found in reading.traces for step in found.steps()]
    assert len(steps) == 2
    assert all(step.body.raw is not None or step.body.error for step in steps)


def test_what_is_no_span_is_an_opaque_step_and_a_notice_with_its_pointer() -> None:
    reading = read(request(span(1), 17, span(2)))
    assert sum(map(len, reading.traces)) == 3
    assert [notice.pointer for notice in reading.notices] == ["/resourceSpans/0/scopeSpans/0/spans/1"]
    damaged = reading.traces[0].step(1)
    assert damaged.kind is Kind.OPAQUE
    assert "could not be read" in damaged.body.error


def test_nan_in_one_span_does_not_cost_the_others() -> None:
    content = orjson.dumps(request(span(1), span(2, "b", 0, {"x": 1.5}))).replace(b"1.5", b"NaN")
    reading = read(content)
    assert len(reading.traces[0]) == 2


def test_attribute_values_in_all_forms() -> None:
    value = {"t": "x", "b": True, "i": 2**60, "d": 0.5, "n": None, "l": [1, "a", None], "k": {"y": [{}]}}
    body = trace(span(1, "a", 0, {"v": value})).step(0).body
    assert body.attributes["v"] == value | {"k": {"y": [{}]}}  # type: ignore[attr-defined]


def test_an_empty_array_value_is_null() -> None:
    only = span(1) | {"attributes": [{"key": "x", "value": {"arrayValue": {}}}]}
    assert trace(only).step(0).body.attributes["x"] is None  # type: ignore[attr-defined]


def test_several_traces_in_one_file() -> None:
    reading = read(request(span(1), span(2) | {"traceId": "f" * 32}, span(3, "", 1)))
    assert [(each.id, len(each)) for each in reading.traces] == [(TRACE, 2), ("f" * 32, 1)]


def test_orphans_are_roots_and_told() -> None:
    reading = read(request(span(1), span(2, "", 99)))
    assert list(reading.traces[0].parents) == [-1, -1]
    assert f"{99:016x}" in reading.notices[0].message


def test_status_and_times() -> None:
    step = trace(span(1, status={"code": 2, "message": "boom"})).step(0)
    assert (step.status, step.body.error) == (Status.ERROR, "boom")
    assert step.started_ns == 1_700_000_000_000_000_001


def test_another_document_is_not_this_format() -> None:
    with pytest.raises(NotThisFormat):
        read({"messages": [{"role": "user"}]})


def test_first_rows_come_early_and_all_rows_in_the_end() -> None:
    spans = [span(n, f"s{n}", 0, {"text": "y" * 500}) for n in range(1, 2000)]
    whole = orjson.dumps(request(*spans))
    spaced = [whole.replace(b',{"traceId"', between + b'{"traceId"') for between in (b",\n", b" ,\r\n  ")]
    assert all(len(text) > len(whole) for text in spaced)
    for content in (whole, *spaced, b"\n".join(orjson.dumps(request(item)) for item in spans)):
        all_of_them = list(otlp.READER.read(document(content), True))
        assert only_tell_how_far([reading for reading in all_of_them[:-1] if not reading.traces])
        readings = [reading for reading in all_of_them if reading.traces]
        assert [reading.complete for reading in readings] == [False] * (len(readings) - 1) + [True]
        counts = [len(reading.traces[0]) for reading in readings]
        assert counts == sorted(counts)
        assert 10 < counts[0] < 1000
        assert counts[-1] == 1999
        assert all(0 < reading.fraction < 1 and not reading.notices for reading in readings[:-1])
        assert [reading.complete for reading in otlp.READER.read(document(content), False)] == [True]


def test_a_document_on_one_long_line_and_lines_that_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    many = {f"text {at}": "z" * 100 for at in range(1000)}
    long = [span(n, "s", 0, many) for n in (1, 2)]
    content = b"\n".join(orjson.dumps(request(item)) for item in long)
    assert b"\n" not in document(content).head
    assert len(read(content).traces[0]) == 2
    monkeypatch.setattr(_otlp_envelope, "_REQUEST_BYTES_MAX", 0)
    assert len(read(content).traces[0]) == 2


def whole_ids(content: bytes, until: int) -> set[str]:
    """Ids of the spans that end before `until`: found without the reader."""
    decoder = json.JSONDecoder()
    ids = set()
    text = content.decode("latin-1")
    for found in re.finditer(r'\{"traceId"', text):
        try:
            value, end = decoder.raw_decode(text, found.start())
        except ValueError:
            continue
        if end <= until:
            ids.add(value["spanId"])
    return ids


DAMAGED = orjson.dumps(request(*[span(n, f"s{n}", max(0, n - 1), CHAT) for n in range(1, 7)]))


def ids_of(reading: Reading) -> set[str]:
    return {id_ for each in reading.traces for id_ in each.ids}


@given(st.integers(0, len(DAMAGED)))
def test_cut_anywhere_every_whole_span_is_there(at: int) -> None:
    content = DAMAGED[:at]
    if b'"spans":[' not in content:
        return
    reading = read(content)
    assert whole_ids(content, at) <= ids_of(reading)
    decode_all(reading)
    if at < len(DAMAGED) - 60 and b'"spanId":"' in content and not content.endswith((b"}", b"[", b",")):
        assert reading.notices


@given(st.integers(0, len(DAMAGED) - 1), st.integers(0, 255))
def test_a_flipped_byte_costs_no_span_before_it(at: int, byte: int) -> None:
    content = DAMAGED[:at] + bytes([byte]) + DAMAGED[at + 1 :]
    try:
        reading = read(content)
    except NotThisFormat:
        assert at < DAMAGED.index(b'"spans"') + 10
        return
    if b'"spans":[' in content:
        assert whole_ids(DAMAGED, at) <= ids_of(reading)
    decode_all(reading)


def decode_all(reading: Reading) -> None:
    for each in reading.traces:
        for step in each.steps():
            touch(step.body)


def touch(body: Any) -> None:
    for name in (
        "messages",
        "output",
        "tools",
        "params",
        "call",
        "has_result",
        "result",
        "input",
        "output_value",
    ):
        getattr(body, name)
    assert isinstance(body.error + body.provider + body.response_model, str)
    assert body.usage is not None


@pytest.mark.parametrize("depth", [300, 5_000, 200_000])
def test_deep_nesting(depth: int) -> None:
    deep = b'{"arrayValue":{"values":[' * depth + b"]}}" * depth
    content = orjson.dumps(request(span(1), span(2, "b", 0, {"x": "HERE"}), span(3)))
    reading = read(content.replace(orjson.dumps(any_value("HERE")), deep))
    assert {f"{1:016x}", f"{3:016x}"} <= ids_of(reading)
    decode_all(reading)


def test_a_missing_quote_costs_one_span() -> None:
    content = DAMAGED.replace(b'"name":"s3"', b'"name":"s3')
    reading = read(content)
    assert len(ids_of(reading) & {f"{n:016x}" for n in (1, 2, 4, 5, 6)}) == 5
    assert sum(map(len, reading.traces)) == 6
    assert all(notice.pointer.startswith("byte ") for notice in reading.notices[:1])


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_damage_to_recorded_files_raises_nothing(data: st.DataObject) -> None:
    paths = [path for path in corpus("otlp_openinference") if path.stat().st_size < 40_000]
    if not paths:
        pytest.skip("the corpora are absent")
    content = bytearray(data.draw(st.sampled_from(paths)).read_bytes())
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        decode_all(read(cut))
    except NotThisFormat:
        assert b'"spans": [{' not in cut


def test_a_trace_is_kept_while_its_file_is_read(tmp_path: object) -> None:
    (first,) = read(request(*SPANS)).traces
    assert isinstance(first, Trace)
    assert first.source.format == "otlp"


def test_an_attribute_larger_than_any_window_costs_no_other_span() -> None:
    spans = [span(n, "s", 0, {"text": "x" * (3_000_000 if n == 50 else 2_000)}) for n in range(1, 200)]
    reading = read(request(*spans))
    (only,) = reading.traces
    assert reading.notices == ()
    assert only.ids == [each["spanId"] for each in spans]
    assert only.step(49).body.raw == spans[49]
    assert only.step(50).body.raw == spans[50]


def test_a_trace_five_thousand_levels_deep() -> None:
    agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "a"}
    spans = [span(n, f"s{n}", n - 1, agent) for n in range(1, 5_001)]
    reading = read(request(*reversed(spans)))
    (only,) = reading.traces
    assert reading.notices == ()
    assert list(only.depths) == list(range(5_000))
    assert only.subtree_ends[0] == 5_000
    assert check_trace(Facts(only)) == ()
