"""The hint above the line at the bottom, where the person has not used the program yet."""

from __future__ import annotations

from functools import partial

from replaydbg.tui import workers
from replaydbg.tui.actions import keyed
from replaydbg.tui.hints import HINTS, Hints
from replaydbg.tui.messages import HintsRead
from replaydbg.tui.screens.trying import Trying
from replaydbg.tui.widgets.hint import HintLine

_KEEP_SECONDS = 0.3
_ROWS_MIN = 20
"""A lower screen has no line to spare."""


class Hinting(Trying):
    hints: Hints | None = None
    """None as long as nothing is known of the person, and where no hints are wanted."""

    def all_found(self) -> None:
        super().all_found()
        if self.desk.setup.hints and self.hints is None:
            self.work("hints", partial(workers.read_hints, self.post_message))

    def on_hints_read(self, event: HintsRead) -> None:
        self.hints = Hints(event.shown)
        self.hint()

    def action_act(self, id_: str) -> None:
        if self.hints is not None and self.hints.used(id_):
            self._keep_hints()
        super().action_act(id_)

    def offer(self) -> None:
        super().offer()
        self.hint()

    def hint(self) -> None:
        """Show what fits just now, or nothing."""
        if self.hints is None:
            return
        name = self.hints.fitting(self.state()) if self.size.height >= _ROWS_MIN else ""
        text = keyed("main", HINTS[name].text) if name else ""
        self.query_one(HintLine).show(text)
        if name and self.hints.show(name):
            self._keep_hints()

    _keeping = False

    def _keep_hints(self) -> None:
        """Soon, in a thread: a slow disk must not hold up a key, and what comes together is written together."""
        if not self._keeping:
            self._keeping = True
            self.set_timer(_KEEP_SECONDS, self._keep)

    def _keep(self) -> None:
        assert self.hints is not None
        self._keeping = False
        self.work("hints", partial(workers.keep_hints, dict(self.hints.shown)))
