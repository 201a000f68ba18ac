"""The program in the terminal: wiring only. `ReplayApp(setup).run()` is what the command line calls."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable
from typing import Any

from textual.app import App, SystemCommand
from textual.screen import Screen
from textual.worker import WorkerFailed

from replaydbg.errors import ReplaydbgError
from replaydbg.tui import theme
from replaydbg.tui.actions import of_screen
from replaydbg.tui.desk import Desk, Setup
from replaydbg.tui.screens.acting import ActingScreen
from replaydbg.tui.screens.main import MainScreen
from replaydbg.tui.screens.progress import ProgressScreen


class ReplayApp(App[int]):
    """One recording on the desk, one main screen."""

    CSS_PATH = "replaydbg.tcss"
    TITLE = "replaydbg"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (150, "-xwide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]
    ESCAPE_TO_MINIMIZE = False

    def __init__(self, setup: Setup) -> None:
        super().__init__(ansi_color=theme.terminal_colours(os.environ))
        self.setup = setup
        self.mistake: Exception | None = None
        """The mistake of ours that ended the program."""
        self.animation_level = "none"  # a page that slides takes half a second and 90 KB

    def on_mount(self) -> None:
        for each in theme.THEMES:
            self.register_theme(each)
        self.theme = theme.first_theme(os.environ)
        self.push_screen(MainScreen(Desk(self.setup)))
        self.call_after_refresh(_keep_what_is_there)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: what the keys do, by name; and the themes."""
        if isinstance(screen, ActingScreen):
            for action in of_screen(screen.WHERE):
                yield SystemCommand(
                    f"{action.label}  ({action.signs})", action.tooltip, _deed(screen, action.id)
                )
        yield SystemCommand("Theme", "Choose the colours", self.action_change_theme)

    def run(self, **options: Any) -> int | None:
        """Gives the exit code. A mistake of ours is raised once the terminal is whole again, for the face to tell of."""
        for name in ("COLUMNS", "LINES"):
            os.environ.pop(name, None)  # where they are exported they hide every later resize of the terminal
        code = super().run(**options)
        if self.mistake is not None:
            raise self.mistake
        return code if code is not None else self.return_code

    async def action_quit(self) -> None:
        """From any screen. What a re-run was answered is kept first."""
        if isinstance(self.screen, ProgressScreen):
            self.screen.do_stop()
            return
        for screen in self.screen_stack:
            if isinstance(screen, MainScreen):
                screen.do_quit()
                return
        self.exit(0)

    def _handle_exception(self, error: Exception) -> None:
        """What the person asked for and cannot have is a dialog; anything else ends the program in good order."""
        if isinstance(error, ReplaydbgError) and isinstance(self.screen, MainScreen):
            self.screen.tell("That cannot be done", error.message, error.hint)
            return
        if isinstance(error, WorkerFailed):
            error = error.error if isinstance(error.error, Exception) else error
        if self.mistake is None:
            self.mistake = error
            self._exception = error
            self._exception_event.set()
        self._return_code = 1
        self._close_messages_no_wait()


def _deed(screen: ActingScreen[object], action_id: str) -> Callable[[], None]:
    def do() -> None:
        screen.action_act(action_id)

    return do


def _keep_what_is_there() -> None:
    """After the first paint: what was imported stays for good, so the collector need never walk it again."""
    gc.freeze()
    gc.enable()
