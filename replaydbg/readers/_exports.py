"""Files that platforms export, in the way that all of them are read: the first rows early, then the whole.

A reader makes a subclass of `Export`, which knows what stands in a record of its files.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeVar

from replaydbg.core.trace import Source
from replaydbg.readers import _containers
from replaydbg.readers._api import STRETCH_BYTES, Document, Reading, on_the_way
from replaydbg.readers._records import Observed, Records, Written, text_of_handle

_FIRST_WINDOW_BYTES = 256 << 10
"""Of a large file so much is read for the first rows."""
_LINE_BYTES_MAX = 1 << 20
_BOM = b"\xef\xbb\xbf"


def _whole_of(document: Document) -> memoryview | None:
    """The text of a document that is one JSON value or broken; None where it is JSON Lines.

    For the large exports that are one object: they are decoded at once, without a walk that proves them whole.
    """
    if _containers.has_lines(document.buffer, _LINE_BYTES_MAX):
        return None
    has_mark = bytes(document.buffer[: len(_BOM)]) == _BOM
    return document.buffer[len(_BOM) :] if has_mark else document.buffer


class Export:
    """One file: its records become rows of `records`."""

    def __init__(
        self,
        document: Document,
        format_name: str,
        observed: Callable[[Any], Observed],
        written: Written = text_of_handle,
    ) -> None:
        self.records = Records(Source(document.name, format_name), observed, written)

    def add(self, record: _containers.Record) -> None:
        """What stands in one record."""
        raise NotImplementedError

    def add_whole(self, text: memoryview) -> bool:
        """The one value that the document is. False, and nothing is added, where it is something else, or damaged."""
        del text
        return False

    def add_beginning(self, window: memoryview) -> None:
        """What can be had of a file that goes on."""
        for record in _containers.records(window, [], items=True):
            self.add(record)

    def reading(self, fraction: float = 1.0, *, complete: bool = True) -> Reading:
        return self.records.reading(fraction, complete=complete)


AnExport = TypeVar("AnExport", bound=Export)


def read(
    document: Document, partial: bool, make: Callable[[Document], AnExport]
) -> Generator[Reading, None, AnExport]:
    """The export with all that is in the file; on the way there, of a large one, a reading of its first rows."""
    size = len(document.buffer)
    if partial and size > 2 * _FIRST_WINDOW_BYTES:
        first = make(document)
        first.add_beginning(document.buffer[:_FIRST_WINDOW_BYTES])
        first.records.notices.clear()  # the window ends in the middle of something
        reading = first.reading(_FIRST_WINDOW_BYTES / size, complete=False)
        if reading.traces:
            yield reading
    export = make(document)
    whole = _whole_of(document)
    if whole is None or not export.add_whole(whole):
        read, due = 0, STRETCH_BYTES
        for record in _containers.records(document.buffer, export.records.notices, items=True):
            export.add(record)
            read += len(record.raw)
            if partial and due <= read < size:
                due = read + STRETCH_BYTES
                yield on_the_way(read, size)
    return export
