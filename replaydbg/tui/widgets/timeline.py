"""The list of steps as a waterfall on one axis of time, which zooms and pans; and the lines above it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message
from textual.strip import Strip
from textual.worker import get_current_worker

from replaydbg.tui.widgets.line_list import AT_ONCE_STEPS, Looks
from replaydbg.tui.widgets.zoomed import ZoomedChain
from replaydbg.views.bars import Axis
from replaydbg.views.chain import ChainView
from replaydbg.views.columns import Columns
from replaydbg.views.signs import ASCII
from replaydbg.views.text import Span

if TYPE_CHECKING:  # imported where somebody looks at the timeline
    from replaydbg.views.timeline import Head, Sweep

_ZOOM_STEP = 2
_SHARE_MIN = 1e-6
"""Of the whole run: a millionth of it is shorter than any step that can be seen."""


class TimelineChain(ZoomedChain):
    """A list of steps that can be a timeline: same rows, same folds, same cursor, most of the width is time."""

    class Zoomed(Message):
        """Another stretch of time is shown, or the timeline was opened or closed."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, TimelineChain.Zoomed)

    stretch: Axis | None = None
    """The time that is shown; None while this is the usual list."""

    def show_timeline(self, *, on: bool) -> bool:
        """Open or close the timeline; False where no times were recorded."""
        view = self.view
        if not on or view is None:
            if view is not None:
                view.slowest = ()
            self._stretch_to(None)
            return True
        if view.trace.begins_ns is None:
            return False
        if view.sweep is not None:
            self._swept(view, view.sweep)
        else:
            self._sweep_all(view, None)
        return True

    def _sweep_all(self, view: ChainView, stretch: Axis | None) -> None:
        """See what ran when, in a thread where there is much, and show that time of it, or all."""
        if len(view.trace) <= AT_ONCE_STEPS:
            self._swept(view, _sweep(view), stretch)
        else:
            self.run_worker(
                lambda: self._sweep(view, stretch),
                thread=True, exclusive=True, exit_on_error=False, group="sweep",
            )  # fmt: skip

    def _sweep(self, view: ChainView, stretch: Axis | None) -> None:
        known = _sweep(view)
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._swept, view, known, stretch)

    def _swept(self, view: ChainView, known: Sweep | None, stretch: Axis | None = None) -> None:
        if known is not None and self.view is not None and view.trace is self.view.trace:
            self.view.sweep, self.view.slowest = known, known.slowest
            self._stretch_to(stretch or known.axis)

    def dress(self, view: ChainView, before: ChainView | None) -> None:
        """Of another trace, or of more of the same, the timeline is made anew: who has zoomed stays at that time."""
        super().dress(view, before)
        if self.stretch is None or view.sweep is not None or before is None:
            return
        goes_on = before.trace.id == view.trace.id and before.sweep is not None
        zoomed = goes_on and before.sweep is not None and self.stretch != before.sweep.axis
        self.call_after_refresh(self._sweep_all, view, self.stretch if zoomed else None)

    def _stretch_to(self, axis: Axis | None) -> None:
        self.stretch = axis
        self._frame = None
        self.refresh()
        self.post_message(self.Zoomed())

    def _framed(self, width: int) -> tuple[Columns, Axis | None]:
        if self.stretch is None or self.view is None:
            return super()._framed(width)
        return self.view.timeline(width, 3), self.stretch

    def action_zoom(self, direction: int) -> None:
        """Show half of the time around the step of the cursor, or twice as much; of the list, the level nearer by."""
        if self.stretch is None:
            self.action_level(direction)
            return
        if self.view is None or self.view.sweep is None or self.row < 0:
            return
        all_of_it = self.view.sweep.axis
        longest = all_of_it.end_ns - all_of_it.start_ns
        length = self.stretch.end_ns - self.stretch.start_ns
        length = length // _ZOOM_STEP if direction > 0 else (length + 1) * _ZOOM_STEP
        length = min(max(length, int(longest * _SHARE_MIN), 1000), longest)
        start, end = self.view.times(self.view.chain.entry(self.cursor))
        if start < 0:
            start, end = self.stretch.start_ns, self.stretch.end_ns
        # A step that is longer than what is seen is followed from its beginning.
        first = start if end - start > length else (start + max(end, start) - length) // 2
        self._stretch_to(_within(all_of_it, first, length))

    def action_pan(self, direction: int) -> None:
        """Show the time before, or after: a quarter of what is seen."""
        if self.stretch is None or self.view is None or self.view.sweep is None:
            return
        all_of_it = self.view.sweep.axis
        length = self.stretch.end_ns - self.stretch.start_ns
        self._stretch_to(_within(all_of_it, self.stretch.start_ns + direction * (length // 4), length))


def _sweep(view: ChainView) -> Sweep | None:
    from replaydbg.views.timeline import sweep

    return sweep(view.trace, view.chain.joins.finishes)


def _within(all_of_it: Axis, first: int, length: int) -> Axis:
    first = min(max(first, all_of_it.start_ns), all_of_it.end_ns - length)
    return Axis(first, first + max(length, 1))


class TimelineHead(Looks, inherit_bindings=False):
    """Time, steps at once, tokens and cost along the timeline; made anew when another stretch is shown."""

    DEFAULT_CSS = "TimelineHead { height: 3; overflow: hidden; scrollbar-size: 0 0; }"

    def __init__(self, chain: TimelineChain, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.chain = chain
        self._known: tuple[object, Head] | None = None

    def render_line(self, y: int) -> Strip:
        view, axis, width = self.chain.view, self.chain.stretch, self.size.width
        if view is None or axis is None or view.sweep is None or width < 1:
            waits = "looking at what ran when …" if y == 0 and view is not None and width > 0 else ""
            return self.strip((Span(f" {waits}", "dim"),), width)
        from replaydbg.views.timeline import Head, head_line, profile

        columns = view.timeline(self.chain.size.width, 3)
        key = (view.trace, axis, columns)
        if self._known is None or self._known[0] != key:
            label = self.chain.size.width - columns.bar + 1
            known = profile(view.sweep, axis, columns.bar - 2)
            head = Head(known, axis, view.sweep.axis.start_ns, label, plain=self.chain.signs is ASCII)
            self._known = (key, head)
        return self.strip(head_line(y, self._known[1]), width)
