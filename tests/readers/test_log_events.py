"""What log records say of a span is joined to it, wherever in the file the two stand."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import Json
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.readers import _registry, otlp
from replaydbg.readers._api import Document, NotThisFormat, Reading
from tests.support.corpora import document as of_corpus
from tests.support.corpora import each_of
from tests.support.otlp import document, logs, record, request, span
from tests.support.readings import walked

CHAT = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 5}
ASKED = record("gen_ai.user.message", {"content": "hi"}, 2)
SAID = record("gen_ai.choice", {"index": 0, "message": {"content": "yes"}}, 2)
SPANS = request(span(1, "agent"), span(2, "chat m", 1, CHAT))


def read(content: Any) -> Reading:
    return list(_registry.read(document(content), partial=True))[-1]


def lines(*requests: Json) -> bytes:
    return b"\n".join(map(orjson.dumps, requests)) + b"\n"


def texts(trace: Trace, row: int) -> tuple[str, str]:
    body = trace.step(row).body
    assert body.messages is not None
    assert body.output is not None
    return body.messages[-1].text, body.output.text


@pytest.mark.parametrize(
    "content",
    [
        lines(SPANS, logs(ASKED, SAID)),
        lines(logs(ASKED, SAID), SPANS),
        lines(logs(ASKED), SPANS, logs(SAID)),
        SPANS | logs(ASKED, SAID),
        logs(ASKED, SAID) | SPANS,
        [SPANS, logs(ASKED, SAID)],
        [logs(ASKED), SPANS, logs(SAID)],
        orjson.dumps(SPANS)[:-1] + b"," + orjson.dumps(logs(ASKED, SAID))[1:-1],
    ],
    ids=[
        "after",
        "before",
        "around",
        "one object",
        "one object, before",
        "array",
        "array, around",
        "cut off",
    ],
)
def test_in_one_file_with_the_spans(content: Any) -> None:
    reading = read(content)
    (only,) = reading.traces
    assert [only.kind(row) for row in range(len(only))] == [Kind.OPAQUE, Kind.MODEL_CALL]
    assert texts(only, 1) == ("hi", "yes")
    assert list(only.input_tokens) == [-1, 5]
    raw = only.step(1).body.raw
    assert isinstance(raw, dict)
    assert len(raw["logRecords"]) == 2
    assert reading.notices == ()


@pytest.mark.parametrize("before", [True, False])
def test_behind_and_before_very_many_spans(before: bool) -> None:
    many = request(
        span(1, "agent"), span(2, "chat m", 1, CHAT), *[span(n, "noise", 1) for n in range(3, 9000)]
    )
    both = [logs(ASKED, SAID), many]
    reading = read(both if before else both[::-1])
    (only,) = reading.traces
    assert len(only) == 8999
    assert texts(only, 1) == ("hi", "yes")


def test_what_span_and_record_both_say_is_the_spans() -> None:
    other = ASKED | {"attributes": [{"key": "gen_ai.usage.input_tokens", "value": {"intValue": "99"}}]}
    (only,) = read(lines(SPANS, logs(other))).traces
    assert only.step(1).body.usage.input_tokens == 5


def test_records_that_name_the_span_around_the_call() -> None:
    around = [each | {"spanId": f"{1:016x}"} for each in (ASKED, SAID)]
    (only,) = read(lines(SPANS, logs(*around))).traces
    assert texts(only, 1) == ("hi", "yes")
    two = request(span(1, "agent"), span(2, "chat m", 1, CHAT), span(3, "chat m", 1, CHAT))
    (only,) = read(lines(two, logs(*around))).traces
    assert [only.step(row).body.messages for row in (1, 2)] == [None, None], "nobody knows whose they are"


def test_a_call_whose_span_is_missing_is_told() -> None:
    stranger = record("gen_ai.user.message", {"content": "hi"}, 77)
    reading = read(lines(SPANS, logs(ASKED, stranger)))
    assert [only.kind(row) for only in reading.traces for row in range(len(only))].count(Kind.MODEL_CALL) == 2
    assert "1 model call is known by log records only" in reading.notices[-1].message


def test_a_damaged_record_is_told_and_the_others_are_kept() -> None:
    text = orjson.dumps(logs(ASKED, SAID, record("gen_ai.user.message", {"content": "x"}, 3)))
    reading = read(lines(SPANS) + text.replace(b'"index"', b'"index', 1))
    (only,) = reading.traces
    body = only.step(1).body
    assert body.messages is not None
    assert body.output is None
    assert any("damaged log record" in notice.message for notice in reading.notices)


def test_a_prompt_that_speaks_of_log_records_is_a_prompt() -> None:
    prompt = '{"logRecords": [{"eventName": "gen_ai.choice"}]}'
    (only,) = read(request(span(1, "chat", 0, CHAT | {"gen_ai.prompt": prompt}))).traces
    assert len(only) == 1


WHOLE = lines(SPANS, logs(ASKED, SAID, record("gen_ai.tool.message", {"id": "c", "content": [1]}, 9)))


@given(
    st.integers(0, len(WHOLE)),
    st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=4),
)
def test_damage_never_raises(cut: int, flips: list[tuple[int, int]]) -> None:
    raw = bytearray(WHOLE)
    for at, byte in flips:
        raw[at] = byte
    with suppress(NotThisFormat):
        for reading in otlp.READER.read(document(bytes(raw[:cut])), True):
            walked(reading)


@pytest.mark.parametrize(
    "body", [17, {"id": {}, "name": [], "content": {}, "tool_calls": 5}, {"message": [], "index": "x"}]
)
@pytest.mark.parametrize("name", ["gen_ai.tool.message", "gen_ai.choice", "gen_ai.user.message"])
def test_events_of_any_shape_are_read(name: str, body: Json) -> None:
    walked(read(lines(SPANS, logs(record(name, body, 2)))))


@each_of("otlp_openllmetry", "otlp_openllmetry_legacy", pattern="*_with_content.otlp-logs.json")
def test_recorded_logs_are_joined_to_their_recorded_spans(path: Path) -> None:
    beside = path.with_name(path.name.replace("otlp-logs", "otlp"))
    alone = {step.id: step for each in _read(of_corpus(path)).traces for step in each.steps()}
    both = lines(*[orjson.loads(each.read_bytes()) for each in (beside, path)])
    reading = _read(document(both))
    spans = _read(of_corpus(beside))
    assert [list(each.ids) for each in reading.traces] == [list(each.ids) for each in spans.traces]
    found = [each.step(row) for each in reading.traces for row in each.rows(Kind.MODEL_CALL)]
    told = [(step.body.messages, step.body.output) for step in found]
    assert all((step.body.messages, step.body.output) in told for step in alone.values())


def _read(given: Document) -> Reading:
    return list(_registry.read(given))[-1]
