"""Large files as memory, without their writer being able to end this program.

Who looks at pages of a mapped file that its writer has cut off gets SIGBUS, which ends a process, and on the screen leaves the
terminal as it was. Here a function of ours hears of it: it puts zeros where the pages were and notes down whose they were, and
whoever looked goes on. What comes of that is worth nothing and is not told: `whole` raises in its place, `Mapped.ask` sooner.

A function that Python's `signal` calls is called later, after a return to the place that looked, which is never left. So this
one is a callback of `ctypes`, called by the system. It does not come at any moment, but where bytes are read: by code that has
the interpreter's lock, or can wait for it. Where there is no `ctypes`, nothing is mapped (`can_map`), but copied.
"""

from __future__ import annotations

import math
import mmap
import signal
import sys
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from typing import NamedTuple

from replaydbg.errors import CutShort

_TAIL_BYTES = 64
_CLOSING_BYTES = 64
"""At the end of a file, not held against what was there: who appends to an array in JSON writes its bracket anew."""
_MAP_FIXED = 0x10
"""The same number wherever there is `mmap`."""
_SETTLED_SECONDS = 1.0
"""After zeros were put, a fault that none explains is looked at again so long: other threads may have been on their way here."""

lost: list[str] = []
"""Names of mapped files that are not whole any more, and of which nobody has been told yet."""
_open: list[weakref.ref[Mapped]] = []


class Mapped(mmap.mmap):
    """A file as memory, made by `mapped`."""

    name = ""
    is_lost = False
    address = 0
    zeros_from = 0
    """What begins here are no pages of the file any more: its end, as long as it is whole."""
    tail = b""

    def ask(self) -> None:
        """Raises CutShort unless it holds what it held: where it is shorter, or was, and has grown again since."""
        if not self.is_lost:
            try:
                is_whole = self.size() >= len(self) and self.ending() == self.tail
            except OSError:
                is_whole = False
            if not is_whole:
                self._lose()
        if self.is_lost:
            raise _cut_short(self.name)

    def fill(self, *, all_of_it: bool = False) -> bool:
        """Put zeros where pages have gone. False where none has."""
        begin = 0 if all_of_it else self._gone_from()
        if begin >= self.zeros_from:
            return False
        system, place = _system(), self.address + begin
        assert system is not None
        kind = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_FIXED
        put = system.map(place, self.zeros_from - begin, mmap.PROT_READ, kind, -1, 0)
        self.zeros_from = begin
        self._lose()
        return put == place

    def _gone_from(self) -> int:
        try:
            return _pages(self.size())
        except OSError:
            return 0

    def ending(self) -> bytes:
        end = max(len(self) - _CLOSING_BYTES, 0)
        return self[max(end - _TAIL_BYTES, 0) : end]

    def _lose(self) -> None:
        if not self.is_lost:
            self.is_lost = True
            lost.append(self.name)


def can_map() -> bool:
    """Whether files can be mapped without harm. Windows lets nobody cut short what is mapped."""
    return sys.platform == "win32" or _system() is not None


def mapped(file: int, name: str) -> Mapped:
    """The file as memory, where `can_map` says so. Raises OSError."""
    made = Mapped(file, 0, access=mmap.ACCESS_READ)
    made.name, made.address, made.zeros_from = name, _address(made), _pages(len(made))
    _open[:] = [*(each for each in _open if each() is not None), weakref.ref(made)]
    made.tail = made.ending()
    return made


@contextmanager
def whole() -> Iterator[None]:
    """Raises CutShort in the place of whatever comes of it if a file that is mapped meanwhile is cut short."""
    known, before = len(lost), list(_open)
    try:
        yield
    except Exception as error:
        told = _told(known, before)
        if not told or isinstance(error, CutShort):
            raise
        raise _cut_short(told[0]) from error
    told = _told(known, before)
    if told:
        raise _cut_short(told[0])


def _told(known: int, before: list[weakref.ref[Mapped]]) -> list[str]:
    """Names of those that were lost since; they are told now."""
    _look(each for each in _open if each not in before)
    told, lost[known:] = lost[known:], []
    return told


def ask() -> None:
    """Raises CutShort if any mapped file has been cut short: before what came of it is kept, or told."""
    _look(_open)
    if lost:
        raise _cut_short(lost[0])


def _look(files: Iterable[weakref.ref[Mapped]]) -> None:
    for each in tuple(files):
        made = each()
        if made is not None:
            with suppress(CutShort):
                made.ask()


def _cut_short(name: str) -> CutShort:
    said = f"{name} has been cut short by its writer while it was open"
    return CutShort(said, "open it again; --follow reads what is still being written")


def _pages(count: int) -> int:
    return -(-count // mmap.PAGESIZE) * mmap.PAGESIZE


class _System(NamedTuple):
    map: Callable[..., int | None]
    stand_back: Callable[[], object]
    """Leave SIGBUS to who had it before."""
    called: object
    """What the system calls: it must live as long."""


@cache
def _system() -> _System | None:
    """The C library, once it calls `_at_fault`; None where that is not to be had."""
    try:
        import ctypes

        library = ctypes.CDLL(None)
        place, number = ctypes.c_void_p, ctypes.c_int
        library.mmap.restype, library.signal.restype = place, place
        library.mmap.argtypes = [place, ctypes.c_size_t, number, number, number, ctypes.c_long]
        library.signal.argtypes = [number, place]
        called = ctypes.CFUNCTYPE(None, number)(_at_fault)
        before = library.signal(signal.SIGBUS, ctypes.cast(called, place))
    except (
        ImportError,
        AttributeError,
        OSError,
        TypeError,
        MemoryError,
    ):  # no library, no leave to make code
        return None
    return _System(library.mmap, partial(library.signal, signal.SIGBUS, before), called)


def _address(made: Mapped) -> int:
    if _system() is None:
        return 0
    import ctypes

    view = (ctypes.c_void_p * 32)()  # larger than a Py_buffer, whose first field it is
    ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(made), view, 0)
    address: int | None = view[0]
    ctypes.pythonapi.PyBuffer_Release(view)
    return address or 0


_filled_at = -math.inf
"""When zeros were last put anywhere, in seconds of the monotonic clock."""


def _at_fault(_signal: int) -> None:
    """Where pages of a file have gone, zeros are put. Where none is shorter, another thread that was at fault here may just have
    put them: whoever looks again sees. If it goes on, one has grown again since, or its disk has failed: then no page of any is
    looked at any more. A fault that is not ours is left to who was here before us.
    """
    global _filled_at  # noqa: PLW0603 - the system calls this with nothing but a number
    files = [made for each in tuple(_open) if (made := each()) is not None]
    if any(each.fill() for each in files):
        _filled_at = time.monotonic()
    elif time.monotonic() > _filled_at + _SETTLED_SECONDS:
        filled = [each.fill(all_of_it=True) for each in files]
        if any(filled):
            _filled_at = time.monotonic()
        elif (system := _system()) is not None:
            system.stand_back()
