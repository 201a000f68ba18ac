"""One finding on a page of its own: its evidence side by side, what would mend it, what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from textual.app import ComposeResult

from replaydbg.core.finding import Finding
from replaydbg.tui import outside, workers
from replaydbg.tui.actions import State, keyed
from replaydbg.tui.background import worker
from replaydbg.tui.desk import Shown
from replaydbg.tui.messages import LookedUp
from replaydbg.tui.screens.acting import bindings
from replaydbg.tui.screens.jumping import JumpingScreen
from replaydbg.tui.widgets.document import Document
from replaydbg.tui.widgets.footer import FooterLine
from replaydbg.tui.widgets.said import Said, sayable
from replaydbg.views.blocks import Block, Folds
from replaydbg.views.detail import Page
from replaydbg.views.exhibit import Exhibit
from replaydbg.views.finding import explained, finding_page, head_blocks

GO, MEND, SUPPRESS = "go", "mend", "suppress"


class Wish(NamedTuple):
    """What the person wants done on the main screen."""

    what: str
    finding: Finding
    row: int = -1


class FindingScreen(JumpingScreen[Wish | None]):
    """Gives a wish, or None. What it shows is looked up in a thread; until then the head and the rule's page stand there."""

    WHERE = "finding"
    BINDINGS = bindings("finding")

    def __init__(
        self,
        shown: Shown,
        findings: Sequence[Finding],
        at: int,
        page: Page,
        read_only: str = "",
        *,
        listed: Callable[[], Sequence[Finding]] = tuple,
    ) -> None:
        """`listed` gives those that are listed by now, of a recording that is still being written."""
        super().__init__()
        self._listed = listed
        self.shown, self._findings, self._page = shown, findings, page
        self._read_only = read_only
        self.at = at
        self.exhibit: Exhibit | None = None
        self.round = 0

    @property
    def finding(self) -> Finding:
        return self._findings[self.at]

    @property
    def document(self) -> Document:
        return self.query_one(Document)

    def compose(self) -> ComposeResult:
        yield Said("", id="editor-title")
        yield Document(id="form")
        yield FooterLine()

    def on_mount(self) -> None:
        self.document.focus()
        self._look()

    def state(self) -> State:
        return State(
            findings=len(self._findings),
            mendable=self.exhibit is not None
            and bool(self.exhibit.repair or self.exhibit.choices or self.exhibit.beginning),
            loops=len(self.exhibit.rounds) if self.exhibit is not None else 0,
            read_only=self._read_only,
        )

    def position(self) -> object:
        return (super().position(), self.at, self.round)

    def _look(self) -> None:
        """Show the finding at `at`."""
        self.exhibit, self.round = None, 0
        facts, finding = self.shown.facts, self.finding

        def waiting(_folds: Folds, _width: int) -> Iterator[Block]:
            yield from head_blocks(facts, finding)
            yield Block("its evidence is being looked up", "dim")
            yield Block()
            yield from explained(self._page(finding.code))

        self.document.show(waiting)
        self._look_up()

    def _look_up(self) -> None:
        title = f" finding {self.at + 1:,} of {len(self._findings):,}"
        self.query_one("#editor-title", Said).update(sayable(title))
        self.run_worker(
            worker(partial(workers.look_up, self.shown, self.finding, self.post_message)),
            group="look-up",
            exclusive=True,
        )
        self.offer()

    def run_went_on(self, shown: Shown) -> None:
        """The same finding, as it is by now; where it is none any more, what was found stays to be read."""
        if not shown.checked:
            return
        finding = self.finding
        for listed in (self._listed(), tuple(shown.findings)):
            alike = [
                at
                for at, one in enumerate(listed)
                if (one.code, one.step_ids[:1]) == (finding.code, finding.step_ids[:1])
            ]
            if alike:
                at = next((at for at in alike if listed[at] == finding), alike[0])
                self.shown, self._findings, self.at = shown, listed, at
                self._look_up()
                return
        self.say("the run went on, and this is not found any more")

    def on_looked_up(self, event: LookedUp) -> None:
        if event.exhibit.finding is self.finding:
            self.exhibit = event.exhibit
            self._paint()
            self.offer()

    def _paint(self) -> None:
        assert self.exhibit is not None
        facts, exhibit, page, first = self.shown.facts, self.exhibit, self._page, self.round
        self.document.show(
            lambda folds, width: finding_page(
                facts, exhibit, folds, width, page=page, keys=partial(keyed, self.WHERE), first_round=first
            ),
            keep_place=True,
        )

    # Keys

    def do_open(self) -> None:
        """To the step of the line, else to the first of the finding; on a fold, fold."""
        block = self.document.block
        if block is not None and block.fold:
            self.document.action_toggle_fold()
            return
        row = block.row if block is not None else -1
        if row < 0 and self.finding.step_ids:
            row = self.shown.trace.row(self.finding.step_ids[0])
        if row >= 0:
            self.dismiss(Wish(GO, self.finding, row))

    def on_document_led(self, event: Document.Led) -> None:
        self.dismiss(Wish(GO, self.finding, event.row))

    def do_mend(self) -> None:
        self.dismiss(Wish(MEND, self.finding))

    def do_suppress(self) -> None:
        self.dismiss(Wish(SUPPRESS, self.finding))

    def do_next_round(self) -> None:
        self._to_round(1)

    def do_previous_round(self) -> None:
        self._to_round(-1)

    def _to_round(self, by: int) -> None:
        rounds = len(self.exhibit.rounds) if self.exhibit is not None else 0
        there = max(0, min(self.round + by, rounds - 2))
        if there != self.round:
            self.round = there
            self._paint()

    def do_next_finding(self) -> None:
        self._to_finding(1)

    def do_previous_finding(self) -> None:
        self._to_finding(-1)

    def _to_finding(self, by: int) -> None:
        there = max(0, min(self.at + by, len(self._findings) - 1))
        if there != self.at:
            self.at = there
            self._look()

    def do_copy(self) -> None:
        block = self.document.block
        way = outside.copy(self.app, block.text if block is not None else "")
        self.say(f"copied the line {way}", "good")

    def do_leave(self) -> None:
        self.dismiss(None)
