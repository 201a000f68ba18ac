"""Files of Claude Code that are one JSON document."""

from __future__ import annotations

import json

import pytest

from replaydbg.readers import _registry, claude_code, claude_stream
from replaydbg.readers._claude_whole import in_lines, is_whole
from tests.support.readings import document, opened, outline

SESSION = [
    {"type": "user", "sessionId": "s", "uuid": "a", "parentUuid": None, "timestamp": "2026-02-03T10:00:00Z", "message": {"role": "user", "content": "hi"}},
    {"type": "assistant", "sessionId": "s", "uuid": "b", "parentUuid": "a", "timestamp": "2026-02-03T10:00:02Z",
     "message": {"id": "m", "model": "big", "role": "assistant", "content": [{"type": "text", "text": "yo"}], "usage": {"input_tokens": 1, "output_tokens": 1}}},
]  # fmt: skip
RESULT = {
    "type": "result",
    "subtype": "success",
    "is_error": False,
    "result": "hi",
    "session_id": "s",
    "total_cost_usd": 0.01,
}


@pytest.mark.parametrize("indent", [None, 1])
def test_a_session_as_an_array(indent: int | None) -> None:
    data = json.dumps(SESSION, indent=indent).encode()
    assert _registry.choose(document(data)).reader is claude_code.READER
    reading = opened(claude_code.READER, data)
    assert (outline(reading.traces[0]), reading.notices) == (["model-call chat big"], ())


def test_a_torn_array_tells_where() -> None:
    reading = opened(claude_code.READER, json.dumps(SESSION).encode()[:-3])
    assert outline(reading.traces[0]) == ["model-call chat big"]
    assert reading.notices != ()


@pytest.mark.parametrize("indent", [None, 2])
def test_a_result_alone_says_what_would_tell_more(indent: int | None) -> None:
    reading = opened(claude_stream.READER, json.dumps(RESULT, indent=indent).encode())
    assert outline(reading.traces[0]) == ["opaque result: success"]
    assert ["stream-json" in notice.message for notice in reading.notices] == [True]


def test_lines_stay_as_they_are() -> None:
    lines = document(b'{"a": 1}\n{"a": 2}\n')
    assert in_lines(lines, []) is lines
    assert [is_whole(head) for head in (b"[\n1]", b"{\n", b'{"a"', b"")] == [True, True, False, False]
