"""How the panes share the screen: by keys, by dragging the line between two of them, and as it was the last time."""

from __future__ import annotations

from functools import partial

from textual import events
from textual.widget import Widget

from replaydbg.actions.shares import LEAST, MOST, Shares
from replaydbg.tui import actions, workers
from replaydbg.tui.messages import SharesRead
from replaydbg.tui.screens.workplace import Workplace
from replaydbg.tui.widgets.panes import FindingsPane, PlanPane

_USUAL: Shares = (38, 55)
_STEP = 5
_KEEP_SECONDS = 0.3


class Sizing(Workplace):
    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self._shares: dict[str, Shares] = {}
        """By layout, where they are not the usual ones."""
        self._arranged: tuple[Shares, bool, bool] = (_USUAL, True, False)
        self._held = ""
        """The line that the mouse holds: "left" or "below"."""
        self._moved = self._waiting = False
        """Whether a line was moved at all, and whether that is about to be kept."""

    def on_mount(self) -> None:
        if self.desk.setup.keeps_shares:
            self.call_after_refresh(self.work, "shares", partial(workers.read_shares, self.post_message))

    def on_shares_read(self, event: SharesRead) -> None:
        self._shares = {**event.shares, **self._shares}
        self._arrange()

    @property
    def _layout(self) -> str:
        width = self.app.size.width
        return next(name for least, name in reversed(self.app.HORIZONTAL_BREAKPOINTS or []) if width >= least)

    @property
    def shares(self) -> Shares:
        return self._shares.get(self._layout, _USUAL)

    def position(self) -> object:
        return super().position(), self.shares

    def offer(self) -> None:
        """After all that a person does: a pane may have got all the room."""
        super().offer()
        self._arrange()

    def on_resize(self, _event: events.Resize) -> None:
        self._arrange()

    def _arrange(self) -> None:
        zoomed, pane = self.has_class("-zoomed"), self.pane_name()
        is_below, alone = pane in (actions.FINDINGS, actions.PLAN), zoomed and self.chain.stretch is None
        self.set_class(zoomed and pane == actions.DETAIL, "-zoomed-detail")
        self.set_class(alone and is_below, "-zoomed-below")
        self.set_class(alone and not is_below, "-zoomed-above")
        arranged = self.shares, zoomed or self._layout == "-narrow", alone
        if arranged == self._arranged or self.shares == _USUAL == self._arranged[0]:
            return
        self._arranged = arranged
        below, left = self.shares
        self.query_one("#left").styles.width = None if arranged[1] else f"{left}%"
        for each in self._below():
            each.styles.height = None if alone else f"{below}%"

    def _below(self) -> tuple[Widget, ...]:
        return self.query_one(FindingsPane), self.query_one(PlanPane)

    def _share(self, *, below: int | None = None, left: int | None = None) -> None:
        before = self.shares
        wanted = (before[0] if below is None else below, before[1] if left is None else left)
        after = min(max(wanted[0], LEAST), MOST), min(max(wanted[1], LEAST), MOST)
        if after != before:
            self._shares[self._layout] = after
            self._arrange()
            self._keep_soon()

    # By keys

    def do_narrower(self) -> None:
        self._move(-_STEP)

    def do_wider(self) -> None:
        self._move(_STEP)

    def _move(self, by: int) -> None:
        """The line beside the pane with the focus: the list and the detail share the width, the panes below the height."""
        below, left = self.shares
        if self.pane_name() in (actions.FINDINGS, actions.PLAN):
            self._share(below=below + by)
        else:
            self._share(left=left + (by if self.pane_name() != actions.DETAIL else -by))

    # By the mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """The line on the left of the detail, and that on top of what is below the list, can be dragged."""
        at, detail = event.screen_offset, self.detail.region
        below = [pane.region for pane in self._below() if pane.display]
        if detail.x and detail.contains_point(at) and at.x == detail.x:
            self._held = "left"
        elif any(region.contains_point(at) and at.y == region.y for region in below):
            self._held = "below"
        else:
            return
        self.query_one("#panes").capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        panes = self.query_one("#panes").region
        if self._held == "left":
            self._share(left=round(100 * (event.screen_x - panes.x) / panes.width))
        elif self._held == "below":
            self._share(below=round(100 * (panes.bottom - event.screen_y) / panes.height))

    def on_mouse_up(self) -> None:
        if self._held:
            self._held = ""
            self.query_one("#panes").release_mouse()

    # From sitting to sitting

    def _keep_soon(self) -> None:
        """In a thread, once the line rests: a slow disk must not hold up a key."""
        if self.desk.setup.keeps_shares and not self._waiting:
            self._moved = self._waiting = True
            self.set_timer(_KEEP_SECONDS, self._keep_shares)

    def _keep_shares(self) -> None:
        self._waiting = False
        self.work("shares", partial(workers.keep_shares, dict(self._shares)))

    def on_unmount(self) -> None:
        if self._moved:  # the thread may not have come to it
            workers.keep_shares(self._shares)
