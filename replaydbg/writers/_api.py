"""What a writer is. A format to convert to is one file here with a module constant `WRITER`; there is no list to edit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from replaydbg.core.finding import Finding
from replaydbg.core.trace import Trace


@dataclass(slots=True)
class Losses:
    """What a format has no place for, counted: nothing is left out without being said."""

    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, thing: str, why: str, count: int = 1) -> None:
        """`thing` in the singular, its plural made with an s or, of replies, with another ending."""
        if count:
            self._counts[thing, why] += count

    def __iter__(self) -> Iterator[str]:
        for (thing, why), count in self._counts.items():
            several = f"{thing[:-1]}ies" if thing.endswith("ly") else f"{thing}s"
            yield f"{count:,} {thing if count == 1 else several}: {why}"


@dataclass(frozen=True, slots=True)
class Written:
    """A trace to be written, and what rules found in it where that is wanted."""

    trace: Trace
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Writer:
    """`write` gives the file piece by piece, and has told `losses` everything when it ends."""

    name: str
    """The word for `--to`."""
    title: str
    write: Callable[[Iterable[Written], Losses], Iterator[bytes]]
    holds_many: bool = True
    """Whether a file may hold several traces."""
    holds_calls_only: bool = False
    """Whether of a run without a model call nothing would be written."""
