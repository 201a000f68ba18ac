"""The steps to look at first, worked out in a thread. Enter on a line goes to its step."""

from __future__ import annotations

from functools import partial

from replaydbg.tui import workers
from replaydbg.tui.background import apart
from replaydbg.tui.desk import Shown
from replaydbg.tui.messages import Suspected
from replaydbg.tui.screens.page import PageScreen
from replaydbg.tui.widgets.document import Document
from replaydbg.views.blocks import Block
from replaydbg.views.suspects import suspect_lines


class SuspectsScreen(PageScreen):
    def __init__(self, shown: Shown) -> None:
        super().__init__(
            "suspects: steps to look at first",
            lambda _folds, _width: iter([Block("the run is being looked over", "dim")]),
        )
        self._shown = shown

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(apart(partial(workers.suspect, self._shown, self.post_message)))

    def on_suspected(self, event: Suspected) -> None:
        lines = list(suspect_lines(self._shown.trace, event.suspects))
        blocks = [Block(line.text, line.look, row=line.row, hang=_HANG_CELLS) for line in lines]
        text = self.query_one(Document)
        text.show(lambda _folds, _width: iter(blocks))
        text.cursor = next((at for at in text.lines_of(lambda block: block.row >= 0)), 0)


_HANG_CELLS = 11
