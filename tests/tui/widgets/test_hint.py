"""The line of a hint."""

from __future__ import annotations

from replaydbg.tui.widgets.hint import HintLine
from tests.tui.host import running


async def test_it_takes_no_room_while_there_is_none() -> None:
    line = HintLine()
    async with running(line, size=(60, 5)) as (_, pilot):
        assert not line.display, "at first"
        line.show("] goes on")
        await pilot.pause()
        assert line.size.height == 1
        assert "".join(span.text for span in line.line(60)) == " ] goes on  (--no-hints)"
        assert "".join(span.text for span in line.line(20)) == " ] goes on"
        line.show("")
        await pilot.pause()
        assert not line.display
