"""Standard output: text with or without colour, and JSON. Nothing else in this face writes there."""

from __future__ import annotations

import json
import math
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from itertools import chain, islice
from typing import TYPE_CHECKING

from replaydbg.cli.terminal import is_terminal
from replaydbg.core.message import Json
from replaydbg.views.text import Span

if TYPE_CHECKING:
    from replaydbg.views.blocks import Block

SCHEMA_VERSION = 1
"""Of every JSON output; raised when a field changes its meaning or goes."""


class Output(StrEnum):
    TEXT = "text"
    JSON = "json"


_CODES = {
    "dim": "2",
    "strong": "1",
    "heading": "1",
    "error": "31",
    "warning": "33",
    "info": "36",
    "hint": "36",
    "good": "32",
    "edited": "35",
    "new": "32",
    "added": "32",
    "gone": "31",
    "key": "34",
    "number": "36",
    "literal": "36",
    "system": "35",
    "user": "34",
    "assistant": "32",
    "tool": "33",
    "reasoning": "2",
    "link": "4",
    "duration": "2",
    "tokens": "2",
    "agent": "36",
    "model-call": "34",
    "tool-execution": "33",
    "agent-invocation": "36",
    "retrieval": "32",
    "handoff": "35",
    "loop": "33",
}
"""Looks (words of the views) as SGR codes of the sixteen colours that every terminal's own theme sets."""


def coloured() -> bool:
    """Whether standard output is a terminal that shows colour; https://no-color.org is honoured."""
    return is_terminal(sys.stdout) and not os.environ.get("NO_COLOR")


def width() -> int:
    """Columns of the terminal; 0 where lines may be as long as they are."""
    return shutil.get_terminal_size().columns if is_terminal(sys.stdout) else 0


def paint(text: str, look: str) -> str:
    code = _CODES.get(look)
    return f"\x1b[{code}m{text}\x1b[0m" if code and text and coloured() else text


def line(text: str = "") -> None:
    """One line that is printable already (views make text so). A terminal's encoding that lacks a glyph shows `?`."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding) + "\n")


def spans(shown: Iterable[Span]) -> None:
    """A row of a view."""
    pieces = [(span.text, span.look) for span in shown]
    while pieces and not pieces[-1][0].strip():
        pieces.pop()
    if pieces:
        pieces[-1] = (pieces[-1][0].rstrip(), pieces[-1][1])
    line("".join(paint(text, look) for text, look in pieces))


def has_signs() -> bool:
    """Whether standard output can be given more than ASCII."""
    return (sys.stdout.encoding or "").lower().replace("-", "") in ("utf8", "utf16", "utf32", "gb18030")


def blocks(shown: Iterable[Block]) -> None:
    """Blocks of a view, each line with its indent; a mark of the gutter stands before it."""
    from replaydbg.views.blocks import fold_sign

    for block in shown:
        if block.fold:  # what is printed is all unfolded
            block = replace(block, text=block.text.replace(fold_sign(is_open=True), "  ", 1))  # noqa: PLW2901
        gutter = f"{paint(block.mark, block.mark_look)} " if block.mark else "  "
        for text in _painted(block).split("\n"):
            line((gutter + " " * block.indent + text).rstrip())


def document(value: Mapping[str, Json]) -> None:
    """One JSON document. ASCII only: broken text of traces (lone surrogates) survives any pipe."""
    line(_json({"schema_version": SCHEMA_VERSION, **value}, indent=2 if is_terminal(sys.stdout) else None))


def json_line(value: Mapping[str, Json]) -> None:
    """A JSON document on a line of its own, of a stream of them."""
    line(_json({"schema_version": SCHEMA_VERSION, **value}))


def raw(pieces: Iterable[bytes]) -> None:
    """Bytes of a file, to standard output."""
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def flush() -> None:
    """So that what was printed is seen now, also at the other end of a pipe."""
    sys.stdout.flush()


def pieces(text: Iterable[str]) -> None:
    """Text of another program's format, as it comes."""
    encoding = sys.stdout.encoding or "utf-8"
    for piece in text:
        sys.stdout.write(piece.encode(encoding, "replace").decode(encoding))


def documents(
    head: Mapping[str, Json],
    name: str,
    values: Iterable[Json],
    tail: Callable[[], Mapping[str, Json]] = dict,
) -> None:
    """One JSON document with a long list, written as its values come: a large trace is never held whole. `tail` is asked
    for the fields behind it once they have.
    """
    whole = _json({"schema_version": SCHEMA_VERSION, **head, name: []})
    coming = iter(values)
    first = list(islice(coming, 1))  # what fails at once must not leave half a document behind
    sys.stdout.write(whole[:-2])
    for number, value in enumerate(chain(first, coming)):
        sys.stdout.write(("," if number else "") + "\n" + _json(value))
    behind = "".join(f", {_json(key)}: {_json(value)}" for key, value in tail().items())
    sys.stdout.write(f"\n]{behind}}}\n")


def _json(value: Json, indent: int | None = None) -> str:
    """Strict JSON: NaN and the infinities, which traces hold and JSON does not know, become null."""
    try:
        return json.dumps(value, indent=indent, allow_nan=False, default=str)
    except ValueError:
        return json.dumps(_finite(value), indent=indent, default=str)


def _finite(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _painted(block: Block) -> str:
    if not block.spans or not coloured():
        return paint(block.text, block.look)
    return "".join(_pieces(block))


def _pieces(block: Block) -> Iterator[str]:
    at = 0
    for start, end, look in sorted(block.spans):
        if start < at:
            continue  # a span inside another: the outer one has its colour
        yield paint(block.text[at:start], block.look)
        yield paint(block.text[start:end], look)
        at = end
    yield paint(block.text[at:], block.look)
