"""The program has to end, and nobody asked for it: why, and where what the person made is kept."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.screen import Screen
from textual.worker import WorkerFailed

from replaydbg.drivers import mapped
from replaydbg.errors import CutShort
from replaydbg.tui.screens.acting import ActingScreen

if TYPE_CHECKING:
    from replaydbg.actions.sitting import OpenSitting


def cause(error: Exception) -> Exception:
    """What went wrong. Where a file was cut short that somebody looks at, it was that, whatever came of it."""
    try:
        mapped.ask()
    except CutShort as problem:
        return problem
    if isinstance(error, WorkerFailed) and isinstance(error.error, Exception):
        return error.error
    return error


def last_words(error: Exception, sitting: OpenSitting | None, screens: Iterable[Screen[object]]) -> Exception:
    """The same, with where the acts of the sitting are, and a text that was being typed."""
    if not isinstance(error, CutShort):
        return error
    kept = [error.hint]
    if sitting is not None and sitting.history.past and sitting.saved:
        kept.append(f"what you made of it is kept in {sitting.path}")
    for screen in screens:
        text = screen.unsaved if isinstance(screen, ActingScreen) else ""
        if text:
            kept.append(f"the text that was not saved yet is in {_saved(text)}")
    return CutShort(error.message, "; ".join(kept))


def _saved(text: str) -> str:
    """A file of this user's alone."""
    try:
        handle, name = tempfile.mkstemp(suffix=".txt", prefix="replaydbg-unsaved-", text=True)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as problem:
        return f"no file: {problem.strerror}"
    return name
