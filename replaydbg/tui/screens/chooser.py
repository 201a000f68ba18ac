"""Which trace? The traces of a folder or of a file with many: searched, sorted, their findings counted meanwhile."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from textual.app import ComposeResult
from textual.message import Message
from textual.worker import get_current_worker

from replaydbg.actions import traces
from replaydbg.core.trace import Trace
from replaydbg.tui import theme
from replaydbg.tui.actions import UserAction
from replaydbg.tui.background import give_way, worker
from replaydbg.tui.messages import TraceRead
from replaydbg.tui.screens.acting import bindings
from replaydbg.tui.screens.jumping import JumpingScreen
from replaydbg.tui.screens.opening import NameLine
from replaydbg.tui.setup import Setup
from replaydbg.tui.widgets.footer import FooterLine
from replaydbg.tui.widgets.line_list import LineList
from replaydbg.views.text import Line, plural
from replaydbg.views.traces import Listed, Order, arranged, listed_line

_BETWEEN_REPORTS_SECONDS = 0.2
_LINES_OF_REPORT = 5000
"""A list that is so many times as long is told so many times more seldom: it is sorted anew, on the thread of the screen."""


class TraceList(LineList, inherit_bindings=False):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Listed] = []
        self.marked: Listed | None = None
        """To be compared with another one."""
        self._signs = theme.signs(os.environ)

    class Chosen(Message):
        def __init__(self, row: Listed, against: Listed | None = None) -> None:
            """`against` is the trace to compare it with."""
            super().__init__()
            self.row = row
            self.against = against

    def load(self, rows: list[Listed]) -> None:
        """The cursor stays on its trace, or at the top where it was not moved."""
        here = self.rows[self.cursor] if 0 < self.cursor < len(self.rows) else None
        self.rows = rows
        if here is not None:
            name = (here.path, here.number)
            same = (at for at, row in enumerate(rows) if (row.path, row.number or here.number) == name)
            self.set_reactive(LineList.cursor, next(same, self.cursor))
        self.lines_changed()
        self.show_line(self.cursor)

    @property
    def count(self) -> int:
        return len(self.rows)

    def line(self, index: int, width: int) -> Line:
        row = self.rows[index]
        return listed_line(row, width, self._signs, marked=same_trace(row, self.marked))

    @property
    def row(self) -> Listed | None:
        """The trace under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    def action_open(self) -> None:
        if self.row is not None:
            self.post_message(self.Chosen(self.row))

    def mark(self) -> bool:
        """Mark the trace under the cursor, or take its mark away; whether one is marked now."""
        self.marked = None if same_trace(self.row, self.marked) else self.row
        self.refresh()
        return self.marked is not None


def same_trace(one: Listed | None, other: Listed | None) -> bool:
    """What is known of a line grows while the files are read."""
    return one is not None and other is not None and (one.path, one.number) == (other.path, other.number)


class Looked(Message):
    """More is known: by path, the lines that take the place of the one of the file."""

    def __init__(self, known: dict[str, tuple[Listed, ...]], left: int) -> None:
        super().__init__()
        self.known = known
        self.left = left


class ChooserScreen(JumpingScreen[None]):
    """Tells the app what was chosen (`TraceList.Chosen`). It stays where it is meanwhile: a key leads back to it."""

    WHERE = "chooser"
    BINDINGS = bindings("chooser")

    def __init__(self, setup: Setup, whole: TraceRead | None = None) -> None:
        """`whole` is a file that has been read; without one `setup.path` is a folder."""
        super().__init__()
        self._setup, self.whole = setup, whole
        self._of_file = whole.reading.traces if whole is not None else ()
        self._lines: dict[str, tuple[Listed, ...]] = {}
        self._left = -1
        self.order = Order.NAME
        self.words = ""

    def compose(self) -> ComposeResult:
        yield NameLine(Path(self._setup.path).name if self.whole else self._setup.path)
        yield TraceList()
        yield FooterLine()

    def on_mount(self) -> None:
        self.query_one(TraceList).focus()
        self.offer()
        self.run_worker(worker(partial(self._look, self._setup, self._of_file)), group="look")

    def _look(self, setup: Setup, of_file: Sequence[Trace]) -> None:
        """In a thread: the names first, then what is in the files, one by one."""
        worker = get_current_worker()
        if of_file:
            lines = [
                traces.of_trace(trace, Listed(setup.path, trace.id), number)
                for number, trace in enumerate(of_file, 1)
            ]
        else:
            lines = list(traces.listed(setup.path))
        self.post_message(
            Looked(
                {setup.path: tuple(lines)} if of_file else {line.path: (line,) for line in lines}, len(lines)
            )
        )
        fresh: dict[str, tuple[Listed, ...]] = {}
        last, between = time.monotonic(), _BETWEEN_REPORTS_SECONDS * max(1, len(lines) / _LINES_OF_REPORT)
        for number, line in enumerate(lines, 1):
            if worker.is_cancelled:
                return
            if of_file:
                lines[number - 1] = traces.with_findings(line, of_file[number - 1])
            else:
                fresh[line.path] = traces.read_listed(line)
            if time.monotonic() - last > between or number == len(lines):
                self.post_message(
                    Looked({setup.path: tuple(lines)} if of_file else fresh, len(lines) - number)
                )
                fresh, last = {}, time.monotonic()
            give_way()

    def on_looked(self, event: Looked) -> None:
        self._lines.update(event.known)
        self._left = event.left
        self._arrange()

    def _arrange(self) -> None:
        every = [line for lines in self._lines.values() for line in lines]
        rows = arranged(every, self.order, self.words)
        self.query_one(TraceList).load(rows)
        found = sum(1 for line in every if line.is_trace)
        said = f"{plural(found, 'trace')}"
        if self.words:
            said = f"“{self.words}” {len(rows):,} of {said}"
        busy = f"   reading, {self._left:,} left" if self._left > 0 else ""
        self.query_one(NameLine).say(f"{said}   by {self.order}{busy}")
        if not every and self._left == 0:
            self.say(f"there is no file in this folder: {self.key('leave')} leaves")

    def do_open(self) -> None:
        self.query_one(TraceList).action_open()

    def do_mark(self) -> None:
        row = self.query_one(TraceList).row
        if row is None or not row.is_trace:
            self.say(f"{self.key('mark')} Mark: this is no trace")
        elif self.query_one(TraceList).mark():
            self.say(f"{row.label} is marked: {self.key('compare')} on another line compares the two", "good")
        else:
            self.say("nothing is marked", "dim")

    def do_compare(self) -> None:
        """The marked one is what was before."""
        traces_ = self.query_one(TraceList)
        if traces_.marked is None:
            self.say(
                f"{self.key('compare')} Compare: with what? {self.key('mark')} marks a trace, {self.key('compare')} on another line compares the two"
            )
        elif traces_.row is not None and same_trace(traces_.row, traces_.marked):
            self.say(
                f"{self.key('compare')} Compare: it is marked itself: go to another line, {self.key('compare')} there compares the two"
            )
        elif traces_.row is not None:
            self.post_message(TraceList.Chosen(traces_.row, traces_.marked))

    def do_sort(self) -> None:
        orders = list(Order)
        self.order = orders[(orders.index(self.order) + 1) % len(orders)]
        self.query_one(TraceList).action_top()
        self._arrange()
        self.say(f"sorted by {self.order}", "dim")

    def do_search(self) -> None:
        from replaydbg.tui.screens.dialogs import Line as TypedLine

        before = self.words

        def left(text: str | None) -> None:
            self._search(before if text is None else text)

        self.app.push_screen(
            TypedLine("/ search", self.words, "words in names, ids and formats", self._search), left
        )

    def _search(self, words: str) -> None:
        self.words = words
        self._arrange()

    def _is_over_another(self) -> bool:
        """Whether it lists the traces of a file that was chosen from a folder."""
        return sum(isinstance(screen, ChooserScreen) for screen in self.app.screen_stack) > 1

    def label(self, action: UserAction) -> str:
        leaves = action.id == "leave" and not self.words and not self._is_over_another()
        return "Quit" if leaves else super().label(action)

    def do_leave(self) -> None:
        if self.words:
            self._search("")
        elif self._is_over_another():
            self.dismiss(None)
        else:
            self.app.exit(0)

    def do_quit(self) -> None:
        self.app.exit(0)

    def on_trace_list_chosen(self, event: TraceList.Chosen) -> None:
        if not event.row.is_trace:
            event.stop()
            self.say(f"{event.row.name}: {event.row.problem}")
