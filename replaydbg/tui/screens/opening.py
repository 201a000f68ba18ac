"""What stands there until the first steps are: the name of the file, and how to leave.

It imports next to nothing, so that it is painted as soon as a screen can be; the rest of the program is imported by the
thread that reads the file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

from textual import events
from textual.app import ComposeResult

from replaydbg.tui.background import lasting
from replaydbg.tui.screens.acting import ActingScreen, bindings
from replaydbg.tui.setup import Setup
from replaydbg.tui.widgets.footer import FooterLine
from replaydbg.tui.widgets.one_line import OneLine
from replaydbg.views.text import Line, Span, printable


class NameLine(OneLine):
    """The beginning of the line that the header of the main screen goes on with."""

    DEFAULT_CSS = "NameLine { dock: top; background: $panel; }"

    def __init__(self, name: str, state: str = "opening …") -> None:
        super().__init__()
        self.file = name
        self._state = state

    def say(self, state: str) -> None:
        if state != self._state:
            self._state = state
            self.refresh()

    def line(self, width: int) -> Line:  # noqa: ARG002 - what is too long is cut off
        return (Span(" "), Span(printable(self.file), "strong"), Span("   "), Span(self._state, "info"))


class OpeningScreen(ActingScreen[None]):
    WHERE = "opening"
    BINDINGS = bindings("opening")

    def __init__(self, setup: Setup) -> None:
        super().__init__()
        self._setup = setup

    def compose(self) -> ComposeResult:
        path, state = Path(self._setup.path), "opening …"
        if self._setup.follow:
            state = "waiting for the first step …" if path.exists() else "not there yet: waiting for it …"
        yield NameLine(path.name, state)
        yield FooterLine()

    def on_mount(self) -> None:
        self.offer()

    def so_far(self, fraction: float) -> None:
        """Say how much has been read."""
        self.query_one(NameLine).say(f"reading {fraction:.0%}")

    def do_leave(self) -> None:
        self.app.exit(0)

    def on_key(self, event: events.Key) -> None:
        """Keys of the screen that is to come."""
        event.prevent_default()  # what all screens say of a key that nobody wanted
        if event.is_printable or event.key.startswith("f"):
            self.say(f"{event.character or event.key}: the first steps are still being read", "dim")


_FIRST_ROWS_SECONDS_MAX = 0.3


def read(setup: Setup, post: Callable[[Any], object], painted: Event) -> None:
    """In a thread: import what the first rows need, then read. Once there are rows it rests until they are painted:

    two threads that compute share one interpreter, and the person waits for the rows.
    """
    with lasting(not setup.follow):
        from replaydbg.tui import workers
        from replaydbg.tui.messages import TraceRead
        from replaydbg.tui.screens import main  # noqa: F401 - so that the screen need not import it when rows come

        def posted(message: Any) -> None:
            post(message)
            if isinstance(message, TraceRead):
                painted.wait(_FIRST_ROWS_SECONDS_MAX)
                painted.set()  # it waits once

        workers.read(setup, posted)
