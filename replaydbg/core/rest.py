"""Where long work rests: threads share one interpreter, and that of the screen comes first.

Who has work done in a thread beside a screen says how it is to rest (`resting`); who does it says when it can (`rest`): between
two calls that each keep the interpreter for some milliseconds. Elsewhere nothing rests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_how: ContextVar[Callable[[], object] | None] = ContextVar("how", default=None)


def rest() -> None:
    """Let others go first, if somebody asked for that."""
    how = _how.get()
    if how is not None:
        how()


@contextmanager
def resting(how: Callable[[], object]) -> Iterator[None]:
    """What is done meanwhile, in this thread, rests so. `how` returns when the work may go on, or raises to end it."""
    before = _how.set(how)
    try:
        yield
    finally:
        _how.reset(before)
