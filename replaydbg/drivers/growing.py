"""A file that another program is still writing: what was added since the last look, whole lines only.

A last line without its newline is held back until it is whole, or until the file has rested and the line is JSON.
A file that was replaced or cut short is told apart from one that grew.
"""

from __future__ import annotations

import mmap
import os
import stat
from dataclasses import dataclass
from pathlib import Path

import msgspec

from replaydbg import limits
from replaydbg.drivers import files
from replaydbg.errors import UsageProblem

_BACK_BYTES = 64 << 10
_WHOLE = msgspec.json.Decoder(msgspec.Raw)


@dataclass(frozen=True, slots=True)
class Change:
    """What is new: whole lines (none, if only half of one came), and whether the file began anew before them.

    `rested` says that nothing came since the last look, and half a line is left.
    """

    lines: memoryview
    anew: bool = False
    rested: bool = False


class Growing:
    """Raises UsageProblem for what cannot grow, UnreadableInput for what is not there."""

    def __init__(self, path: str) -> None:
        self.path = path
        if path == files.STANDARD_INPUT:
            raise UsageProblem(
                "standard input is read to its end, not followed", "write it to a file, and name that"
            )
        try:
            with Path(path).open("rb") as file:
                is_plain, begins = stat.S_ISREG(os.fstat(file.fileno()).st_mode), file.read(len(files.GZIP))
        except OSError as error:
            raise files.unreadable(path, error) from error
        if not is_plain or begins == files.GZIP:
            raise UsageProblem(
                f"{path} is no plain file, so that it cannot be followed", "open it without --follow"
            )
        self._offset = 0
        self._size = -1
        self._file: tuple[int, int] | None = None
        self._rested = False

    @property
    def offset(self) -> int:
        """The end of the last whole line that was given."""
        return self._offset

    def look(self) -> Change | None:
        """What has changed; None where nothing has. Raises UnreadableInput when the file has gone."""
        try:
            with Path(self.path).open("rb") as file:
                state = os.fstat(file.fileno())
                identity = (state.st_dev, state.st_ino)
                anew = self._file is not None and (identity != self._file or state.st_size < self._offset)
                if anew:
                    self._offset = 0
                grew = anew or state.st_size != self._size
                if not grew and (self._rested or state.st_size == self._offset):
                    return None
                self._file, self._size, self._rested = identity, state.st_size, not grew
                lines = self._lines(_view(file.fileno(), self._offset, state), rested=not grew)
        except OSError as error:
            raise files.unreadable(self.path, error) from error
        self._offset += lines.nbytes
        return Change(lines, anew, rested=not grew)

    def _lines(self, view: memoryview, *, rested: bool) -> memoryview:
        end = _last_newline(view)
        if rested and end < view.nbytes:
            try:
                _WHOLE.decode(view[end:])
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                return view[:end]
            return view
        return view[:end]


def _view(file: int, offset: int, state: os.stat_result) -> memoryview:
    """The bytes from `offset` on: mapped if they are many, as all large files are."""
    count = state.st_size - offset
    if count >= limits.MAPPED_BYTES_MIN and stat.S_ISREG(state.st_mode):
        return memoryview(mmap.mmap(file, state.st_size, access=mmap.ACCESS_READ))[offset:]
    return memoryview(os.pread(file, count, offset))


def _last_newline(view: memoryview) -> int:
    """The offset after the last newline, 0 where there is none."""
    end = view.nbytes
    while end > 0:
        start = max(0, end - _BACK_BYTES)
        found = bytes(view[start:end]).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
