"""The main screen: the panes of `Workplace` with all verbs, and the keys of the table of actions."""

from __future__ import annotations

from replaydbg.tui.screens.acting import bindings
from replaydbg.tui.screens.hinting import Hinting


class MainScreen(Hinting):
    WHERE = "main"
    BINDINGS = bindings("main")
