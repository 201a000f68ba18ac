"""The verbs about futures: re-running what follows the edits, branches, comparing."""

from __future__ import annotations

from replaydbg.tui.screens.changing import Changing


class Running(Changing):
    pass
