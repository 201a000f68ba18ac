"""Files of Claude Code that are one JSON document: an array of what is a line each elsewhere, or a value over many lines.

`--output-format json` prints such, and so does `jq`. Lines are made of them, which is how everything else is read.
"""

from __future__ import annotations

import json
from dataclasses import replace

import orjson

from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.readers import _containers
from replaydbg.readers._api import Document, NotThisFormat


def is_whole(head: bytes) -> bool:
    """Whether a file that begins so is no lines: an array, or an object that goes on in the next line."""
    first = head.lstrip().partition(b"\n")[0].strip()
    return first[:1] == b"[" or first == b"{"


def in_lines(document: Document, notices: list[Notice]) -> Document:
    """The same, a line for each value; a file of lines as it is."""
    if not is_whole(document.head):
        return document
    values = (value for value, _ in _containers.values(document.buffer, notices, items=True))
    return replace(document, buffer=memoryview(b"\n".join(map(line, values))))


def line(value: Json) -> bytes:
    """The value as one line. Raises NotThisFormat."""
    if isinstance(value, list):
        raise NotThisFormat("a list a line: several sessions")
    try:
        return orjson.dumps(value)
    except TypeError:  # a number of more than 64 bits, or nested deeper than is written
        pass
    try:
        return json.dumps(value).encode()
    except RecursionError:
        return b"{}"
