"""A screen that is left once. Textual takes away whatever screen is on top, also for one that has been left before."""

from __future__ import annotations

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import Screen

Answer = TypeVar("Answer")


class LeftOnce(Screen[Answer]):
    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """A key pressed twice in one go is heard twice: the second one must not take the screen below."""
        return super().dismiss(result) if self.is_active else AwaitComplete()
