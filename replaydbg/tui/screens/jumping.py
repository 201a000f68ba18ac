"""Jump: letters on everything in view that one can go to; typing those of one goes there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen, Screen

from replaydbg.tui.screens.acting import ActingScreen, LeftOnce
from replaydbg.tui.widgets.line_list import Looks, Target
from replaydbg.tui.widgets.said import Said

Answer = TypeVar("Answer")
LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""Those under the resting hand come first."""


def labels(count: int) -> list[str]:
    """So many labels, none of which begins another: one letter as far as they go, the rest two."""
    letters = len(LETTERS)
    prefixes = next(
        (number for number in range(letters) if letters - number + number * letters >= count), letters
    )
    single = [*LETTERS[: letters - prefixes]]
    double = [first + second for first in LETTERS[letters - prefixes :] for second in LETTERS]
    return [*single, *double][:count]


class JumpScreen(LeftOnce[Target | None], ModalScreen[Target | None]):
    """Lies over another screen, whose widgets paint the labels. Gives the target, or None for any other key."""

    def __init__(self, under: Screen[Any]) -> None:
        super().__init__()
        self._widgets = [each for each in under.query(Looks) if each.is_on_screen and each.size.height]
        places = [(widget, target) for widget in self._widgets for target in widget.targets()]
        self._places = dict(zip(labels(len(places)), places, strict=False))
        self.typed = ""

    def compose(self) -> ComposeResult:
        yield Said(" type the letters of a place to go there; any other key leaves", id="jump-line")

    def on_mount(self) -> None:
        self._size = self.app.size
        self._paint()

    def on_resize(self) -> None:
        if self.app.size != self._size:
            self.dismiss(None)  # what is in view has moved under the labels

    def on_unmount(self) -> None:
        for widget in self._widgets:
            widget.put_labels(())

    def _paint(self) -> None:
        """Labels that what was typed has ruled out go; of the others the letters that are left are shown."""
        for widget in self._widgets:
            widget.put_labels(
                (target, letters[len(self.typed) :])
                for letters, (owner, target) in self._places.items()
                if owner is widget and letters.startswith(self.typed)
            )

    @property
    def left(self) -> Sequence[str]:
        return [letters for letters in self._places if letters.startswith(self.typed)]

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.typed += event.character or " "
        if self.typed in self._places:
            self.dismiss(self._places[self.typed][1])
        elif not self.left:
            self.dismiss(None)
        else:
            self._paint()


class JumpingScreen(ActingScreen[Answer]):
    """A screen on which one can jump."""

    def do_jump(self) -> None:
        """Letters on all that is in view; typing those of one goes there."""

        def go(target: Target | None) -> None:
            if target is not None:
                target.go()

        self.app.push_screen(JumpScreen(self), go)
