"""Arrays of what is a file of its own elsewhere."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import orjson
import pytest

from replaydbg.core.finding import Notice
from replaydbg.errors import UnreadableInput
from replaydbg.readers import _arrays, _registry, _strangers
from replaydbg.readers._api import Document, Reader, Reading
from tests.support import said
from tests.support.readings import document, lines
from tests.support.samples import SAMPLES

_ONE_OF_ALL = {"otlp-logs", "unknown-json"}
"""Of these two equal items are one: records of the same spans; and what nobody knows is nobody's."""
_ONE_OF_SESSION = {"chat-log", "langchain-messages", "langsmith"}
"""These put together what is of one session, or has one id."""


def read(content: Any, format_name: str | None = None) -> Reading:
    *_, reading = _registry.read(document(content), format_name, fallback=False)
    return reading


def steps(reading: Reading) -> int:
    return sum(map(len, reading.traces))


@pytest.mark.parametrize("name", sorted(SAMPLES.keys() - _ONE_OF_ALL))
def test_two_files_of_any_format_in_one_array_lose_nothing(name: str) -> None:
    for sample in SAMPLES[name]:
        try:
            value = json.loads(sample)
        except ValueError:
            continue  # lines, protobuf, text
        both = read(json.dumps([value, value], indent=1))
        least = 1 if name in _ONE_OF_SESSION else 2
        assert least * steps(read(sample)) <= steps(both) <= 2 * steps(read(sample))
        assert {trace.source.format for trace in both.traces} <= {name, "otlp"}
        assert len({trace.id for trace in both.traces}) == len(both.traces)


@pytest.mark.parametrize("name", sorted(SAMPLES.keys() - _ONE_OF_ALL))
def test_two_files_of_any_format_in_lines_lose_nothing(name: str) -> None:
    for sample in SAMPLES[name]:
        try:
            line = orjson.dumps(orjson.loads(sample)) + b"\n"
        except ValueError:
            continue
        both = read(line + line)
        least = 1 if name in _ONE_OF_SESSION | {"strands-session"} else 2
        assert least * steps(read(sample)) <= steps(both) <= 2 * steps(read(sample))
        assert len({trace.id for trace in both.traces}) == len(both.traces)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_lines_of_any_format_as_an_array_are_the_same(name: str) -> None:
    for sample, values in _of_lines(name):
        alone, listed = read(sample), read(json.dumps(values, indent=1))
        assert [(trace.id, trace.names) for trace in alone.traces] == [
            (trace.id, trace.names) for trace in listed.traces
        ]


def _of_lines(name: str) -> Iterator[tuple[str | bytes, list[Any]]]:
    """Samples of several lines, each with what they hold."""
    for sample in SAMPLES[name]:
        with suppress(ValueError):
            values = [json.loads(line) for line in sample.splitlines() if line.strip()]
            if len(values) > 1:
                yield sample, values


_PRINTED_IN_LINES = {"claude-stream", "cursor-stream", "managed-agents", "reply-stream"}
"""What these print is told apart by its lines."""


@pytest.mark.parametrize("indent", [None, 2], ids=["without line feeds", "pretty"])
@pytest.mark.parametrize("name", sorted(SAMPLES.keys() - _PRINTED_IN_LINES))
def test_lines_of_any_format_one_after_another_are_the_same(name: str, indent: int | None) -> None:
    for sample, values in _of_lines(name):
        text = "".join(json.dumps(value, indent=indent) for value in values)
        for asked in (None, name):
            alone, told = read(sample, asked), read(text, asked)
            assert [(trace.id, trace.names) for trace in alone.traces] == [
                (trace.id, trace.names) for trace in told.traces
            ]
            assert not any("could be" in notice.message for notice in told.notices)


ATIF = SAMPLES["atif"][0]
SWE, MINI = json.loads(SAMPLES["swe-agent"][0]), json.loads(SAMPLES["mini-swe-agent"][0])


def test_items_of_several_formats_are_read_and_others_told() -> None:
    reading = read([SWE, {"a": 1}, 5, MINI, []])
    assert [trace.source.format for trace in reading.traces] == ["swe-agent", "mini-swe-agent"]
    assert [(notice.pointer, notice.message) for notice in reading.notices] == [
        (f"/{at}", "nothing that is read in it, left out") for at in (1, 2, 4)
    ]


def test_notices_have_the_place_of_their_item_and_what_all_share_is_said_once() -> None:
    reader = Reader("x", "x", lambda _: 1.0, _odd)
    *_, reading = _arrays.each(reader, lambda _: None).read(document([{}, {}]), False)
    assert [(notice.pointer, notice.message) for notice in reading.notices] == [
        ("/0", "of all"), ("/0/a/b", "odd"), ("/0: line 3", "torn"), ("/1/a/b", "odd"), ("/1: line 3", "torn"),
    ]  # fmt: skip


def _odd(document: Document, partial: bool) -> Iterator[Reading]:
    *_, reading = _registry.read(Document("a", memoryview(ATIF)), partial=partial)
    told = (Notice("", "of all"), Notice("/a/b", "odd"), Notice("line 3", "torn"))
    yield Reading(reading.traces, told)


def test_a_torn_array_keeps_what_is_whole() -> None:
    text = json.dumps([SWE, SWE])
    reading = read(text[: len(text) * 3 // 4])
    assert len(reading.traces) == 2
    assert steps(reading) > steps(read(SWE))
    assert reading.notices


def test_first_rows_come_early() -> None:
    many = document([SWE] * 50)
    first, *between, last = _registry.read(many, partial=True)
    assert (len(first.traces), first.complete, len(last.traces)) == (1, False, 50)
    assert all(not reading.traces for reading in between)


def test_items_are_views_into_the_file() -> None:
    seen: list[memoryview] = []

    def looks(document: Document, partial: bool) -> Iterator[Reading]:
        seen.append(document.buffer)
        return _odd(document, partial)

    text = bytearray(orjson.dumps([SWE, SWE]))
    reader = Reader("x", "x", lambda _: 1.0, looks)
    deque(_arrays.each(reader, lambda _: None).read(Document("a", memoryview(text)), False), maxlen=0)
    text[1] = ord(" ")
    assert [bytes(view[:1]) for view in seen] == [b" ", b"{"], "what is changed there is seen here"


def test_a_format_that_was_named_is_read_of_each_item() -> None:
    assert len(read([SWE, SWE], "swe-agent").traces) == 2


@pytest.mark.parametrize("content", [[], [[]], [{}], [{"a": 1}] * 3, [[[[SWE]]]], ["x", SWE]])
def test_other_arrays_are_what_they_were(content: Any) -> None:
    if content[:1] == ["x"]:
        assert len(read(content).traces) == 1
        return
    with pytest.raises(UnreadableInput):
        read(content)


@pytest.mark.parametrize(
    "name", ["goose-session", "gemini-cli", "opencode", "vscode-chat", "swe-agent", "autogen"]
)
def test_each_session_is_a_trace(name: str) -> None:
    session = next(sample for sample in SAMPLES[name] if sample[:1] == b"{" and b"\n" not in sample)
    assert len(read(b"[" + session + b",\n" + session + b"]").traces) == 2


def test_lines_of_arrays_are_no_array() -> None:
    assert _arrays.items_of_head(document(lines([1], [2]))) == []


def test_values_of_other_types_anywhere() -> None:
    for other in said.of_other_types(orjson.dumps([SWE])):
        with suppress(UnreadableInput):
            read(other)


@pytest.mark.parametrize(
    "name",
    [
        "ai-sdk", "autogen", "browser-use", "camel-memory", "chatgpt-export", "claude-ai-export", "claude-stream",
        "crewai-output", "flowise-chat", "gemini-cli", "haystack-messages", "inspect", "letta", "llm-log", "open-webui",
        "openai-realtime", "openhands-events", "pydantic-ai", "semantic-kernel", "sharegpt", "smolagents", "tau-bench",
    ],
)  # fmt: skip
@pytest.mark.parametrize("between", [b"\n", b"\n\n  "], ids=["lines", "one after another"])
def test_a_line_for_each_session_is_a_trace_for_each(name: str, between: bytes) -> None:
    for sample in SAMPLES[name]:
        if sample.lstrip()[:1] not in b"{[":
            continue
        try:
            value = orjson.loads(sample)
        except ValueError:
            continue
        both = read(between.join([orjson.dumps(value)] * 2))
        assert [len(trace) for trace in both.traces] == 2 * [len(read(sample).traces[0])]


def test_notices_of_lines_have_their_place() -> None:
    odd = [{"kind": "request", "parts": []}, {"a": 1}]
    reading = read(lines(odd, orjson.loads(SAMPLES["pydantic-ai"][0])))
    assert [notice.pointer for notice in reading.notices] == ["line 1/1", "line 1"]


# ---- plug-ins ---------------------------------------------------------------------------------------------------


class _Torn(Exception):
    """What a plug-in raises."""


def _raises(document: Document, partial: bool) -> Iterator[Reading]:
    if b"torn" in document.head:
        raise _Torn("no way")
    yield from _odd(document, partial)


def _strange(read: Any) -> Reader:
    read.__module__ = "acme"
    return Reader("acme", "Acme", lambda one: float(b"acme" in one.head), read)


def test_what_a_plug_in_raises_on_an_item_is_told_there() -> None:
    acme = _strange(_raises)
    ours = next(reader for reader in _registry.readers()[0] if reader.name == "swe-agent")
    for main, other in ((ours, acme), (acme, ours)):
        both = _arrays.each(main, lambda _, reader=other: reader)  # type: ignore[misc]
        *_, reading = both.read(document([SWE, {"acme": "torn"}, {"acme": 1}]), False)
        assert [trace.source.format for trace in reading.traces] == ["swe-agent", "atif"]
        failed = next(notice for notice in reading.notices if "failed" in notice.message)
        assert (failed.pointer, failed.message) == ("/1", "the reader 'acme' failed: _Torn('no way')")


def test_a_plug_in_that_raises_on_all_items_has_failed() -> None:
    acme = _strange(_raises)
    with pytest.raises(_Torn):
        deque(_arrays.each(acme, lambda _: None).read(document([{"acme": "torn"}] * 2), False), maxlen=0)


def test_what_a_plug_in_raises_later_is_told_on_the_step() -> None:
    def read(document: Document, partial: bool) -> Iterator[Reading]:
        for reading in _odd(document, partial):
            yield Reading(tuple(trace.under(decode=_no_body) for trace in reading.traces))

    ours = next(reader for reader in _registry.readers()[0] if reader.name == "swe-agent")
    acme = _strange(read)
    each = _arrays.each(ours, lambda _: acme)
    *_, reading = each.read(document([SWE, {"acme": 1}]), False)
    assert reading.traces[1].body(0).output is None
    (notice,) = _strangers.notices(reading.traces[1])
    assert "acme" in notice.message


def _no_body(handle: Any) -> Any:
    raise _Torn(handle)
