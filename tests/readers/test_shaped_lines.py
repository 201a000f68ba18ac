"""Lines decoded a window at a time are those decoded one by one, whatever stands in them."""

from __future__ import annotations

from unittest.mock import patch

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.readers import _json_lines
from replaydbg.readers._salvage import UNREADABLE
from replaydbg.readers._shaped_lines import shaped
from replaydbg.wire import loose


class Shape(msgspec.Struct):
    a: int | None = None


DECODER = msgspec.json.Decoder(Shape)


def from_value(value: Json) -> Shape:
    return Shape(loose.count(loose.mapping(value).get("a")))


def one_by_one(text: bytes) -> tuple[list[tuple[Shape, int, int]], list[Notice]]:
    found, notices = [], list[Notice]()
    for line in _json_lines.lines(memoryview(text)):
        try:
            shape = DECODER.decode(line[2])
        except UNREADABLE:
            value = _json_lines.value(line, notices)
            if value is None:
                continue
            shape = from_value(value)
        found.append((shape, line[1], line[1] + len(line[2])))
    return found, notices


PIECES = st.sampled_from(
    [
        b'{"a":1}', b'{"a":2,"b":"x}{"}', b'{"b":{"a":3}}', b"{}", b"\n", b"\n", b"\n", b"\n\n", b"\r\n", b" ", b"[", b"]",
        b'{"a":"no"}', b'{"a":', b'{"b":[{"a":4},', b"7", b"\xef\xbb\xbf", b"\xff", b'"', b"}", b"{",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30), st.sampled_from([8, 20, 64, 1 << 16]))
def test_they_are_those_of_each_line(pieces: list[bytes], window_bytes: int) -> None:
    text = b"".join(pieces)
    notices: list[Notice] = []
    with patch.object(_json_lines, "_WINDOW_BYTES", window_bytes):
        assert (list(shaped(memoryview(text), DECODER, from_value, notices)), notices) == one_by_one(text)


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1}{"a":2}\n\n',
        b'{"a"\n:1}{"a":2}\n',
        b'{"b":\n{"a":1}}\n{"a":2}{"a":3}\n',
        b'{"b":[{},\n{}]}{}\n',
    ],
)
def test_as_many_values_as_lines_that_are_not_one_a_line(text: bytes) -> None:
    notices: list[Notice] = []
    assert (list(shaped(memoryview(text), DECODER, from_value, notices)), notices) == one_by_one(text)


def test_lines_as_they_should_be_are_decoded_together() -> None:
    lines = [orjson.dumps({"a": number, "b": "x" * number}) for number in range(300)]
    text = b"\n".join(lines) + b"\n"
    with patch.object(_json_lines, "lines", side_effect=AssertionError("line by line")):
        found = list(shaped(memoryview(text), DECODER, from_value, []))
    assert [(shape.a, text[start:end]) for shape, start, end in found] == list(enumerate(lines))
