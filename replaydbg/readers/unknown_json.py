"""Any JSON that no other reader knows, as its structure: a step for each object and each list of objects in it.

This is the fallback. It knows nothing of models and tools, so every step is opaque; the name of the format says so
wherever a trace is named. A step's id is its place, its input what stands
there and is no step of its own.

Get one: you have one. `replaydbg formats` says how to get a trace that is read with all that is in it
"""

from __future__ import annotations

from collections.abc import Iterator
from math import nan
from typing import TYPE_CHECKING

from replaydbg import limits
from replaydbg.core.columns import KIND_NUMBER, NOT_RECORDED, STATUS_NUMBER
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.core.pointer import join
from replaydbg.core.step import Kind, Status
from replaydbg.core.trace import Source
from replaydbg.readers import _containers
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading

if TYPE_CHECKING:  # asked of every file, which is seldom its own
    from replaydbg.readers._records import Observed, Records

FORMAT = "unknown-json"
_LEAST = 0.001
"""Less than any reader says that has seen a sign of its format."""
_SAYING = ("type", "role", "kind", "name", "event", "id")
"""Keys whose text says best what an object is."""
_TEXT_CHARS_MAX = 40


def _sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    return _LEAST if isinstance(first, (dict, list)) and first else 0.0


def _read(document: Document, partial: bool) -> Iterator[Reading]:
    """There is only the complete reading: so many steps at most are made."""
    from replaydbg.readers._records import Records  # noqa: PLC0415 - most are asked in vain

    del partial
    records = Records(Source(document.name, FORMAT), _observed)
    buffer = document.buffer
    if len(buffer) > limits.UNKNOWN_BYTES_MAX:
        buffer = buffer[: limits.UNKNOWN_BYTES_MAX]
        said = f"only the first {limits.UNKNOWN_BYTES_MAX >> 20} MB are shown"
        records.notices.append(Notice("", said))
    trace_id = document.stem
    for record in _containers.records(buffer, records.notices):
        for value, place in _containers.parsed(record, records.notices):
            _add(records, trace_id, value, place)
        if len(records) >= limits.UNKNOWN_STEPS_MAX:
            said = f"more than {limits.UNKNOWN_STEPS_MAX} objects: the rest is not shown"
            records.notices.append(Notice(record.place, said))
            break
    if not len(records):
        raise NotThisFormat("there is no object in the document")
    yield records.reading()


def _add(records: Records, trace_id: str, value: Json, place: str) -> None:
    """The steps of one record. Iterative: it may nest deeply."""
    root = place or "document"
    opaque, unset = KIND_NUMBER[Kind.OPAQUE], STATUS_NUMBER[Status.UNSET]
    never, uncounted = (NOT_RECORDED, NOT_RECORDED), (NOT_RECORDED, NOT_RECORDED, nan)
    waiting: list[tuple[Json, str, str, str]] = [(value, root, root, "")]
    while waiting and len(records) < limits.UNKNOWN_STEPS_MAX:
        item, name, id_, parent_id = waiting.pop()
        said = f"{name} {_saying(item)}".rstrip()
        records.add(trace_id, (id_, parent_id, opaque, said, "", "", *never, unset, *uncounted, item))
        below = [
            (inner, _name(key, name), id_ + join((key,)), id_)
            for key, inner in _members(item)
            if _is_step(inner)
        ]
        waiting += reversed(below)


def _members(value: Json) -> Iterator[tuple[str | int, Json]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _is_step(value: Json) -> bool:
    """Objects, and lists with an object or a list in them; a list of texts is a part of what it stands in."""
    if isinstance(value, list):
        return any(isinstance(item, (dict, list)) and item for item in value)
    return isinstance(value, dict) and bool(value)


def _name(key: str | int, around: str) -> str:
    return f"{around.partition('[')[0]}[{key}]" if isinstance(key, int) else key


def _saying(value: Json) -> str:
    """What an object says of itself, in a word."""
    if not isinstance(value, dict):
        return ""
    said = (value.get(key) for key in _SAYING)
    return next((text for text in said if isinstance(text, str) and 0 < len(text) <= _TEXT_CHARS_MAX), "")


def _observed(value: Json) -> Observed:
    """Steps keep their values, so that none is looked for again in a document of unknown shape; their size is bounded."""
    from replaydbg.readers._records import Observed  # noqa: PLC0415 - most are asked in vain

    own = value
    if isinstance(value, dict):
        own = {key: item for key, item in value.items() if not _is_step(item)} or None
    elif isinstance(value, list):
        own = [item for item in value if not _is_step(item)] or None
    return Observed(Kind.OPAQUE, input=own, raw=value)


READER = Reader(
    FORMAT, "JSON of no known format: its structure only (fallback)", _sniff, _read, is_fallback=True
)
