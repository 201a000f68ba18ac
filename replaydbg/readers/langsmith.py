"""LangSmith runs: what `list_runs` gives, what the UI copies, and what the SDK sends while a program runs.

Shapes: an array of runs, one for each line, `{runs: [...]}`, `{items: [...]}` of version 2 of the API (kinds in capitals,
`parent_run_ids` from the root down), one run with its `child_runs` inside, and the operations of
the SDK (`{post: [...], patch: [...]}`, or one for each line), in which a run is created first and completed later: what
is said of one id is one step. Parents stand in `parent_run_id`, or in `dotted_order` only. LangSmith's command line has
names of its own (`run_id`, `token_usage`, `costs`, `custom_metadata`).

Get one: `langsmith trace get TRACE_ID --project NAME --full -o run.json` with its command line, or `trace export FOLDER`
for many; with its Python SDK `json.dump([run.dict() for run in Client().list_runs(trace_id=TRACE_ID)], file,
default=str)`, or, since version 0.9.8, `client.runs.query(...)` and `to_dict()` of each
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec

from replaydbg.core.finding import Notice
from replaydbg.readers import _containers, _exports, _salvage
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._langsmith_run import (
    NONE,
    RUN,
    SEVERAL,
    as_the_api_says,
    id_of,
    merged,
    observed,
    row_of,
    seen_run,
)
from replaydbg.readers._windows import WINDOW_BITS, windows

FORMAT = "langsmith"
_OPENING = re.compile(rb'"(?:runs|items|post|patch|child_runs)"\s*:\s*\[')


# ---- which files ------------------------------------------------------------------------------------------------


def _sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    if isinstance(first, dict):
        for key in SEVERAL:
            if isinstance(first.get(key), list):
                first = first[key]
                break
    if isinstance(first, list):
        first = first[0] if first else None
    if not isinstance(first, dict):
        return 0.0
    if "dotted_order" in first:
        return 0.95
    if "run_type" in first and {"trace_id", "parent_run_id", "session_name", "session_id"} & first.keys():
        return 0.9
    return 0.6 if {"run_type", "inputs"} <= first.keys() else 0.0


# ---- structure --------------------------------------------------------------------------------------------------

_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_IDS = msgspec.json.Decoder(list[str])


def _read(document: Document, partial: bool) -> Iterator[Reading]:
    runs = yield from _exports.read(document, partial, _Runs)
    if not len(runs):
        raise NotThisFormat("there is no run in the document")
    reading = runs.reading()
    yield replace(reading, notices=(*reading.notices, *runs.lacking()))


_Handle = msgspec.Raw | int
"""The text of a run; of one that is a line of the file only where it stands, which is a fifth of the size."""
_LENGTH_BITS = 32


def _place(start: int, length: int) -> int:
    return start << _LENGTH_BITS | length


_Told = tuple[Any, ...]
"""The id of a run, and then a `_Handle` for each time that it was told of: the handle of its row."""


def _raws(buffer: memoryview, told: _Told) -> tuple[msgspec.Raw, ...]:
    return tuple(_raw(buffer, handle) if isinstance(handle, int) else handle for handle in told[1:])


def _raw(buffer: memoryview, place: int) -> msgspec.Raw:
    start, length = _start_and_length(place)
    return msgspec.Raw(buffer[start : start + length])


def _start_and_length(place: int) -> tuple[int, int]:
    return place >> _LENGTH_BITS, place & ((1 << _LENGTH_BITS) - 1)


class _Written:
    """The bytes of a run: of a line the windows that it lies in."""

    def __init__(self, buffer: memoryview) -> None:
        self._buffer = buffer
        self._windows: list[memoryview] = []

    def __call__(self, told: _Told) -> Iterator[Any]:
        self._windows = self._windows or windows(self._buffer)
        for handle in told[1:]:
            if isinstance(handle, int):
                start, length = _start_and_length(handle)
                yield from self._windows[start >> WINDOW_BITS : (start + length >> WINDOW_BITS) + 1]
            else:
                yield handle


class _Runs(_exports.Export):
    """The runs of one file by id, since what is said of one may stand in several places."""

    def __init__(self, document: Document) -> None:
        buffer = document.buffer
        super().__init__(document, FORMAT, lambda told: observed(_raws(buffer, told)), _Written(buffer))
        self._buffer = document.buffer
        self._told: dict[str, _Told] = {}
        self._is_told_twice = False
        """Whether something was said of a run after its row was made."""
        self._children: list[msgspec.Raw] = []
        """The ids that runs give of those below them."""

    def __len__(self) -> int:
        return len(self._told)

    def add(self, record: _containers.Record) -> None:
        raw = msgspec.Raw(record.raw)
        try:
            seen = as_the_api_says(RUN.decode(raw))
        except _salvage.UNREADABLE:
            self._salvage(record)
            return
        several = [name for name in SEVERAL if getattr(seen, name) is not NONE]
        for name in several:
            for place, one in enumerate(_listed(getattr(seen, name))):
                self._add(one, f"{record.place}/{name}/{place}")
        if not several:
            is_line = record.start >= 0
            self._add(raw, record.place, seen, _place(record.start, len(record.raw)) if is_line else raw)

    def _salvage(self, record: _containers.Record) -> None:
        """The runs of a record that is no JSON: damaged, or with a NaN in it."""
        inside = list(_salvage.objects_in_arrays(record.raw, _OPENING))
        for start, end, _ in inside:
            self._add(msgspec.Raw(record.raw[start:end]), record.place or f"byte {start}")
        before = len(self)
        self._add(msgspec.Raw(record.raw), record.place)
        try:
            _salvage.loads(record.raw)
        except ValueError:
            if len(self) > before or inside:
                said = "damaged: only what stands before the damage was read"
                self.records.notices.append(Notice(record.place or "byte 0", said))

    def _add(self, raw: msgspec.Raw, place: str, seen: Any = None, handle: _Handle | None = None) -> None:
        waiting = [raw]
        while waiting:
            raw = waiting.pop()
            seen = seen or seen_run(raw)
            id_ = id_of(seen)
            if not id_ or not (seen.run_type or seen.dotted_order or seen.trace_id or id_ in self._told):
                if bytes(memoryview(raw)[:1]) == b"{":
                    self.records.notices.append(Notice(place, "a record that is no run, left out"))
                seen = handle = None
                continue
            known = self._told.get(id_, (id_,))
            self._told[id_] = told = (*known, raw if handle is None else handle)
            if len(known) == 1:
                self._add_row(seen, told)
            else:
                self._is_told_twice = True
            if len(memoryview(seen.child_run_ids)) > len(b"null"):
                self._children.append(seen.child_run_ids)
            if seen.child_runs is not NONE:
                waiting += reversed(_listed(seen.child_runs))
            seen = handle = None

    def _add_row(self, seen: Any, told: _Told) -> None:
        trace_id, row = row_of(seen, told)
        parent = self._told.get(row[1])
        if parent is not None:  # one text for the same id
            row = (row[0], parent[0], *row[2:])
        self.records.add(trace_id, row)

    def lacking(self) -> Iterator[Notice]:
        """A notice where runs name others below them that are not here: who copies one run in the UI has it alone."""
        named = {id_ for raw in self._children for id_ in _ids(raw)}
        count = len(named - self._told.keys())
        if count:
            said = (
                f"{count} run{'s' if count > 1 else ''} below {'are' if count > 1 else 'is'} not in the file"
            )
            yield Notice("/child_run_ids", f"{said}; `list_runs(trace_id=TRACE_ID)` gives all of a trace")

    def reading(self, fraction: float = 1.0, *, complete: bool = True) -> Reading:
        if self._is_told_twice:
            self.records.forget_rows()
            for told in self._told.values():
                self._add_row(merged(_raws(self._buffer, told)), told)
            self._is_told_twice = False
        return super().reading(fraction, complete=complete)


def _ids(raw: msgspec.Raw) -> list[str]:
    try:
        return _IDS.decode(raw)
    except _salvage.UNREADABLE:
        return []


def _listed(raw: msgspec.Raw) -> list[msgspec.Raw]:
    try:
        return _LIST.decode(raw)
    except _salvage.UNREADABLE:
        return []


READER = Reader(
    FORMAT, "LangSmith runs (list, lines, operations of the SDK)", _sniff, _read,
    marks=("run_type", "dotted_order", "trace_id"), needs=(b'"dotted_order"', b'"run_type"'),
)  # fmt: skip
