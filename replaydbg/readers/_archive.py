"""A zip archive of trace files: what chat products mail as the export of somebody's data, and what people send each other.

Each file in it that is a trace for sure is unpacked, into memory and nowhere else, and read as the file that it is; of the others
the names are told. A recording of several files is one, as in a folder. One file alone is taken as if it had been opened itself. An archive in an archive is not opened: some hold
themselves. How many files and bytes that may be stands in `limits`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from replaydbg import limits
from replaydbg.core.finding import Notice
from replaydbg.core.trace import Trace
from replaydbg.errors import UnreadableInput
from replaydbg.readers import _beside, _zip
from replaydbg.readers._api import Document, Reader, Reading, on_the_way

NAME = "zip"
_NAMED_MAX = 4
"""Files that are named of those that are not read, the largest ones."""

Find = Callable[[Document], Reader | None]
"""The reader of a file that begins so, where it is a trace for sure."""
Read = Callable[[Document], Iterator[Reading]]
"""The readings of one file. Raises UnreadableInput."""


def is_one(document: Document) -> bool:
    return bytes(document.buffer[: len(_zip.MAGIC)]) == _zip.MAGIC


def reader(find: Find, read: Read, wanted: str, parts: Sequence[tuple[str, str]]) -> Reader:
    """What reads an archive by how its files are read. Raises UnreadableInput where none of them is what is `wanted`."""
    return Reader(NAME, "a zip archive of traces", lambda _: 1.0, _Archive(find, read, wanted, parts).read)


class _Room:
    """Bytes that may still be unpacked."""

    def __init__(self) -> None:
        self.left = limits.UNPACKED_BYTES_MAX

    def take(self, content: bytes) -> bytes:
        """The content. Raises NotUnpackedError where it is more than there is room for."""
        self.left -= len(content)
        if self.left < 0:
            most = limits.UNPACKED_BYTES_MAX >> 20
            raise _zip.NotUnpackedError(
                f"more than {most} MiB in all: this file and those behind it are left out"
            )
        return content


class _Archive:
    def __init__(self, find: Find, read: Read, wanted: str, parts: Sequence[tuple[str, str]]) -> None:
        self._find = find
        self._read = read
        self._wanted = wanted
        self._parts = parts

    def read(self, document: Document, partial: bool) -> Iterator[Reading]:
        """First rows after the first file; behind it only how far it is, and all at the end."""
        files, notices = _files(document)
        tree, members, room = (
            _beside.Tree(file.name for file in files),
            {file.name: file for file in files},
            _Room(),
        )
        mains = tree.mains(self._parts)
        traces, others = list[Trace](), list[_zip.Member]()
        read, size = 0, 1 + sum(len(file.packed) for file in files)
        for file in files:
            place = _printable(file.name)
            read += len(file.packed)
            if file.name not in mains:
                continue
            try:
                opened = self._opened(document, file, room, is_only=len(files) == 1)
                if opened is None:
                    others.append(file)
                    continue
                whole, own = opened
                if own is not None and own.beside is not None:
                    near = own.beside(whole, tree.near(file.name, across=own.beside_across))
                    names = {name: members.get(tree.resolved(file.name, name)) for name in near}
                    whole = replace(whole, beside=_unpacked(document, names, room, notices))
                *_, reading = self._read(whole)
            except (_zip.NotUnpackedError, UnreadableInput) as error:
                if len(files) == 1 and isinstance(error, UnreadableInput):
                    raise
                notices.append(Notice(place, str(error)))
                if room.left < 0:
                    break
                continue
            notices += (_placed(notice, place) for notice in reading.notices)
            is_first = not traces
            traces += reading.traces
            if partial:
                early = Reading(tuple(traces), (), read / size, complete=False)
                yield early if is_first else on_the_way(read, size)
        if not traces:
            raise self._nothing(document.name, notices, others)
        if others:
            notices.append(Notice("", f"left out as not {self._wanted}: {_names(others)}"))
        yield Reading(tuple(traces), tuple(notices))

    def _opened(
        self, document: Document, file: _zip.Member, room: _Room, *, is_only: bool
    ) -> tuple[Document, Reader | None] | None:
        """The file unpacked, and its reader where that is sure; None where it is no trace. Raises NotUnpackedError."""
        name = f"{document.name}/{_printable(file.name)}"
        begins = file.content(limits.SNIFF_BYTES_MAX + 1)
        head = Document(name, memoryview(begins))
        own = self._find(head)
        if own is None and (not is_only or is_one(head)):
            return None
        content = room.take(begins if len(begins) <= limits.SNIFF_BYTES_MAX else file.content())
        return Document(name, memoryview(content)), own

    def _nothing(self, name: str, notices: list[Notice], others: list[_zip.Member]) -> UnreadableInput:
        """Why there is no trace: what went wrong with the files that might be some, else what the archive holds instead."""
        for notice in notices:
            if notice.pointer:
                said = f"{name} is a zip archive of which nothing could be read: {notice.message}"
                return UnreadableInput(said, "unpack it, and open the file itself")
        return UnreadableInput(
            f"{name} is a zip archive in which no file is {self._wanted}", f"it holds {_names(others)}"
        )


def _files(document: Document) -> tuple[list[_zip.Member], list[Notice]]:
    """The files of the archive that are looked at, and what is to be said of it. Raises UnreadableInput where there is none."""
    members, is_whole = _zip.members(document.buffer)
    files = [member for member in members if not member.name.endswith("/")]
    notices = []
    if not files and not is_whole:
        raise UnreadableInput(
            f"{document.name} is a zip archive without its directory, and no file is left of it",
            "was it copied whole?",
        )
    if not files:
        raise UnreadableInput(f"{document.name} is a zip archive with no file in it")
    if all(file.is_encrypted for file in files):
        raise UnreadableInput(
            f"{document.name} is an encrypted zip archive",
            "unpack it with its password, and open what it holds",
        )
    if not is_whole:
        said = "the archive has no directory: it is cut off or damaged, and read as far as it goes"
        notices.append(Notice("", said))
    if len(files) > limits.ZIP_FILES_MAX:
        more = len(files) - limits.ZIP_FILES_MAX
        notices.append(Notice("", f"{more} more files in the archive than are looked at"))
    return files[: limits.ZIP_FILES_MAX], notices


def _unpacked(
    document: Document, files: Mapping[str, _zip.Member | None], room: _Room, notices: list[Notice]
) -> dict[str, Document]:
    """The files that are opened with another one, by their names as seen from it."""
    found = {}
    for name, file in files.items():
        if file is not None:
            try:
                content = room.take(file.content())
            except _zip.NotUnpackedError as error:
                notices.append(Notice(_printable(file.name), str(error)))
                continue
            found[name] = Document(f"{document.name}/{_printable(file.name)}", memoryview(content))
    return found


def _names(files: Sequence[_zip.Member]) -> str:
    largest = sorted(files, key=lambda file: -len(file.packed))[:_NAMED_MAX]
    more = len(files) - len(largest)
    return ", ".join(_printable(file.name) for file in largest) + (f" and {more} more" if more else "")


def _printable(name: str) -> str:
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)


def _placed(notice: Notice, place: str) -> Notice:
    return replace(notice, pointer=f"{place}: {notice.pointer}" if notice.pointer else place)
