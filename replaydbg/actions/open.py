"""Open a recording: bytes, format, trace."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from replaydbg.core.finding import Notice
from replaydbg.core.trace import Trace
from replaydbg.drivers import beside, files
from replaydbg.errors import UnreadableInput, UsageProblem
from replaydbg.graph.walk import Heed
from replaydbg.readers import _registry, _strangers
from replaydbg.readers._api import Document, Reader, Reading

_BEGINNING_CHARS_MIN = 4
"""Of shorter beginnings of an id one mistake makes another one."""


@dataclass(frozen=True, slots=True)
class Opened:
    """`trace` is the one asked for; `traces` all of the file; `document` the bytes, for its digest."""

    trace: Trace
    traces: tuple[Trace, ...]
    notices: tuple[Notice, ...]
    path: str
    document: Document


def readings(
    path: str, format_name: str | None = None, *, partial: bool = False, fallback: bool = True
) -> Iterator[Reading]:
    """What is known of the file so far, the last one complete; `-` is standard input. Raises UnreadableInput.

    Without `fallback` a file of no known format is refused: it cannot be checked, and is no trace of a folder.
    """
    opened = with_those_beside(path, format_name)
    with without_collector():
        for reading in _watched(opened.document, format_name, partial=partial, fallback=fallback):
            yield replace(reading, notices=opened.notices + reading.notices) if opened.notices else reading


def _watched(
    document: Document, format_name: str | None, *, partial: bool, fallback: bool = True
) -> Iterator[Reading]:
    """What the registry reads. Of a mapped file somebody watches that it stays whole, while it is read and later."""
    watch = files.Watch(document)
    for reading in _registry.read(document, format_name, partial=partial or bool(watch), fallback=fallback):
        if watch:
            watch()
            if reading.complete or partial:
                yield replace(reading, traces=tuple(trace.under(watch=watch) for trace in reading.traces))
            watch()  # who was handed the reading may have taken long
        else:
            yield reading


def with_those_beside(path: str, format_name: str | None, opened: files.Opened | None = None) -> files.Opened:
    """The document, and the files that belong to it: a session's sub-agents, the events of a run."""
    opened = opened or files.open_document(recording(path))
    document = opened.document
    if path == files.STANDARD_INPUT:
        return opened
    told: list[Notice] = []
    if format_name is None:
        readers = _registry.with_others_beside(document)
        picked = {each.name: _names_beside(each, document, told) for each in readers}
        if not told and not any(picked.values()):
            return opened
        names = picked.get(_registry.choose(document).reader.name, ())
    else:
        names = _names_beside(_registry.choose(document, format_name).reader, document, told)
    documents, notices = beside.opened(document.name, names)
    return files.Opened(replace(document, beside=documents), (*opened.notices, *told, *notices))


def _names_beside(reader: Reader, document: Document, told: list[Notice]) -> Sequence[str]:
    if reader.beside is None:
        return ()
    try:
        return [*map(str, reader.beside(document, beside.names(document.name, across=reader.beside_across)))]
    except _strangers.RAISED as error:
        if _strangers.is_ours(reader):
            raise
        told.append(Notice("", _strangers.failed(reader, error)))
        return ()


def recording(path: str) -> str:
    """The file to open for a path: of a folder that is one recording the file that stands for it, else the path itself."""
    return beside.main_file(path, _registry.main_files())


def recordings(path: str) -> Iterator[str]:
    """The file itself, or the files below a folder, less those that are opened together with another one."""
    found = files.trace_files(path)
    return beside.without_parts(found, _registry.parts()) if Path(path).is_dir() else found


def open_trace(
    path: str, format_name: str | None = None, trace_id: str | None = None, heed: Heed | None = None
) -> Opened:
    """One trace of the file, the first unless told otherwise. Raises UnreadableInput, UsageProblem."""
    path = recording(path)
    opened = with_those_beside(path, format_name)
    with without_collector():
        for reading in _watched(opened.document, format_name, partial=heed is not None):
            if heed is not None:
                heed(reading.fraction)
    notices = opened.notices + reading.notices
    if not reading.traces:
        raise UnreadableInput(f"{opened.document.name} holds no trace", notices[0].message if notices else "")
    return Opened(chosen(reading.traces, trace_id), reading.traces, notices, path, opened.document)


def chosen(traces: tuple[Trace, ...], trace_id: str | None) -> Trace:
    """The trace with this id, or whose id begins so, or the N-th for `#N`; the first for None. Raises UsageProblem."""
    if trace_id is None:
        return traces[0]
    if trace_id.startswith("#") and trace_id[1:].isdecimal() and 1 <= int(trace_id[1:]) <= len(traces):
        return traces[int(trace_id[1:]) - 1]
    near = [trace for trace in traces if trace.id == trace_id] or [
        trace for trace in traces if trace_id and trace.id.startswith(trace_id)
    ]
    if len(near) == 1:
        return near[0]
    some = ", ".join(trace.id for trace in (near or traces)[:6])
    more = ", …" if len(near or traces) > 6 else ""
    if near:
        raise UsageProblem(
            f"{len(near)} traces of this file begin with {trace_id!r}",
            f"there is {some}{more}; or name it as #N",
        )
    meant = _meant(trace_id, [trace.id for trace in traces])
    raise UsageProblem(
        f"no trace of this file has the id {trace_id!r}",
        f"did you mean {meant}?"
        if meant
        else f"there is {some}{more}; or #1 to #{len(traces)}, by their place",
    )


def _meant(wrong: str, ids: Sequence[str]) -> str | None:
    """The id that was probably meant, or of which the beginning was."""
    from replaydbg import schema  # costs a tenth of a second, which only a mistake is worth

    whole = schema.nearest(wrong, ids)
    if whole is not None or len(wrong) < _BEGINNING_CHARS_MIN:
        return whole
    by_beginning = {id_[: len(wrong)]: id_ for id_ in reversed(ids)}
    near = schema.nearest(wrong, by_beginning)
    return None if near is None else by_beginning[near]


@contextmanager
def without_collector() -> Iterator[None]:
    """The cyclic garbage collector off while columns fill: it would walk every row again and again for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
