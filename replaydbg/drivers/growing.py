"""A file that another program is still writing: what was added since the last look, whole lines only.

A last line without its newline is held back until it is whole, or until the file has rested and the line is JSON.
A file that was replaced, cut short or written over is told apart from one that grew: what stood before the place where
one goes on is remembered. One that has gone is waited for: rotation renames a file before it makes the next.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

import msgspec

from replaydbg.drivers import files, packed
from replaydbg.errors import UsageProblem

_BACK_BYTES = 64 << 10
_REMEMBERED_BYTES = 4 << 10
_WHOLE = msgspec.json.Decoder(msgspec.Raw)


@dataclass(frozen=True, slots=True)
class Change:
    """What is new: whole lines (none, if only half of one came), and whether the file began anew before them.

    `rested` says that nothing came since the last look, and half a line is left; `gone`, that there is no file any more, or
    none that may be read.
    """

    lines: memoryview
    anew: bool = False
    rested: bool = False
    gone: bool = False


class Growing:
    """Raises UsageProblem for what cannot grow, UnreadableInput for what can be neither read nor waited for."""

    def __init__(self, path: str) -> None:
        self.path = path
        if path == files.STANDARD_INPUT:
            raise UsageProblem(
                "standard input is read to its end, not followed", "write it to a file, and name that"
            )
        self._offset = 0
        self.hole = 0
        """Empty bytes at the beginning, which are passed over."""
        self._before = b""
        self._written: tuple[int, int] | None = None
        self._file: tuple[int, int] | None = None
        self._rested = False
        self._gone = is_awaited(path)
        if not self._gone:
            self._begin()

    def _begin(self) -> None:
        if not _is_plain(self.path):
            raise UsageProblem(
                f"{self.path} is no plain file, so that it cannot be followed", "open it without --follow"
            )

    @property
    def offset(self) -> int:
        """The end of the last whole line that was given."""
        return self._offset

    @property
    def is_there(self) -> bool:
        return Path(self.path).exists()

    def look(self) -> Change | None:
        """What has changed; None where nothing has. Raises UnreadableInput, UsageProblem where nothing could be read yet."""
        if self._file is None and self.is_there:
            self._begin()
        try:
            with Path(self.path).open("rb") as file:
                return self._change(file.fileno())
        except OSError as error:
            if self._file is None and not isinstance(error, FileNotFoundError):
                raise files.unreadable(self.path, error) from error
            if self._gone:
                return None
            self._gone = True
            return Change(memoryview(b""), gone=True)

    def _change(self, file: int) -> Change | None:
        state = os.fstat(file)
        identity, written = (state.st_dev, state.st_ino), (state.st_size, state.st_mtime_ns)
        grew = self._gone or identity != self._file or written != self._written
        if not grew and (self._rested or state.st_size == self._offset):
            return None
        anew = self._gone or (self._file is not None and not self._goes_on(file, identity))
        if anew:
            self._offset = self.hole = 0
        self._file, self._written, self._rested, self._gone = identity, written, not grew, False
        view = files.copied(file, self._offset, state.st_size - self._offset)
        if not self._offset:
            self.hole = files.hole(view)
        lines = self._lines(view[0 if self._offset else self.hole :], rested=not grew)
        self._offset += lines.nbytes + (0 if self._offset or not lines.nbytes else self.hole)
        count = min(self._offset, _REMEMBERED_BYTES)
        self._before = os.pread(file, count, self._offset - count)
        return Change(lines, anew, rested=not grew)

    def _goes_on(self, file: int, identity: tuple[int, int]) -> bool:
        """Whether it is the same file, and holds before the offset what it held."""
        count = len(self._before)
        return identity == self._file and os.pread(file, count, self._offset - count) == self._before

    def _lines(self, view: memoryview, *, rested: bool) -> memoryview:
        end = _last_newline(view)
        if rested and end < view.nbytes:
            try:
                _WHOLE.decode(view[end:])
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                return view[:end]
            return view
        return view[:end]


def is_awaited(path: str) -> bool:
    """Whether there is no such file yet, in a folder where there may be one soon."""
    return not Path(path).exists() and Path(path).parent.is_dir()


def _is_plain(path: str) -> bool:
    """Whether it is a file that holds what it shows. A pipe is not opened: that would wait for its writer, and take its words."""
    try:
        mode = Path(path).stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            return False
        with Path(path).open("rb") as file:
            return not packed.kind(file.read(packed.MAGIC_BYTES))
    except OSError as error:
        raise files.unreadable(path, error) from error


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
