"""Make the pictures of the README from the real program on the bundled incident: `python -m tests.support.make_screenshots`.

That of the browser needs Chromium and is left as it is without.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

from replaydbg.actions.demo import incident_path
from replaydbg.tui.screens.compare import CompareScreen
from replaydbg.tui.screens.dialogs import Choose
from replaydbg.tui.screens.editor import EditorScreen
from replaydbg.tui.screens.rerun import RerunScreen
from tests.support.chromium import PROGRAM, chromium
from tests.support.desk import CURE, open_demo
from tests.support.screens import picture
from tests.support.serving import serving

SIZE = (120, 36)


async def make(folder: Path) -> None:
    """graph.png, timeline.png, violation.png, edit.png, comparison.png."""
    with tempfile.TemporaryDirectory() as scratch:
        async with open_demo(Path(scratch), SIZE) as sitting:
            picture(sitting.app, folder / "graph.png")
            await sitting.press("T")
            await sitting.pilot.pause(0.2)
            picture(sitting.app, folder / "timeline.png")
            await sitting.press("T")
            await sitting.pilot.pause(0.2)
            await sitting.press("F")
            await sitting.until_text("what the schema says")
            picture(sitting.app, folder / "violation.png")
            await sitting.press("q", "1", "e")
            await sitting.until(lambda: isinstance(sitting.app.screen, Choose))
            await sitting.press("enter")
            await sitting.until(lambda: isinstance(sitting.app.screen, EditorScreen))
            await sitting.type(CURE)
            await sitting.press("ctrl+s")
            await sitting.until(lambda: sitting.main.desk.plan is not None)
            await sitting.pilot.pause(0.3)
            picture(sitting.app, folder / "edit.png")
            await sitting.press("r")
            await sitting.until(lambda: isinstance(sitting.app.screen, RerunScreen))
            await sitting.press("y")
            await sitting.until_text("findings gone")
            await sitting.press("D")
            await sitting.until(lambda: isinstance(sitting.app.screen, CompareScreen))
            await sitting.press("n", "n", "enter")
            await sitting.pilot.pause(0.2)
            picture(sitting.app, folder / "comparison.png")


def make_of_browser(folder: Path) -> None:
    """browser.png."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        trace = shutil.copy(incident_path(), scratch)
        with (
            serving("open", str(trace), "--web", folder=scratch) as server,
            chromium(scratch, (1200, 760)) as tab,
        ):
            tab.go(server.url)
            tab.until_text("#14 lookup_order is called")
            tab.press("]")
            tab.listen(1.5)
            tab.picture(folder / "browser.png")


if __name__ == "__main__":
    # Whatever the terminal is that it is started in.
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
    into = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    asyncio.run(make(into))
    if PROGRAM is not None:
        make_of_browser(into)
