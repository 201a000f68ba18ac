"""The steps to look at first, worked out in a thread. Enter on a line goes to its step."""

from __future__ import annotations

from functools import partial

from replaydbg.tui import workers
from replaydbg.tui.background import worker
from replaydbg.tui.desk import Shown
from replaydbg.tui.messages import Suspected
from replaydbg.tui.screens.page import PageScreen
from replaydbg.tui.widgets.document import Document
from replaydbg.views.blocks import Block
from replaydbg.views.suspects import SuspectLine, suspect_lines


class SuspectsScreen(PageScreen):
    def __init__(self, shown: Shown) -> None:
        super().__init__(
            "suspects: steps to look at first",
            lambda _folds, _width: iter([Block("the run is being looked over", "dim")]),
        )
        self._shown = shown

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(worker(partial(workers.suspect, self._shown, self.post_message)), group="suspect")

    def on_suspected(self, event: Suspected) -> None:
        lines = list(suspect_lines(self._shown.trace, event.suspects))
        text = self.query_one(Document)
        text.show(lambda _folds, width: (_block(line, width) for line in lines))
        text.cursor = next((at for at in text.lines_of(lambda block: block.row >= 0)), 0)


_HANG_CELLS = 11
_NARROW_CELLS = 60


def _block(line: SuspectLine, width: int) -> Block:
    """What a reason goes on with stands below it; where that leaves too little room, nearer to the edge."""
    hang = 0 if line.row < 0 else _HANG_CELLS if width >= _NARROW_CELLS else 4
    if line.text.startswith(" " * _HANG_CELLS):
        return Block(line.text.lstrip(), line.look, row=line.row, indent=hang)
    return Block(line.text, line.look, row=line.row, hang=hang)
