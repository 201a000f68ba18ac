"""What is seen of a file before its format is known."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from replaydbg import limits
from replaydbg.core.message import Json
from replaydbg.readers import _head, _registry
from tests.support.readings import document
from tests.support.strategies import json_values

SIZE = limits.SNIFF_BYTES_MAX
TEXTS = {
    "letters": "a long prompt ",
    "quotes": '{"a": "b\\n"} ',
    "several bytes": "über 提示 🙂",
    "signs": ": , } ",
}


def of(content: bytes) -> bytes:
    return _head.of(memoryview(content))


@pytest.mark.parametrize("escaped", [True, False])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_behind_a_long_text_is_more_to_be_seen(text: str, escaped: bool) -> None:
    long = text * (2 * SIZE // len(text))
    content = json.dumps({"a": 1, "b": ["x" + long, long + "\\"], "c": "d"}, ensure_ascii=escaped).encode()
    seen = json.loads(of(content))
    assert (seen["a"], seen["c"]) == (1, "d")
    assert all(whole.startswith(cut) for cut, whole in zip(seen["b"], ("x" + long, long), strict=True))
    assert all(200 < len(cut) < 260 for cut in seen["b"])


def test_it_stays_within_its_bound() -> None:
    many = json.dumps([{"content": "x" * 3 * SIZE}] * 8 + ["y" * 100] * 2000).encode()
    assert len(of(many)) == SIZE
    assert of(many).count(b"content") == 8


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"plain text " * SIZE,
        b'{"a": [' + b"0.5, " * SIZE,
        b'{"a": "' + b"x" * 2 * limits.LONG_TEXTS_BYTES_MAX + b'", "b": 1}',
        b'{"a": "' + b"x" * 2 * SIZE,
        b"[" + b'{"key": "short"},' * SIZE,
    ],
    ids=["small", "no JSON", "numbers", "endless", "cut off", "nothing long"],
)
def test_others_are_their_first_bytes(content: bytes) -> None:
    assert of(content) == content[:SIZE]


def test_a_byte_order_mark_is_none_of_them() -> None:
    assert of(b"\xef\xbb\xbf{}") == b"{}"
    content = b'\xef\xbb\xbf{"a": "' + b"x" * 2 * SIZE + b'", "b": 1}'
    assert json.loads(of(content))["b"] == 1


LONG = "word " * SIZE
GENAI = [
    {"kind": "request", "parts": [{"content": LONG, "part_kind": "user-prompt"}]},
    {"kind": "response", "parts": [{"content": "ok", "part_kind": "text"}]},
]
FILES: dict[str, Any] = {
    "chat-log": [{"role": "system", "content": LONG}, {"role": "assistant", "content": "ok"}],
    "pydantic-ai": [{key: each[key] for key in ("parts", "kind")} for each in GENAI],
    "google-adk": {
        "id": "s", "appName": "a", "userId": "u", "state": {"text": LONG},
        "events": [{"id": "e", "author": "a", "invocationId": "i", "content": {"parts": [{"text": "ok"}]}}],
    },
    "claude-code": {
        "message": {"role": "assistant", "id": "m", "content": [{"type": "text", "text": LONG}]},
        "type": "assistant", "uuid": "u", "parentUuid": None, "sessionId": "s", "timestamp": "2026-01-01T00:00:00Z",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_format_is_known_whatever_stands_in_front(name: str) -> None:
    *_, reading = _registry.read(document(json.dumps(FILES[name])), fallback=False)
    (trace,) = reading.traces
    assert (trace.source.format, len(trace)) == (name, 1)


LARGE = [{"role": "user", "content": f"word {number} " * 12} for number in range(1200)]
TOLD_LATE = {
    "an object": {"context": {"history": LARGE}, "id": "1", "events": [{"a": 1}], "z": 2},
    "an array": {"ticks": LARGE, "timestamp": "now", "simulation": {"b": [1]}},
    "flat": {"environment": {f"VARIABLE_{number}": "value" * 9 for number in range(3000)}, "z": 2},
    "numbers": {"embedding": [number / 7 for number in range(9000)], "z": {"y": 1}},
    "in a wrapper": {"data": {"input": {"messages": LARGE}, "observations": [{"id": 1}]}, "meta": {}},
}


@pytest.mark.parametrize("in_array", [False, True])
@pytest.mark.parametrize("value", TOLD_LATE.values(), ids=TOLD_LATE)
def test_what_stands_behind_large_objects_is_seen_by_who_looks_further(value: Json, in_array: bool) -> None:
    content = b"\n" + json.dumps([value, value] if in_array else value).encode()
    assert len(content) > SIZE
    seen = json.loads(_head.outlined(memoryview(content)))
    for record in seen if in_array else [seen]:
        assert list(record) == list(value)
        assert record["data"].keys() == value["data"].keys() if "data" in value else True


@given(json_values)
def test_an_outline_is_what_was_written_where_nothing_is_large(value: Json) -> None:
    content = json.dumps([value]).encode()
    assume(len(content) < 2000)
    assert _head.outlined(memoryview(content)) == content


@given(st.lists(json_values, min_size=1, max_size=4))
def test_an_outline_is_json_whose_records_have_all_their_keys(parts: list[Json]) -> None:
    record = {f'key {at} }}"': [part] * 600 for at, part in enumerate(parts)}
    content = json.dumps(record).encode()
    assume(len(content) < limits.LONG_TEXTS_BYTES_MAX)
    assert list(json.loads(_head.outlined(memoryview(content)))) == list(record)


def test_quotes_in_a_text_that_does_not_end_are_no_beginnings() -> None:
    rest = b'"' + b'\\"' * 20_000
    assert _head._MARK.findall(b'{"a": ' + rest) == [b"{", b'"a"', rest]
    assert _head.outlined(memoryview(b'{"a": ' + rest)).startswith(b'{"a": "\\"')


BEHIND: dict[str, Any] = {
    "google-adk": {"state": {"history": LARGE}} | FILES["google-adk"] | {"state": {"history": LARGE}},
    "mlflow": {
        "info": {"trace_metadata": {"asked": LARGE}, "trace_id": "tr-1", "state": "OK"},
        "data": {"spans": [{"name": "a", "context": {"span_id": "0x1"}, "attributes": {"mlflow.spanType": '"AGENT"'}}]},
    },
    "openai-run-state": {
        "context": {"context": LARGE}, "$schemaVersion": "1.10", "current_agent": {"name": "a"}, "original_input": "find x",
        "generated_items": [], "model_responses": [{"output": [{"type": "message", "role": "assistant", "content": []}]}],
    },
}  # fmt: skip


@pytest.mark.parametrize("name", BEHIND)
def test_a_format_is_known_by_what_stands_behind_large_objects(name: str) -> None:
    *_, reading = _registry.read(document(json.dumps(BEHIND[name])), fallback=False)
    (trace,) = reading.traces
    assert (trace.source.format, len(trace)) == (name, 1)
