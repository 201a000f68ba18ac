"""Which reader reads this document. The folder is walked; outsiders announce theirs under `replaydbg.readers`.

A start that imported eighty readers to ask each of them whose a file is would be mostly that. So those are asked, and
imported, of whose words one is in the head of the file (`Reader.needs`): the others say no in any case.
"""

from __future__ import annotations

import pkgutil
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib import import_module
from importlib.metadata import entry_points
from typing import NamedTuple

from replaydbg import limits
from replaydbg import readers as package
from replaydbg.core.finding import Notice
from replaydbg.core.trace import Trace
from replaydbg.errors import UnreadableInput, UsageProblem
from replaydbg.readers import (
    _archive,
    _arrays,
    _containers,
    _hollow,
    _memory,
    _pages,
    _refusals,
    _resemblance,
    _strangers,
)
from replaydbg.readers._api import Document, Feed, NotThisFormat, Reader, Reading
from replaydbg.readers._index import ENTRIES, Entry
from replaydbg.readers._index import entry as entry_of

ENTRY_POINTS = "replaydbg.readers"
_SURE = 0.5
"""A confidence below is a guess, and is labelled as one."""
_CLOSE = 0.1
"""A runner-up so near is named."""
_UNMISTAKABLE = 0.9
"""A reader that says less may have seen messages in a document that is known to be of a format that is not read."""
_CERTAIN = 1.0
"""A reader that says this has seen its own mark: our own format is OTLP, too, and that is no doubt."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The reader that knows the document best, and the next best. Confidence goes from 0 to 1."""

    reader: Reader
    confidence: float
    runner_up: Reader | None = None
    notices: tuple[Notice, ...] = ()


class _Known(NamedTuple):
    """A reader that may not have been imported yet."""

    entry: Entry
    quoted: frozenset[bytes]
    others: tuple[bytes, ...]
    """What it needs: words between quotes, for which all of a head is looked through once, and what else."""
    reader: Callable[[], Reader]

    def may_know(self, document: Document) -> bool:
        return (
            not self.entry.needs
            or not self.quoted.isdisjoint(document.quoted)
            or any(mark in document.head for mark in self.others)
            or document.has_escaped_letters
        )


def _of(entry: Entry, reader: Callable[[], Reader]) -> _Known:
    quoted = {mark for mark in entry.needs if mark[:1] == mark[-1:] == b'"'}
    others = tuple(mark for mark in entry.needs if mark not in quoted)
    return _Known(entry, frozenset(mark[1:-1] for mark in quoted), others, reader)


@cache
def _known() -> tuple[tuple[_Known, ...], tuple[Notice, ...]]:
    """Every reader by name, and a notice for each plug-in that could not be had."""
    found = {}
    for module in pkgutil.iter_modules(package.__path__):
        if module.name in ENTRIES:
            entry = ENTRIES[module.name]
            found[entry.name] = _of(entry, partial(_imported, module.name))
        elif not module.name.startswith("_"):
            reader = getattr(import_module(f"{package.__name__}.{module.name}"), "READER", None)
            if isinstance(reader, Reader):
                found[reader.name] = _of(entry_of(reader), partial(_same, reader))
    notices = []
    for point in entry_points(group=ENTRY_POINTS):
        try:
            reader = _strangers.admitted(point.load())
            if reader.name in found:
                raise ValueError(f"there is a reader called {reader.name!r} already")
        except _strangers.RAISED as error:
            notices.append(Notice(point.value, f"the reader {point.name!r} could not be loaded: {error!r}"))
            continue
        found[reader.name] = _of(entry_of(reader), partial(_same, reader))
    return tuple(found[name] for name in sorted(found)), tuple(notices)


def _imported(module: str) -> Reader:
    reader: Reader = import_module(f"{package.__name__}.{module}").READER
    return reader


def _same(reader: Reader) -> Reader:
    return reader


@cache
def readers() -> tuple[tuple[Reader, ...], tuple[Notice, ...]]:
    """Every reader by name, imported, and a notice for each plug-in that could not be had."""
    known, notices = _known()
    return tuple(each.reader() for each in known), notices


def choose(document: Document, format_name: str | None = None, *, fallback: bool = True) -> Choice:
    """The reader for the document, by its content alone. Raises UnreadableInput, UsageProblem for an unknown name.

    Without `fallback` a document that nobody knows is refused, where it would be shown by its structure.
    """
    return _choice(document, format_name, *_ranked(document, format_name, fallback=fallback))


def with_others_beside(document: Document) -> list[Reader]:
    """Readers of recordings of several files that may know the document: none of most, which saves to ask them all."""
    asked = [
        each.reader() for each in _known()[0] if each.entry.has_others_beside and each.may_know(document)
    ]
    return [reader for reader in asked if _confidence(reader, document, []) > 0]


def _choice(
    document: Document, format_name: str | None, ranked: Sequence[tuple[float, Reader]], notices: list[Notice]
) -> Choice:
    (confidence, best), *others = ranked
    if best.is_fallback and format_name is None:
        return Choice(best, confidence, None, (*notices, _of_fallback(document)))
    runner_up = others[0][1] if others else None
    if format_name is None and confidence < _SURE:
        notices.append(
            Notice("", f"taken for {best.title}, but it may be something else; --format says what")
        )
    elif runner_up is not None and confidence < _CERTAIN and confidence - others[0][0] < _CLOSE:
        notices.append(Notice("", f"taken for {best.title}; it could be {runner_up.title}, too (--format)"))
    return Choice(best, confidence, runner_up, tuple(notices))


def parts() -> tuple[tuple[str, str], ...]:
    """How files are called that belong to another one: see `Reader.parts`."""
    return tuple(part for each in _known()[0] for part in each.entry.parts)


def main_files() -> tuple[str, ...]:
    """Where in a folder that is one recording the file may lie that is opened for all of it."""
    return tuple(pattern for each in _known()[0] for pattern in each.entry.main_files)


def read(
    document: Document, format_name: str | None = None, *, partial: bool = False, fallback: bool = True
) -> Iterator[Reading]:
    """Readings by the best reader, or by the next where that one finds that the format is another.

    Raises UnreadableInput and UsageProblem as `choose` does, at the first step of the iteration.
    """
    ranked, notices = _ranked(document, format_name, fallback=fallback)
    choice = _choice(document, format_name, ranked, notices)
    failed: list[Notice] = []
    for reader in _in_turn(document, ranked):
        said = choice.notices if reader is choice.reader else tuple(failed)
        if reader.is_fallback and reader is not choice.reader:
            said = (*failed, _of_fallback(document))
        is_read = False
        try:
            for reading in reader.read(document, partial):
                own = reading if _strangers.is_ours(reader) else _strangers.guarded(reading, reader.name)
                yield _bounded(document, own, said)
                is_read = is_read or reading.complete
        except NotThisFormat:
            continue
        except _strangers.RAISED as error:
            if _strangers.is_ours(reader):
                raise
            failed.append(Notice("", _strangers.failed(reader, error)))
            continue
        if is_read:
            _memory.give_back(len(document.buffer))
            return
        failed.append(Notice("", f"the reader {reader.name!r} gave no reading"))
    if failed:
        raise _strangers.unreadable(document.name, failed[0].message)
    raise _unknown(document)


def _in_turn(document: Document, ranked: Sequence[tuple[float, Reader]]) -> Iterator[Reader]:
    """The readers, one after the other; behind one that finds something else, itself for lines that are files of its format."""
    files: list[Document] | None = None
    for score, reader in ranked:
        yield reader
        if not reader.is_fallback and _strangers.is_ours(reader):
            files = _arrays.first_files(document) if files is None else files
            if any(_confidence(reader, file, []) >= min(score, _SURE) for file in files):
                yield _arrays.each(reader, _of_item)


def feed(document: Document, format_name: str | None = None) -> Feed | None:
    """What reads on where it was, for a document that is still being written; None where its format has none.

    Raises UnreadableInput and UsageProblem as `choose` does.
    """
    reader = choose(document, format_name).reader
    return reader.feed(document) if reader.feed is not None else None


def _ranked(
    document: Document, format_name: str | None, *, fallback: bool
) -> tuple[list[tuple[float, Reader]], list[Notice]]:
    known, notices = _known()
    told = list(notices)
    refusal = _refusal(document)
    if format_name is not None:
        for each in known:
            if each.entry.name == format_name:
                if refusal is not None and not each.reader().takes_binary:
                    if _archive.is_one(document):
                        return [(1.0, _of_archive(format_name, fallback=fallback))], told
                    raise refusal
                return [(1.0, _or_each(each.reader(), document))], told
        raise UsageProblem(
            f"no trace format is called {format_name!r}",
            "known formats: " + ", ".join(each.entry.name for each in known),
        )
    asked = [each.reader() for each in known if each.may_know(document)]
    scores = [
        (_confidence(reader, document, told), reader)
        for reader in asked
        if refusal is None or reader.takes_binary
    ]
    ranked = sorted(scores, key=lambda score: -score[0])
    possible = [
        (score, reader) for score, reader in ranked if score > 0 and (fallback or not reader.is_fallback)
    ]
    best = max((score for score, reader in possible if not reader.is_fallback), default=0.0)
    if not best and _archive.is_one(document):
        return [(1.0, _of_archive(None, fallback=fallback))], told
    if not best and document.look_further():
        return _ranked(document, format_name, fallback=fallback)
    if best < _UNMISTAKABLE or (possible[0][1].of_lines and _arrays.runs_on(document)):
        inner = None if refusal is not None else _of_items(document, best)
        if best < _UNMISTAKABLE and (inner is None or inner[0] < _UNMISTAKABLE):
            refusal = refusal or _refused(document, _refusals.of_json(document))
            if refusal is not None or (inner is None and not possible):
                raise refusal or _unknown(document)
        if inner is not None:
            possible = [inner, *(each for each in possible if each[1].name != inner[1].name)]
    return possible, told


def _of_archive(format_name: str | None, *, fallback: bool) -> Reader:
    def find(begins: Document) -> Reader | None:
        try:
            choice = choose(begins, fallback=False)
        except UnreadableInput:
            return None
        name = choice.reader.name
        is_wanted = choice.confidence >= _SURE if format_name is None else name == format_name
        return choice.reader if is_wanted and name != _archive.NAME else None

    wanted = f"of the format {format_name!r}" if format_name else "a trace that is known"
    return _archive.reader(find, partial(read, format_name=format_name, fallback=fallback), wanted, parts())


def _of_items(document: Document, best: float) -> tuple[float, Reader] | None:
    """Who reads the items of an array, where they are rather files of their own than what some reader sees in all of it; or
    what stands one after another, as lines.
    """
    items = _arrays.items_of_head(document)
    if not items and not _arrays.runs_on(document):
        return None
    lines = _arrays.lines_of_head(document)
    scores = [(_confidence(reader, lines, []), True, reader) for reader in _own(lines) if reader.of_lines]
    scores += [(_confidence(reader, item, []), False, reader) for reader in _own(*items) for item in items]
    score, are_lines, reader = max(scores, key=lambda score: score[:2], default=(0.0, False, None))
    if reader is None or score < (
        max(best, _SURE) if not items else _UNMISTAKABLE if best >= _SURE else _SURE
    ):
        return None
    return score, _arrays.in_lines(reader) if are_lines else _arrays.each(reader, _of_item)


def _own(*documents: Document) -> list[Reader]:
    """Readers that may know one of the documents, without the fallback."""
    asked = [each.reader() for each in _known()[0] if any(map(each.may_know, documents))]
    return [reader for reader in asked if not reader.is_fallback]


def _of_item(item: Document) -> Reader | None:
    scores = [(_confidence(reader, item, []), reader) for reader in _own(item)]
    score, reader = max(scores, key=lambda score: score[0], default=(0.0, None))
    return reader if score >= _SURE else None


def _or_each(reader: Reader, document: Document) -> Reader:
    """The reader that somebody named, or for the items of an array what it is not for the array."""
    if reader.of_lines and _arrays.runs_on(document):
        return _arrays.in_lines(reader)
    items = _arrays.items_of_head(document)
    if not items or _confidence(reader, document, []) > 0:
        return reader
    if reader.of_lines and _confidence(reader, _arrays.lines_of_head(document), []) > 0:
        return _arrays.in_lines(reader)
    is_inner = any(_confidence(reader, item, []) > 0 for item in items)
    return _arrays.each(reader, _of_item) if is_inner else reader


def _confidence(reader: Reader, document: Document, notices: list[Notice]) -> float:
    try:
        return reader.sniff(document)
    except _strangers.RAISED as error:  # one reader's fault must not take the others' chance
        notices.append(Notice("", f"the reader {reader.name!r} failed while looking: {error!r}"))
        return 0.0


def _refusal(document: Document) -> UnreadableInput | None:
    """Why the document is none for readers of text; None where it is. Raises it where there is nothing at all."""
    head = document.head
    if not head.strip():
        raise UnreadableInput(
            f"{document.name} is empty",
            "is the program that writes it still running, or did it flush nothing?",
        )
    return _refused(document, _refusals.of_bytes(document))


def _refused(document: Document, refusal: _refusals.Refusal | None) -> UnreadableInput | None:
    return refusal and UnreadableInput(f"{document.name} is {refusal.what}", refusal.instead)


def _of_fallback(document: Document) -> Notice:
    said = "of no trace format that is known: its structure is shown as opaque steps"
    return Notice("", f"{said} (fallback); nearest: {_resemblance.nearest(document, readers()[0])}")


def _unknown(document: Document) -> UnreadableInput:
    nearest = _resemblance.nearest(document, readers()[0])
    if _containers.first_record(document.head) is None:
        refused = _refused(document, _refusals.of_table(document))
        return refused or UnreadableInput(f"{document.name} is not JSON", "traces are JSON or JSON Lines")
    what = "JSON, but" if _is_whole(document) else "damaged JSON, and what is left of it"
    return UnreadableInput(
        f"{document.name} is {what} of no trace format that is known",
        f"nearest: {nearest}; if it is one of them, name it with --format",
    )


def _is_whole(document: Document) -> bool:
    """Whether it is JSON to its end; of a large one nobody looks."""
    broken: list[Notice] = []
    if len(document.buffer) <= limits.UNKNOWN_BYTES_MAX:
        deque(_containers.values(document.buffer, broken), maxlen=0)
    return not broken


def _told_apart(traces: Sequence[Trace]) -> Iterator[Trace]:
    """Traces of one file by ids of their own: what has none is called as the file, and some files repeat a run."""
    taken = Counter[str]()
    for trace in traces:
        id_ = trace.id
        while taken[id_]:
            taken[trace.id] += 1
            id_ = f"{trace.id}~{taken[trace.id]}"
        taken[id_] += 1
        yield trace if id_ == trace.id else trace.under(id_)


def _bounded(document: Document, reading: Reading, first: tuple[Notice, ...]) -> Reading:
    if not reading.complete and not reading.traces:
        return reading
    reading = replace(reading, traces=tuple(_told_apart(reading.traces)))
    of_whole = (
        (_hollow.notice(document, reading), _pages.notice(document, reading)) if reading.complete else ()
    )
    notices = (*first, *filter(None, of_whole), *reading.notices)
    if reading.complete and not reading.traces:
        notices = (*notices, Notice("", "there is no step in the file"))
    if len(notices) > limits.NOTICES_MAX:
        more = len(notices) - limits.NOTICES_MAX + 1
        notices = (
            *notices[: limits.NOTICES_MAX - 1],
            Notice("", f"and {more} more notice{'s' * (more > 1)}"),
        )
    return replace(reading, notices=notices)
