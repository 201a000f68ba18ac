"""What a reader is. A format is one file here with a module constant `READER`; there is no list to edit.

A reader is given a `Document` (bytes, mapped or not, never a path) and yields `Reading`s: first rows early, the
whole at the end. It never raises on data: what is odd becomes a `Notice` with its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from replaydbg import limits
from replaydbg.core.finding import Notice
from replaydbg.core.trace import Trace
from replaydbg.readers import _head


class NotThisFormat(ValueError):
    """The reader looked closer and found that the document is of another format. The registry asks the next one."""


_ESCAPED_LETTER = re.compile(rb"\\u00(?:2[4dDeE]|3[0-9]|[4-7])")
_ENDINGS = re.compile(r"(?<=.)(?:\.(?:json|jsonl|ndjson|traj|gz|zst))+$")


def stem(name: str) -> str:
    """A file's own name without folder and endings: what a trace is called that has no id."""
    return _ENDINGS.sub("", name.replace("\\", "/").rpartition("/")[2]) or "trace"


@dataclass(frozen=True)
class Document:
    """The bytes of one file (already decompressed) under the name that the person gave it."""

    name: str
    buffer: memoryview
    beside: Mapping[str, Document] = field(default_factory=dict)
    """Files that belong to this one, by their names as seen from its folder: those that `Reader.beside` picked."""

    @property
    def stem(self) -> str:
        return stem(self.name)

    @cached_property
    def head(self) -> bytes:
        """The first bytes, as `_head` has them; all that a `sniff` may look at. One value for all of them."""
        return _head.of(self.buffer)

    def look_further(self) -> bool:
        """Have `head` show what stands behind large objects and arrays, too; whether that shows anything else."""
        if len(self.buffer) <= limits.SNIFF_BYTES_MAX or self.head.lstrip()[:1] not in {b"{", b"["}:
            return False
        before, self.__dict__["head"] = self.head, _head.outlined(self.buffer)
        for made_of_it in ("quoted", "has_escaped_letters"):
            self.__dict__.pop(made_of_it, None)
        return self.head != before

    @cached_property
    def quoted(self) -> frozenset[bytes]:
        """What stands between two quotes in the head: keys and texts of JSON among them, each in one look."""
        return frozenset(self.head.split(b'"')[1:-1])

    @cached_property
    def has_escaped_letters(self) -> bool:
        """Whether letters are escaped that need not be: then a key may be there in other bytes than its own."""
        return b"\\u00" in self.head and _ESCAPED_LETTER.search(self.head) is not None


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known so far. `fraction` of the bytes has been read; the last reading is `complete`."""

    traces: tuple[Trace, ...]
    notices: tuple[Notice, ...] = ()
    fraction: float = 1.0
    complete: bool = True


STRETCH_BYTES = 64 << 10
"""How much is read at a time, so that it stays in the processor's cache. After it one may pause."""


def on_the_way(read: int, size: int) -> Reading:
    """There is nothing new to see; whoever waits learns how far it is, and may have something else done meanwhile."""
    return Reading((), (), read / size, complete=False)


class Feed(Protocol):
    """A file that is still being written, read line by line: what came before is not read again."""

    def add(self, lines: memoryview) -> None:
        """Whole lines, behind those that were given before."""

    def reading(self) -> Reading:
        """All so far. Traces that were handed out before stay as they were."""


@dataclass(frozen=True, slots=True)
class Reader:
    """`sniff` gives 0.0 (certainly not) to 1.0 (certainly), looks at `document.head` only, and is cheap.

    `read` yields at least one reading; with `partial` false only the complete one, which saves time, else also some that
    hold no trace and only tell how far it is.
    """

    name: str
    """The word for `--format` and for the `format` of the JSON output."""
    title: str
    sniff: Callable[[Document], float]
    read: Callable[[Document, bool], Iterator[Reading]]
    marks: tuple[str, ...] = ()
    """Keys that its documents have: to say of a document that nobody knows why it is not one of these."""
    needs: tuple[bytes, ...] = ()
    """Of these one stands in the head of each document of which `sniff` says more than 0; where none does, the reader is
    not even imported. () where nothing has to.
    """
    is_fallback: bool = False
    """Whether it shows what nobody knows. It is asked last, and what it shows is labelled so."""
    of_lines: bool = False
    """Whether its files are lines of one session, so that an array of what they hold is a session, too."""
    takes_binary: bool = False
    """Whether it is asked about bytes that are no text, too; all others are spared them."""
    beside: Callable[[Document, Iterable[str]], Sequence[str]] | None = None
    """For a recording of several files: which of the names near a file belong to it. The names are those of its folder, its
    own among them, and of the folder that is called as it is.
    """
    beside_across: bool = False
    """Whether files may belong to it, too, that are called as it is and lie in the folders beside its own."""
    main_files: tuple[str, ...] = ()
    """For a folder that is one recording: where in it the file may lie that is opened for all, `{name}` is its own name."""
    parts: tuple[tuple[str, str], ...] = ()
    """How the files that are opened with another one are called, as expressions, and in their groups the file or the files
    (`*`) of which the first is opened for all: in a folder they are no recordings of their own.
    """
    feed: Callable[[Document], Feed] | None = None
    """For formats of lines that can go on where they were; the document is what is there of the file at first."""
