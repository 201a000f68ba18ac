"""Our own files: OTLP JSON with GenAI attributes, and `replaydbg.*` beside them. See `writers.native`.

Get one: `replaydbg convert TRACE --to native -o run.json`, or save a branch in the program.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.readers import _otlp_envelope
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._dialect_native import MARK

_MARK = f'"{MARK}"'.encode()


def _sniff(document: Document) -> float:
    head = document.head
    return 1.0 if b'"resourceSpans"' in head and _MARK in head else 0.0


def _read(document: Document, partial: bool) -> Iterator[Reading]:
    return _otlp_envelope.read(document, READER.name, partial=partial, as_written=True)


READER = Reader("native", "replaydbg's own format (OTLP JSON)", _sniff, _read, needs=(_MARK,))
