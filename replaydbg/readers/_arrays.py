"""An array of what is a file of its own elsewhere: sessions that somebody put together, as datasets and `jq -s` do; or
a line for each of them. And lines that are none any more, because `jq .` made them pretty.

A format says nothing of this. Items are read one by one as the files that they are, views into the buffer, each a trace
or more; where a file of the format is lines, the items are its lines. Formats that know arrays read them themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import wraps
from itertools import islice

from replaydbg.core.finding import Notice
from replaydbg.core.trace import Trace
from replaydbg.readers import _containers, _strangers
from replaydbg.readers._api import STRETCH_BYTES, Document, NotThisFormat, Reader, Reading, on_the_way

_LOOKED_AT_MAX = 3
"""Items that tell what the array is of: the first session may be empty."""

Find = Callable[[Document], Reader | None]
"""The reader of an item that the one of the others does not read."""


def items_of_head(document: Document) -> list[Document]:
    """Its first items, each as a file, as far as the head shows them; none where it is no array."""
    if document.head.lstrip()[:1] != b"[":
        return []
    return [Document(document.name, raw) for raw in _raw_items(memoryview(document.head), _LOOKED_AT_MAX)]


def runs_on(document: Document) -> bool:
    """Whether objects stand one after another, and not in lines."""
    head = memoryview(document.head)
    if document.head.lstrip()[:1] != b"{" or _containers.has_lines(head):
        return False
    return len(list(islice(_containers.records(head), 2))) > 1


def lines_of_head(document: Document) -> Document:
    """The head of an array, or of objects one after another, as that of a file of lines."""
    return replace(document, buffer=_in_lines(_raw_items(memoryview(document.head), None)))


def first_files(document: Document) -> list[Document]:
    """The first of several values that stand one after another, most in lines, each as a file; none where there is one."""
    records = islice(_containers.records(document.buffer, []), _LOOKED_AT_MAX)
    found = [Document(document.name, record.raw) for record in records if record.place]
    return found if len(found) > 1 else []


def _raw_items(buffer: memoryview, most: int | None) -> Iterator[memoryview]:
    for record in islice(_containers.records(buffer, [], items=True), most):
        if record.place[:1] not in "/b" or (record.place == "byte 0" and record.raw[0] in b"["):
            return
        if record.raw[0] in b"{[":
            yield record.raw


def _in_lines(items: Iterator[memoryview]) -> memoryview:
    """Where JSON has a line feed outside of a text, which has none, a blank says the same."""
    return memoryview(b"\n".join(bytes(item).replace(b"\n", b" ") for item in items))


def each(reader: Reader, find: Find) -> Reader:
    """The reader for an array of its documents, or for one after another."""
    return _instead(reader, _Items(reader, find).read)


def in_lines(reader: Reader) -> Reader:
    """The reader for what are the lines of its documents, in an array or one after another."""

    def read(document: Document, partial: bool) -> Iterator[Reading]:
        items = _raw_items(document.buffer, None)
        return reader.read(replace(document, buffer=_in_lines(items)), partial)

    return _instead(reader, read)


def _instead(reader: Reader, read: Callable[[Document, bool], Iterator[Reading]]) -> Reader:
    @wraps(reader.read)  # whose it is is asked where something goes wrong
    def of_items(document: Document, partial: bool) -> Iterator[Reading]:
        return read(document, partial)

    return replace(reader, read=of_items, feed=None, beside=None)


class _Items:
    def __init__(self, reader: Reader, find: Find) -> None:
        self._reader = reader
        self._find = find
        self._failure: BaseException | None = None
        """What the reader raised, where it is a stranger's."""

    def read(self, document: Document, partial: bool) -> Iterator[Reading]:
        """First rows as soon as there are some; behind them only how far it is, and all at the end."""
        traces, notices, whole = list[Trace](), list[Notice](), set[str]()
        read, due, size = 0, 0, len(document.buffer)
        for record in _containers.records(document.buffer, notices, items=True):
            if not record.place:
                raise NotThisFormat("neither an array nor lines")
            before = len(traces)
            for reading in self._item(Document(document.name, record.raw)):
                traces += reading.traces
                for notice in reading.notices:
                    if notice.pointer or notice.message not in whole:
                        notices.append(_placed(notice, record.place))
                    if not notice.pointer:  # of each item as a whole the same is said once
                        whole.add(notice.message)
            if before == len(traces):
                notices.append(Notice(record.place, "nothing that is read in it, left out"))
            read = min(read + len(record.raw), size)
            if partial and read >= due:
                yield (
                    on_the_way(read, size) if due else Reading(tuple(traces), (), read / size, complete=False)
                )
                due = read + STRETCH_BYTES
        if not traces:
            raise self._failure or NotThisFormat("no item is read")
        yield Reading(tuple(traces), tuple(notices))

    def _item(self, item: Document) -> Iterator[Reading]:
        """What is in it, by the reader of the others, or by its own. Of a stranger's what it raises is told."""
        for reader in self._asked(item):
            is_ours = _strangers.is_ours(reader)
            try:
                *_, reading = reader.read(item, False)
                if reader is self._reader or is_ours:
                    yield reading
                else:
                    yield _strangers.guarded(reading, reader.name)
            except NotThisFormat:
                continue
            except _strangers.RAISED as error:
                if is_ours:
                    raise
                self._failure = error if reader is self._reader else self._failure
                yield Reading((), (Notice("", _strangers.failed(reader, error)),))
                continue
            return

    def _asked(self, item: Document) -> Iterator[Reader]:
        with suppress(*_strangers.RAISED):  # a sniff that fails knows nothing
            if self._reader.sniff(item) > 0:
                yield self._reader
        other = self._find(item)
        if other is not None and other is not self._reader:
            yield other


def _placed(notice: Notice, place: str) -> Notice:
    pointer = notice.pointer
    return replace(notice, pointer=place + pointer if pointer[:1] in ("", "/") else f"{place}: {pointer}")
