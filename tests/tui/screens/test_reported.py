"""What workers report to the main screen."""

from __future__ import annotations

from pathlib import Path

from replaydbg.core.finding import Notice
from replaydbg.graph.facts import Facts
from replaydbg.readers._api import Reading
from replaydbg.tui.desk import Shown
from replaydbg.tui.messages import Found, TraceRead
from replaydbg.tui.screens.reported import nothing_found
from tests.support.blocks import violation
from tests.support.build import assistant, call, model_call, tool_execution, trace, user
from tests.support.desk import open_demo, open_made

RUN = trace(model_call("m", [user("go")], "1"))


async def test_steps_show_while_the_file_is_read(tmp_path: Path) -> None:
    async with open_made(tmp_path, RUN) as sitting:
        longer = trace(model_call("m", [user("go")], "1"), model_call("n", [user("on")], "2"))
        sitting.main.on_trace_read(TraceRead(Reading((longer,), fraction=0.4, complete=False)))
        await sitting.pilot.pause()
        assert "reading 40%" in sitting.text
        assert "2 steps" in sitting.text
        await sitting.press("e")
        assert "waits until the file is read" in sitting.said


async def test_notices_are_counted(tmp_path: Path) -> None:
    async with open_made(tmp_path, RUN) as sitting:
        sitting.main.on_trace_read(TraceRead(Reading((RUN,), (Notice("/a", "odd"), Notice("/b", "odd")))))
        await sitting.until_text("2 notices")


async def test_findings_of_what_is_no_longer_shown_change_nothing_on_the_screen(tmp_path: Path) -> None:
    async with open_made(tmp_path, RUN) as sitting:
        old = sitting.shown
        other = sitting.main.desk.read(RUN, complete=True)
        sitting.main.on_found(Found(old, (violation("m", "/model"),), last=False))
        assert other.findings == []
        assert "1 error" not in sitting.text


async def test_the_screen_stays_where_the_person_went(tmp_path: Path) -> None:
    """Findings arrive late on long traces: they may not pull the cursor away."""
    async with open_demo(tmp_path) as sitting:
        sitting.main.touched = True
        sitting.main.chain.go_to(2)
        sitting.main.on_found(Found(sitting.shown, (), last=True))
        await sitting.pilot.pause()
        assert sitting.main.row == 2


def test_what_could_not_be_checked_has_not_passed() -> None:
    clean = Shown(Facts(RUN))
    assert nothing_found(clean) == ("nothing was found in 1 step", "good")
    clean.unchecked = 2
    text, look = nothing_found(clean)
    assert "2 tool calls could not be checked" in text
    assert look != "good"


async def test_calls_without_a_schema_are_counted_on_the_screen(tmp_path: Path) -> None:
    run = trace(
        model_call("m", [user("go")], assistant("", call("f", {"a": 1}, "c"))),
        tool_execution("t", call("f", {"a": 1}, "c"), 1),
    )
    async with open_made(tmp_path, run) as sitting:
        await sitting.until_text("1 call without a schema")
