"""A recording that is still being written: how what comes is put on the screen, so that nothing of it goes and comes again.

Rows that were read show at once, or, where that took no time before, when their facts are known; what was found before is
told until all rules have run over what is there now. Rules that run are not given up for each line that is added: where a
run grows faster than it is checked, they would never come to an end.
"""

from __future__ import annotations

import time
from functools import partial

from replaydbg import limits
from replaydbg.actions.open import chosen
from replaydbg.core.trace import Trace
from replaydbg.errors import ReplaydbgError
from replaydbg.readers._api import Reading
from replaydbg.tui import workers
from replaydbg.tui.desk import Shown
from replaydbg.tui.messages import Known
from replaydbg.tui.screens.acting import ActingScreen
from replaydbg.tui.screens.sizing import Sizing
from replaydbg.views.text import plural


class Following(Sizing):
    _looked_over: Shown | None = None
    """What the rules run over; it may have gone on since."""
    _newest: Trace | None = None
    """What was read last."""
    _is_awaited = False
    """Whether it is shown once its facts are known, unless more of the run is shown before."""
    _began = 0.0
    _took = 0.0
    """Seconds until the facts of the run were known, the last time."""

    def go_on(self, reading: Reading) -> None:
        """What is there by now. A person at the end of it stays at the end, but not one who reads the last step."""
        desk, before = self.desk, self.desk.shown
        at_end = self.chain.at_end and not self.detail.document.has_focus
        desk.read_only = "the file is still being written: open it without --follow to edit"
        if not reading.traces:
            return
        try:
            trace = chosen(reading.traces, desk.trace_id) if desk.trace_id else reading.traces[-1]
        except ReplaydbgError as problem:  # it may still come
            self.say(f"{problem.message}: waiting for it")
            self.paint_header()
            return
        if before is not None and not at_end and desk.trace_id is None:
            trace = next((each for each in reading.traces if each.id == before.trace.id), trace)
        if trace.id != reading.traces[-1].id and desk.trace_id is None:
            self.say(
                f"{plural(len(reading.traces), 'trace')} by now; the last row of this one leads to the newest"
            )
        elif (
            before is not None
            and before.trace.id != trace.id
            and before.trace.id in {each.id for each in reading.traces}
        ):
            count = len(reading.traces)
            self.say(f"the newest of {count} traces in this file; without --follow they are listed")
        self._newest = trace
        if self._looked_over is None:
            self._look_over(self._made(trace))
        elif not self._is_soon_known():
            self._put(self._made(trace))

    def _made(self, trace: Trace) -> Shown:
        made, before = self.desk.made(trace), self.desk.shown
        if before is not None and before.trace.id == trace.id:
            made.go_on_from(before)
        return made

    def _look_over(self, shown: Shown) -> None:
        """Run the rules over it, and show it if it is not shown."""
        self._looked_over, self._began = shown, time.monotonic()
        self._is_awaited = self.desk.shown is not shown
        if self._is_awaited and not self._is_soon_known():
            self._put(shown)
        self.work("check", partial(workers.check, shown, self.post_message, run_stays=False))

    def _is_soon_known(self) -> bool:
        """Whether what the rules run over is the run that is shown, and its facts are there in no time."""
        before, shown = self.desk.shown, self._looked_over
        soon = time.monotonic() - self._began < limits.FOLLOW_SECONDS and self._took < limits.FOLLOW_SECONDS
        same = before is not None and shown is not None and before.trace.id == shown.trace.id
        return same and before is not None and before.known and soon

    def _put(self, shown: Shown) -> None:
        self._is_awaited, self.desk.complete = False, True
        self.show(self.desk.take(shown))
        self.chain.once_shown(self.seek_again)

    def on_known(self, event: Known) -> None:
        shown = event.shown
        shown.known = True
        is_over = shown is self._looked_over
        if is_over:
            self._took = time.monotonic() - self._began
        if is_over and self._is_awaited:
            self._put(shown)
        elif shown is self.desk.shown:
            self.load_chain(shown)
            self.settle()
        if is_over:
            self._pages_go_on(shown)

    def _pages_go_on(self, shown: Shown) -> None:
        """Also where more of the run is shown by now: of that the facts are not known."""
        for screen in self.app.screen_stack:
            if isinstance(screen, ActingScreen):
                screen.run_went_on(shown)

    def rules_have_run(self, shown: Shown) -> None:
        """What they found is told of what is shown by now, which is next."""
        if shown is not self._looked_over:
            return
        self._looked_over, now = None, self.desk.shown
        self._pages_go_on(shown)
        if now is not None and now is not shown and now.trace.id == shown.trace.id:
            now.go_on_from(shown)
            self.load_chain(now)
            self.paint_findings(now)
            self.paint_header()
            self.chain.once_shown(self.filter_again)
        if self._newest is not None and self._newest is not shown.trace:
            is_shown = now is not None and now.trace is self._newest
            self._look_over(now if is_shown and now is not None else self._made(self._newest))

    def tell_of_file(self, known: list[str], reading: Reading) -> None:
        from replaydbg.actions import follow

        if follow.GONE not in reading.notices and any(each.endswith(follow.GONE.message) for each in known):
            self.say("the file is back")
        for notice in filter(follow.is_of_file, reading.notices):
            if not any(each.endswith(notice.message) for each in known):
                self.say(notice.message)

    def seek_again(self) -> None:
        """There are more rows by now: what was looked for is looked for in them, too."""
        raise NotImplementedError

    def filter_again(self) -> None:
        """There are more findings by now, which a filter may ask for."""
        raise NotImplementedError
