"""The detail of one step: its title, a line of tabs, and the text of the tab."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from replaydbg.tui.widgets.line_list import Target
from replaydbg.tui.widgets.one_line import OneLine
from replaydbg.tui.widgets.searched import SearchedDocument
from replaydbg.views.blocks import shown
from replaydbg.views.text import Line, Span, cell_width, clip

if TYPE_CHECKING:  # what a step says is imported once the rows are on the screen
    from replaydbg.views.conversation import Prose
    from replaydbg.views.detail import Page, Tab
    from replaydbg.views.subject import Subject

_PLACE_CELLS_MIN = 8


class TabLine(OneLine):
    """The tabs on one line; a number after a label says how many things are wrong there."""

    class Chosen(Message):
        def __init__(self, tab: int) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self) -> None:
        super().__init__()
        self.tabs: tuple[Tab, ...] = ()
        self.current = 0
        self._at: list[tuple[int, int]] = []

    def show(self, tabs: tuple[Tab, ...], current: int) -> None:
        if (tabs, current) != (self.tabs, self.current):
            self.tabs, self.current = tabs, current
            self.refresh()

    def line(self, width: int) -> Line:
        # Labels give way where there is no room: the numbers are the keys, so they stay.
        whole = _cells([tab.label for tab in self.tabs], self.tabs, gap=2) <= width
        short = not whole and _cells([tab.short for tab in self.tabs], self.tabs, gap=1) <= width
        gap = 2 if whole else 1
        spans, used = [Span(" ")], 1
        self._at = []
        for number, tab in enumerate(self.tabs):
            current = number == self.current
            name = tab.label if whole else tab.short if short or current else ""
            label = f"{number + 1} {name}".rstrip()
            count = f" ✗{tab.count}" if tab.count else ""
            spans.append(Span(label, "tab-current" if current else "tab"))
            spans.extend([Span(count, "error"), Span(" " * gap)])
            cells = cell_width(label + count)
            self._at.append((used, used + cells))
            used += cells + gap
        return tuple(spans)

    def targets(self) -> Iterable[Target]:
        for number, (begin, _end) in enumerate(self._at):
            yield Target(begin, 0, partial(self.post_message, self.Chosen(number)))

    def on_click(self, event: events.Click) -> None:
        for number, (begin, end) in enumerate(self._at):
            if begin <= event.x < end:
                self.post_message(self.Chosen(number))


def _cells(labels: list[str], tabs: tuple[Tab, ...], *, gap: int) -> int:
    counts = (len(f" ✗{tab.count}") for tab in tabs if tab.count)
    return 1 + sum(cell_width(label) + 2 + gap for label in labels) + sum(counts) - gap


class TitleLine(OneLine):
    """The step, and at the right the place of what the cursor is on, from its end."""

    def __init__(self) -> None:
        super().__init__()
        self.text = self.place = ""

    def show(self, text: str, place: str) -> None:
        if (text, place) != (self.text, self.place):
            self.text, self.place = text, place
            self.refresh()

    def line(self, width: int) -> Line:
        text = clip(f" {self.text}", width)
        room = width - cell_width(text) - 3
        place = (
            self.place if cell_width(self.place) <= room else f"…{self.place[len(self.place) - room + 1 :]}"
        )
        if not place or room < _PLACE_CELLS_MIN:
            return (Span(text, "strong"),)
        gap = " " * (width - cell_width(text) - cell_width(place) - 1)
        return (Span(text, "strong"), Span(gap), Span(place, "dim"))


class Detail(Vertical):
    """`show` gives it a step. The tab stays from step to step: somebody who reads timings reads timings."""

    def __init__(self, page: Page, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.tab = 0
        """Of `views.detail`: the first has the messages."""
        self.subject: Subject | None = None
        self._page = page
        self.markdown = False
        """Whether texts of messages are laid out as Markdown."""

    def compose(self) -> ComposeResult:
        yield TitleLine()
        yield TabLine()
        yield SearchedDocument(id="detail-text")

    @property
    def document(self) -> SearchedDocument:
        return self.query_one(SearchedDocument)

    def show(self, subject: Subject | None) -> None:
        """The same step shown anew keeps its place: findings arrived, or an edit was made."""
        same = self.subject is not None and subject is not None and self.subject.step.id == subject.step.id
        self.subject = subject
        self._paint(keep_place=same)

    def choose(self, tab: int) -> None:
        if tab != self.tab:
            self.tab = tab
            self._paint(keep_place=False)

    def toggle_markdown(self) -> None:
        self.markdown = not self.markdown
        self._paint(keep_place=True)

    def _paint(self, *, keep_place: bool) -> None:
        subject, tab, page = self.subject, self.tab, self._page
        if subject is None:
            self.query_one(TitleLine).show("", "")
            self.query_one(TabLine).show((), 0)
            self.document.show(lambda _folds, _width: iter(()))
            return
        from replaydbg.views import detail

        self.query_one(TabLine).show(detail.tabs(subject), tab)
        prose = prose_of(on=self.markdown)
        self.document.show(
            lambda folds, width: detail.tab_blocks(subject, tab, folds, width, page, prose=prose(width)),
            keep_place=keep_place,
        )
        self._tell_place()

    def on_mount(self) -> None:
        self.watch(self.document, "cursor", self._tell_place, init=False)
        self.watch(self.document, "has_focus", self._tell_place, init=False)

    def _tell_place(self) -> None:
        """What Y copies, while one walks through the text."""
        if self.subject is None:
            return
        from replaydbg.views import detail

        block = self.document.block if self.document.has_focus else None
        place = shown(block.place) if block is not None else ""
        self.query_one(TitleLine).show(detail.title(self.subject), place)

    def on_tab_line_chosen(self, event: TabLine.Chosen) -> None:
        event.stop()
        self.choose(event.tab)


def prose_of(*, on: bool) -> Callable[[int], Prose]:
    """How texts are shown in so many cells. Markdown is imported when somebody first asks for it."""
    if not on:
        from replaydbg.views.conversation import as_written

        return lambda _width: as_written
    from replaydbg.tui.markdown import rendered

    return rendered
