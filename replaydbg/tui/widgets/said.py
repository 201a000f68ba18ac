"""A sentence of ours on a dialog or a page: no markup in it, and ASCII where the terminal has nothing else."""

from __future__ import annotations

import os

from textual.widgets import Static

from replaydbg.tui import theme
from replaydbg.views.signs import ascii_text


class Said(Static):
    def __init__(self, text: str, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(sayable(text), id=id, classes=classes, markup=False)


def sayable(text: str) -> str:
    return ascii_text(text) if theme.ascii_only(os.environ) else text
