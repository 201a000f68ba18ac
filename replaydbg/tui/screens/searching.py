"""Search and filter: the same small language (`views/query.py`) for both. A search marks and jumps, a filter hides."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property, partial
from typing import TYPE_CHECKING

from textual import work

from replaydbg.tui import actions, workers
from replaydbg.tui.messages import SearchMoved
from replaydbg.tui.screens import inside
from replaydbg.tui.screens.reported import Reported
from replaydbg.tui.widgets.panes import Chain
from replaydbg.tui.widgets.searched import SearchedDocument
from replaydbg.views.text import plural

if TYPE_CHECKING:
    from replaydbg.tui.desk import Shown
    from replaydbg.tui.screens.dialogs import Line


class Searching(Reported):
    @work
    async def do_search(self) -> None:
        """Where one reads a step, inside its text; else in all steps."""
        if self.pane_name() == actions.DETAIL:
            await inside.ask_words(self, self.detail.document)
            return
        origin, before, trace = self.row, self.searched, self.chain.trace
        text = await self._typed("/ search", before, filtering=False)
        if text is None:
            self.look_for(before, origin, filtering=False)
            if trace is not None and origin >= 0:
                self.go_to_step(trace.ids[origin])
        elif text != self.searched or text == self._given_up:
            self.look_for(text, origin, filtering=False)
        else:
            self.say(*self._told)

    @work
    async def do_filter(self) -> None:
        before = self.filtered
        text = await self._typed("& filter", before, filtering=True)
        if text is None:
            self.look_for(before, self.row, filtering=True)
        elif text != self.filtered:
            self.look_for(text, self.row, filtering=True)
        else:
            self.say(*self._told)

    async def _typed(self, label: str, value: str, *, filtering: bool) -> str | None:
        """What is typed into the line at the bottom; each pause in typing searches for what stands there."""
        from replaydbg.tui.screens.dialogs import Line
        from replaydbg.views.query import HELP

        line = Line(label, value, HELP, partial(self.look_for, begin=self.row, filtering=filtering))
        self._line, self._told = line, ("", "")
        try:
            return await self.app.push_screen_wait(line)
        finally:
            self._line = None

    _line: Line | None = None
    """Where one types just now."""
    _told = ("", "")
    """What was told there last, and its look: it is said again when the line has gone."""

    def seek_again(self) -> None:
        self.hits = self.chain.hits
        for filtering, text in ((True, self.filtered), (False, "" if self.picked_on_map else self.searched)):
            if text and filtering not in self._sought and text != self._given_up:
                self._seek(text, max(self.row, 0), filtering=filtering, again=True)

    def filter_again(self) -> None:
        if self.filtered:
            _, again = self._sought.get(True, (None, True))
            self._seek(self.filtered, max(self.row, 0), filtering=True, again=again)

    def look_for(self, text: str, begin: int, *, filtering: bool) -> None:
        """Search all steps for what was typed, in a thread; what was looked for before is given up."""
        from replaydbg.views.expressions import QueryProblem
        from replaydbg.views.query import inside as in_texts
        from replaydbg.views.query import parse

        shown, text = self.desk.shown, text.strip()
        if shown is None:
            return
        try:
            terms = parse(text)
        except QueryProblem as problem:
            self._tell(str(problem), "error")
            return
        if filtering:
            self.filtered, self.picked_on_map = text, ""
        else:
            self.searched, self.hits, self._jumps, self._given_up = text, (), True, ""
            self.chain.find(())
            if self.detail.document.sought == self._in_texts:
                self.detail.document.forget()
            self._in_texts = in_texts(terms)
            self._mark_inside()
        if not terms:
            self.workers.cancel_group(self, "filter" if filtering else "search")
            self._sought.pop(filtering, None)
            if filtering:
                self.chain.pick(None)
            self._tell("")
            self.paint_header()
            return
        if not filtering:
            self._began_at = max(begin, 0)
        self._seek(text, max(begin, 0), filtering=filtering, again=False)

    @cached_property
    def _sought(self) -> dict[bool, tuple[Shown, bool]]:
        """What is looked through just now, and whether it was before when there was less of it; by whether that is to filter."""
        return {}

    def _seek(self, text: str, begin: int, *, filtering: bool, again: bool) -> None:
        shown = self.desk.shown
        assert shown is not None
        self._sought[filtering] = shown, again
        job = partial(
            workers.search, shown, text, self.about(), begin, self.post_message, filtering=filtering
        )
        self.work("filter" if filtering else "search", job)

    _in_texts = ""
    """What of that is words, to be looked for in the text of a step."""

    def settle(self) -> None:
        super().settle()
        self._mark_inside()

    def _mark_inside(self) -> None:
        self.detail.document.mark(self._in_texts if self._is_hit() else "")

    def _is_hit(self) -> bool:
        at = bisect_left(self.hits, self.row)
        return at < len(self.hits) and self.hits[at] == self.row

    def read_on_inside(self) -> None:
        """Who goes into the text of a step that was found goes to the place in it, wherever that is folded away."""
        text = self.detail.document
        if self._in_texts and not text.sought and self._is_hit():
            text.look_for(self._in_texts, text.place, unfold=True, quiet=True)

    _began_at = 0
    _jumps = True
    """Whether the cursor goes to the first hit: it stays where rows were added."""

    def _tell(self, text: str, look: str = "warning", *, again: bool = False) -> None:
        """What was told before is told as it stands by now, but not `again` over something else that is said."""
        if again and self.said != self._told[0]:
            return
        self._told = text, look
        if self._line is not None and self._line.is_mounted:
            self._line.say(text)
        else:
            self.say(text, look)

    def on_search_moved(self, event: SearchMoved) -> None:
        over, again = self._sought.get(event.filtering, (None, False))
        if over is not event.shown or event.text != (self.filtered if event.filtering else self.searched):
            return
        if event.last:
            del self._sought[event.filtering]
            if over is not self.desk.shown:  # the run has gone on meanwhile
                self.chain.once_shown(self.seek_again)
        elif again:
            return  # what was found before stays until all is known
        (self._left if event.filtering else self._found)(event, again=again)
        if not self.chain.row >= 0 and event.last:
            self.settle()
        self.offer()

    def _left(self, event: SearchMoved, *, again: bool) -> None:
        """What a filter leaves."""
        if event.problem:  # what fits further on would be hidden
            self.filtered = ""
            self.chain.pick(None)
            self.paint_header()
            self._tell(f"{event.problem}: nothing is filtered", "error")
            return
        self.chain.pick(self.chain.carried(event.rows, event.shown.trace))
        self.paint_header()
        self._tell(
            f"{plural(len(event.rows), 'step')} of {len(event.shown.trace):,}{_so_far(event)}"
            f"   {self.key('back')} clears the filter",
            "good",
            again=again,
        )

    def _found(self, event: SearchMoved, *, again: bool) -> None:
        """What a search found."""
        rows = self.chain.carried(event.rows, event.shown.trace) or ()
        first = self._jumps and not self.hits and bool(rows)
        self._jumps = self._jumps and not event.last
        self.hits = rows
        self.chain.find(rows)
        if first:
            self._to_hit(self._began_at)
        self._mark_inside()
        found = plural(len(event.rows), "step")
        if event.problem:
            self._tell(f"{event.problem}: found in {found} before that", "error", again=again)
        elif event.last and not event.rows:
            where = "in this run" if self.desk.complete else "in what has been read so far"
            self._tell(f"“{self.searched}” is nowhere {where}", again=again)
        else:
            ways = [f"{self.key('next_hit')} next", f"{self.key('previous_hit')} previous"] * bool(event.rows)
            ways += [f"{self.key('back')} stops"] * (not event.last)
            told = f"“{self.searched}” is in {found}{_so_far(event)}: {', '.join(ways)}"
            self._tell(told, "good" if event.rows else "dim", again=again)

    def _to_hit(self, begin: int) -> None:
        at = bisect_left(self.hits, begin)
        self.chain.go_to(self.hits[at if at < len(self.hits) else 0])

    def on_searched_document_sought(self, event: SearchedDocument.Sought) -> None:
        inside.tell(self, event)

    def _goes_on_inside(self, by: int) -> bool:
        """Whether n and N are those of the text that one reads."""
        text = self.detail.document
        if self.pane_name() != actions.DETAIL or not text.sought:
            return False
        text.to_next(by)
        return True

    def do_next_hit(self) -> None:
        if self._goes_on_inside(1):
            return
        at = bisect_right(self.hits, self.row)
        if at < len(self.hits):
            self.chain.go_to(self.hits[at])

    def do_previous_hit(self) -> None:
        if self._goes_on_inside(-1):
            return
        at = bisect_left(self.hits, self.row) - 1
        if at >= 0:
            self.chain.go_to(self.hits[at])

    _given_up = ""
    """What was looked for when the person stopped that: it is not looked for again by itself."""

    def stop_search(self) -> bool:
        """Look no further; what was found stays. False where nothing is looked for just now."""
        if False not in self._sought:
            return False
        self.workers.cancel_group(self, "search")
        del self._sought[False]
        self._given_up = self.searched
        found = plural(len(self.hits), "step")
        self.say(
            f"the search was stopped: “{self.searched}” is in {found} so far; {self.key('search')} begins anew"
        )
        return True

    def position(self) -> object:
        return super().position(), False in self._sought

    def clear_filter(self) -> bool:
        """Show all steps again; False where nothing was filtered."""
        if not self.filtered and not self.picked_on_map:
            return False
        self.look_for("", self.row, filtering=True)
        return True

    def on_filtered_chain_lifted(self, event: Chain.Lifted) -> None:
        self.filtered = self.picked_on_map = ""
        self.workers.cancel_group(self, "filter")
        self._sought.pop(True, None)
        self.paint_header()
        self.say(f"the filter is off: it hid #{event.row + 1}", "dim")


def _so_far(event: SearchMoved) -> str:
    return "" if event.last else f"   {event.fraction:.0%} searched"
