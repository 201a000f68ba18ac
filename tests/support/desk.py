"""The whole program on the bundled incident, or on a trace of the test's own, without a terminal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from replaydbg.actions.convert import save_trace
from replaydbg.actions.demo import PROVIDER, TOOLS, incident_path
from replaydbg.core.branch import Branch
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.tui.app import ReplayApp
from replaydbg.tui.desk import Shown
from replaydbg.tui.screens.conversation import ConversationScreen
from replaydbg.tui.screens.main import MainScreen
from replaydbg.tui.setup import Setup
from replaydbg.tui.widgets.footer import FooterLine
from tests.support.screens import Painted, text_of, until

Size = tuple[int, int]
WIDE: Size = (120, 40)
CURE = " Order ids look like ORD-048213. Regions are EU, US and APAC."
"""Added to the system prompt it mends the incident."""


_STILL_MIN = 3
"""Looks, a third of a second each: on a busy machine a thread may take that long to its next word."""


class Sitting:
    """A running program, and what tests ask of it."""

    def __init__(self, app: ReplayApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def main(self) -> MainScreen:
        assert self.app.main is not None
        return self.app.main

    @property
    def edits(self) -> int:
        """Pending edits."""
        return len(self.main.desk.edits)

    @property
    def shown(self) -> Shown:
        shown = self.main.desk.shown
        assert shown is not None
        return shown

    @property
    def branch(self) -> Branch:
        branch = self.shown.branch
        assert branch is not None
        return branch

    @property
    def text(self) -> str:
        return text_of(self.app)

    @property
    def said(self) -> str:
        """What the line at the bottom says instead of the keys; nothing where a screen has come that has no such line."""
        return "".join(line.said for line in self.app.screen.query(FooterLine))

    @property
    def spoken(self) -> str:
        """The same of the main screen, whatever is over it."""
        return self.main.query_one(FooterLine).said

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        await self.pilot.press(*("space" if char == " " else char for char in text))

    async def until(self, condition: Callable[[], Any], what: str = "") -> None:
        """Wait for it; the screen is shown where it never comes."""
        await until(self.pilot, condition, what)
        await self.pilot.pause()

    async def until_text(self, text: str) -> None:
        await self.until(lambda: text in self.text, f"“{text}”")

    async def until_quiet(self, painted: Painted) -> None:
        """Until nothing has been painted for a while: what the opening of a trace still brings has come."""
        still = 0
        for _ in range(100):
            before = painted.lines
            await self.pilot.pause(0.3)
            still = still + 1 if painted.lines == before else 0
            if still == _STILL_MIN:
                return
        raise AssertionError(f"it goes on painting\n{self.text}")

    async def until_still(self) -> None:
        """Until no work is under way and the screen has shown the same for a while. A dialog waits in the default group."""
        before, same = "", 0
        for _ in range(200):
            await self.pilot.pause(0.1)
            busy = any(each.is_running and each.group != "default" for each in self.app.workers)
            same = 0 if busy or self.text != before else same + 1
            if same == 4:
                return
            before = self.text
        raise AssertionError(f"it does not come to rest: {list(self.app.workers)}\n{self.text}")

    async def at_rest(self) -> str:
        """What the screen shows once nothing more comes by itself."""
        await self.until_still()
        return self.text

    async def until_checked(self) -> None:
        desk = self.main.desk

        def checked() -> bool:
            return desk.shown is not None and desk.shown.checked and desk.sitting is not None

        await self.until(checked, "the end of the checks")
        await self.pilot.pause(0.15)


@asynccontextmanager
async def open_setup(setup: Setup, size: Size = WIDE) -> AsyncIterator[Sitting]:
    app = ReplayApp(setup)
    async with app.run_test(size=size) as pilot:
        sitting = Sitting(app, pilot)
        await sitting.until(lambda: app.main is not None and app.main.is_mounted, "the main screen")
        yield sitting


async def conversation_of(sitting: Sitting) -> ConversationScreen:
    """Opened at the step that is selected, and its place found."""
    await sitting.press("C")
    await sitting.until(lambda: isinstance(sitting.app.screen, ConversationScreen), "the conversation")
    await sitting.pilot.pause(0.1)
    screen = sitting.app.screen
    assert isinstance(screen, ConversationScreen)
    return screen


def shown_of(facts: Facts) -> Shown:
    """What is known of a run of the test's own, as the desk has it."""
    return Shown(facts.trace, lambda: facts)


def demo_setup(folder: Path) -> Setup:
    return Setup(
        incident_path(),
        session_path=str(folder / "session.sqlite3"),
        demo=True,
        provider=PROVIDER,
        tools=TOOLS,
        allowed=frozenset(TOOLS),
    )


@asynccontextmanager
async def open_demo(folder: Path, size: Size = WIDE) -> AsyncIterator[Sitting]:
    """The incident, read and checked."""
    async with open_setup(demo_setup(folder), size) as sitting:
        await sitting.until_checked()
        yield sitting


@asynccontextmanager
async def open_made(folder: Path, trace: Trace, size: Size = WIDE) -> AsyncIterator[Sitting]:
    """A trace of the test's own, read from a file and checked."""
    path = folder / "made.json"
    save_trace(trace, str(path))
    async with open_setup(Setup(str(path), session_path=str(folder / "session.sqlite3")), size) as sitting:
        await sitting.until_checked()
        yield sitting
