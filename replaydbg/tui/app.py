"""The program in the terminal: wiring only. `ReplayApp(setup).run()` is what the command line calls.

The first screen is painted before the rest of the program is imported: the thread that reads the file imports it.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from textual.app import SystemCommand
from textual.binding import Binding
from textual.screen import Screen
from textual.scrollbar import ScrollBar, ScrollBarRender

from replaydbg.errors import CutShort, ReplaydbgError
from replaydbg.tui import actions, theme
from replaydbg.tui.background import forget, loop_of_screen, worker
from replaydbg.tui.screens.acting import ActingScreen, program_bindings
from replaydbg.tui.screens.opening import OpeningScreen, read
from replaydbg.tui.setup import Setup
from replaydbg.tui.typed_ahead import TypedAhead

if TYPE_CHECKING:
    from replaydbg.tui.messages import ReadSoFar, TraceRead, WorkFailed
    from replaydbg.tui.screens.chooser import ChooserScreen, TraceList
    from replaydbg.tui.screens.main import MainScreen


class ReplayApp(TypedAhead[int], inherit_bindings=False):
    """One recording on the desk, one main screen."""

    CSS_PATH = "replaydbg.tcss"
    TITLE = "replaydbg"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (150, "-xwide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-high")]
    ESCAPE_TO_MINIMIZE = False
    BINDINGS = [
        # Before what has the focus, so that dialogs and lines to type in cannot hold the terminal.
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, id="main.suspend", priority=True),
        *program_bindings(),
    ]

    def __init__(self, setup: Setup) -> None:
        super().__init__(ansi_color=theme.terminal_colours(os.environ))
        self.setup = setup
        self.main: MainScreen | None = None
        """None until the first steps are there."""
        self.mistake: Exception | None = None
        """What ended the program: a mistake of ours, or a file that cannot be read."""
        self._opened = setup
        """What is shown, or about to be: the setup itself, or one trace of the many that it names."""
        self._painted = Event()
        """Set when the first rows are on the screen."""
        self.animation_level = "none"  # a page that slides takes half a second and 90 KB
        for each in theme.THEMES:
            self.register_theme(each)
        settings = setup.settings
        self.theme = theme.first_theme(os.environ, settings.theme if settings is not None else "")
        self.key_problems = actions.give_keys(settings.keys if settings is not None else {})
        """Keys of the settings that could not be taken."""
        plain = theme.ascii_only(os.environ)
        self.set_class(plain, "-ascii")
        ScrollBar.renderer = theme.PlainBar if plain else ScrollBarRender

    def get_default_screen(self) -> Screen[None]:
        return OpeningScreen(self.setup)

    def on_mount(self) -> None:
        self.set_keymap(actions.keymap())
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        sys.setswitchinterval(_SWITCH_SECONDS)
        gc.freeze()  # what was imported stays for good, so the collector need never walk it again
        gc.enable()
        if Path(self.setup.path).is_dir():
            from replaydbg.tui.screens.chooser import ChooserScreen

            self.push_screen(ChooserScreen(self.setup))
        else:
            self._open(self.setup)

    def _open(self, setup: Setup) -> None:
        """Read this file; its trace is shown as soon as there are steps."""
        self._opened = setup
        job = partial(read, setup, self.post_message, self._painted)
        self.run_worker(worker(job), group="read", exclusive=True)

    async def on_trace_read(self, event: TraceRead) -> None:
        reading, asked = event.reading, self._opened.trace_id is not None or self._opened.follow
        several = len(reading.traces) > 1
        if self.main is not None and (asked or not several or not reading.complete):
            self.main.on_trace_read(event)
        elif several and reading.complete and not asked:
            await self._ask_which(event)
        elif (reading.complete and (reading.traces or not self._opened.follow)) or len(reading.traces) == 1:
            await self._show(event)
        else:
            self._so_far(reading.fraction)

    def on_read_so_far(self, event: ReadSoFar) -> None:
        if self.main is not None:
            self.main.on_read_so_far(event)
        else:
            self._so_far(event.fraction)

    def _so_far(self, fraction: float) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, OpeningScreen):
                screen.so_far(fraction)

    async def _show(self, event: TraceRead) -> None:
        from replaydbg.tui.desk import Desk
        from replaydbg.tui.screens.main import MainScreen

        desk = Desk(self._opened)
        desk.of_settings = [*self.key_problems, *self._opened.told]
        desk.one_of_many = self._chooser() is not None
        self.main = MainScreen(desk, event)
        # Its layout from the first paint on: Textual gives them when the screen is told its size, and styles all anew.
        self.main.add_class(*(name for name in _LAYOUTS if self.screen.has_class(name)))
        await self.push_screen(self.main)
        self.main.call_after_refresh(self._painted.set)

    async def _ask_which(self, event: TraceRead) -> None:
        from replaydbg.tui.screens.chooser import ChooserScreen

        await self.on_back_to_traces()
        await self.push_screen(ChooserScreen(self._opened, event))

    async def on_back_to_traces(self) -> None:
        if self.main is not None:
            main, self.main = self.main, None
            main.let_go()
            await self.pop_screen()
            self.call_after_refresh(forget)

    async def on_trace_list_chosen(self, event: TraceList.Chosen) -> None:
        """From the chooser: a trace of a file that has been read, or a file of a folder."""
        row, chooser = event.row, self._chooser()
        assert chooser is not None
        setup = self._opened if chooser.whole is not None else self.setup
        setup = replace(setup, path=row.path, trace_id=row.trace_name)
        if event.against is not None:
            setup = replace(setup, against=event.against.path, against_trace=event.against.trace_name)
        else:
            setup = replace(setup, against=self.setup.against, against_trace=None)
        if chooser.whole is not None:
            self._opened = setup
            await self._show(chooser.whole)
        else:
            self._open(setup)

    def _chooser(self) -> ChooserScreen | None:
        """The list of traces on top, if any."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, ActingScreen) and screen.WHERE == "chooser":
                return screen  # type: ignore[return-value]
        return None

    def on_work_failed(self, event: WorkFailed) -> None:
        """The file cannot be read. Before there is anything to look at, the sentence is for the shell."""
        chooser = self._chooser()
        if chooser is not None and self.main is None:
            chooser.say(f"{event.problem.message}  {event.problem.hint}", "error")
        elif self.main is None:
            self.mistake = event.problem
            self.exit(return_code=event.problem.exit_code)
        else:
            self.main.on_work_failed(event)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: what the keys do, by name; and the themes."""
        from replaydbg.tui.widgets.said import sayable

        if isinstance(screen, ActingScreen):
            for action in actions.of_screen(screen.WHERE):
                yield SystemCommand(
                    sayable(f"{action.label}  ({action.signs})"),
                    sayable(actions.keyed(screen.WHERE, action.tooltip)),
                    _deed(screen, action.id),
                )
        yield SystemCommand("Theme", "Choose the colours", self.action_change_theme)

    def run(self, **options: Any) -> int | None:
        """Gives the exit code. A mistake of ours is raised once the terminal is whole again, for the face to tell of."""
        for name in ("COLUMNS", "LINES"):
            os.environ.pop(name, None)  # where they are exported they hide every later resize of the terminal
        with asyncio.Runner(loop_factory=loop_of_screen) as runner:
            code = runner.run(self.run_async(**options))
        if self.mistake is not None:
            raise self.mistake
        return code if code is not None else self.return_code

    async def action_quit(self) -> None:
        """From any screen. What a re-run was answered is kept first."""
        screen = self.screen
        if isinstance(screen, ActingScreen) and screen.WHERE == "progress":
            screen.action_act("stop")
        elif not all(each.may_quit() for each in self.screen_stack if isinstance(each, ActingScreen)):
            return
        elif self.main is not None:
            self.main.do_quit()
        else:
            self.exit(0)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In the editor the key takes back what was typed; a browser has no shell."""
        if action == "suspend_process":
            editing = isinstance(self.screen, ActingScreen) and self.screen.WHERE == "editor"
            return self._driver is not None and self._driver.can_suspend and not editing
        return super().check_action(action, parameters)

    def _handle_exception(self, error: Exception) -> None:
        """What the person asked for and cannot have is a dialog; anything else ends the program in good order."""
        from replaydbg.tui.ending import cause, last_words

        error = cause(error)
        if isinstance(error, ReplaydbgError) and self.screen is self.main and not isinstance(error, CutShort):
            self.main.tell("That cannot be done", error.message, error.hint)
            return
        if self.mistake is None:
            sitting = self.main.desk.sitting if self.main is not None else None
            self.mistake = last_words(error, sitting, self.screen_stack)
            self._exception = error
            self._exception_event.set()
        self._return_code = 1
        self._close_messages_no_wait()


_LAYOUTS = {name for _, name in ReplayApp.HORIZONTAL_BREAKPOINTS + ReplayApp.VERTICAL_BREAKPOINTS}

_SWITCH_SECONDS = 0.0005
"""How long a thread that computes keeps the interpreter: with the usual ten times of it each key waits for the rules."""


def _deed(screen: ActingScreen[object], action_id: str) -> Callable[[], None]:
    def do() -> None:
        screen.action_act(action_id)

    return do
