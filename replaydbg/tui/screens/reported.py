"""What the workers report to the main screen: steps that were read, the sitting, facts, findings, failures."""

from __future__ import annotations

import time
from functools import partial

from replaydbg.actions.open import chosen
from replaydbg.errors import ReplaydbgError
from replaydbg.readers._api import Reading
from replaydbg.tui import actions, workers
from replaydbg.tui.desk import Shown
from replaydbg.tui.messages import Found, ReadSoFar, SatDown, TraceRead, WorkFailed
from replaydbg.tui.screens.following import Following
from replaydbg.tui.widgets.line_list import AT_ONCE_STEPS
from replaydbg.tui.widgets.panes import FindingsPane
from replaydbg.views.text import plural

_HIGH_ROWS = 30
"""From this height on the list of findings is shown unasked. The screen's own size comes later than a quick check's end."""

_BETWEEN_FINDINGS_SECONDS = 3.0


class Reported(Following):
    def on_trace_read(self, event: TraceRead) -> None:
        reading, desk = event.reading, self.desk
        desk.fraction = reading.fraction
        desk.traces = reading.traces
        known = desk.notices
        desk.notices = [
            *desk.of_settings,
            *(notice.sentence for notice in reading.notices),
        ]
        if not reading.complete:
            shown = desk.shown
            steps = len(reading.traces[0]) if reading.traces else 0
            if steps and (shown is None or steps <= AT_ONCE_STEPS or steps >= 2 * len(shown.trace)):
                self.show(desk.read(reading.traces[0], complete=False))
                self.chain.once_shown(self.seek_again)
            self.paint_header()
            return
        if desk.setup.follow:
            self.go_on(reading)
            self.tell_of_file(known, reading)
            return
        self._take(reading)

    def on_read_so_far(self, event: ReadSoFar) -> None:
        if not self.desk.complete:
            self.desk.fraction = event.fraction
            self.paint_header()

    def _take(self, reading: Reading) -> None:
        """The file has been read and it is known which trace of it is wanted."""
        if not reading.traces:
            said = reading.notices[0].message if reading.notices else ""
            self.tell("There is nothing to show", f"{self.desk.setup.path} holds no trace", said, fatal=True)
            return
        try:
            trace = chosen(reading.traces, self.desk.trace_id)
        except ReplaydbgError as problem:
            self.tell("That trace is not here", problem.message, problem.hint, fatal=True)
            return
        self.show(self.desk.read(trace, complete=True))
        self.chain.once_shown(self.seek_again)
        self.work("sit", partial(workers.sit_down, self.desk.setup, trace, self.post_message))

    def on_sat_down(self, event: SatDown) -> None:
        desk = self.desk
        desk.sitting = event.sitting
        if event.sitting is None:
            desk.read_only = f"nothing can be kept, so nothing can be edited: {event.problem}"
            self.say(desk.read_only)
            return
        for notice in event.sitting.notices:
            desk.notices.append(notice.message)
            self.say(notice.message)
        self.remark()
        if desk.branch_id or desk.edits or event.sitting.history.sitting.suppressed:
            self.sitting_changed()
        else:
            self.offer()

    def on_found(self, event: Found) -> None:
        shown = event.shown
        shown.add(event.findings)
        self.desk.notices += [notice.message for notice in event.notices]
        first = bool(shown.findings) and not self.touched
        if event.last:
            shown.settle()
            shown.unchecked = event.unchecked
        if shown is self.desk.shown and (event.last or self._due(shown)):
            self.load_chain(shown)
            self.paint_findings(shown)
            self.paint_header()
            self.settle()
            following = self.desk.setup.follow
            if first and event.last and not following:
                self.greet()
            elif event.last and not following and not shown.findings and not self.said:
                self.say(*nothing_found(shown))
            if event.last:
                self.filter_again()
                self.all_found()
                if not following:
                    self.chain.once_shown(self.chain.lay_ahead)
        if event.last:
            self.rules_have_run(shown)

    _due_at = 0.0

    def _due(self, shown: Shown) -> bool:
        """Whether to show what a rule has just found: in a long run that takes some time, and every rule finds something."""
        now = time.monotonic()
        if len(shown.trace) > AT_ONCE_STEPS and now < self._due_at:
            return False
        self._due_at = now + _BETWEEN_FINDINGS_SECONDS
        return True

    def all_found(self) -> None:
        """The rules have been over what is shown."""

    def greet(self) -> None:
        """Nobody has pressed a key yet: begin where something is wrong, and show the list of it where there is room."""
        self.query_one(FindingsPane).display = self.app.size.height >= _HIGH_ROWS
        self.chain.once_shown(lambda: None if self.touched else self.chain.to_worst_finding())

    def on_work_failed(self, event: WorkFailed) -> None:
        event.stop()  # the app would tell it again
        self.comparing = ""
        self.tell("That cannot be done", event.problem.message, event.problem.hint, fatal=event.fatal)

    def sitting_changed(self) -> None:
        """Something was done, undone or redone: show what is looked at now."""
        raise NotImplementedError


def nothing_found(shown: Shown) -> tuple[str, str]:
    """What to say of a run without findings, and its look: what could not be checked has not passed."""
    if shown.suppressed:
        found = plural(len(shown.suppressed), "finding")
        return (
            f"{found}, suppressed by a person: {actions.keyed('main', '{findings}')} lists it with the reason",
            "hint",
        )
    text = f"nothing was found in {plural(len(shown.trace), 'step')}"
    if not shown.unchecked:
        return text, "good"
    calls = plural(shown.unchecked, "tool call")
    return f"{text}, but {calls} could not be checked: no schema was recorded (--tools FILE)", "hint"
