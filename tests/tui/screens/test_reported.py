"""What workers report to the main screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from replaydbg.core.finding import Finding, Notice, Severity
from replaydbg.graph.facts import Facts
from replaydbg.graph.fingerprints import fingerprint
from replaydbg.graph.zoom import Level
from replaydbg.readers._api import Reading
from replaydbg.tui.app import ReplayApp
from replaydbg.tui.messages import Found, ReadSoFar, TraceRead
from replaydbg.tui.screens.reported import nothing_found
from replaydbg.tui.setup import Setup
from replaydbg.tui.widgets import chain, flow_map, timeline, zoomed
from replaydbg.tui.widgets.line_list import AT_ONCE_STEPS
from tests.support.blocks import violation
from tests.support.build import assistant, call, model_call, parameters, tool, tool_execution, trace, user
from tests.support.desk import Sitting, open_demo, open_made, open_setup, shown_of
from tests.support.otlp import request, span

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
        sitting.app.on_read_so_far(ReadSoFar(0.6))
        await sitting.pilot.pause()
        assert "reading 60%" in sitting.text


async def test_notices_are_counted(tmp_path: Path) -> None:
    async with open_made(tmp_path, RUN) as sitting:
        sitting.main.on_trace_read(TraceRead(Reading((RUN,), (Notice("/a", "odd"), Notice("/b", "odd")))))
        await sitting.until_text("2 notices")


async def test_what_of_a_file_of_tools_is_none_is_a_notice(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    appended(path, span(1))
    async with open_setup(Setup(str(path), told=("tools.json: /1: no tool",))) as sitting:
        sitting.main.on_trace_read(TraceRead(Reading((RUN,), (Notice("", "odd as a whole"),))))
        assert sitting.main.desk.notices == ["tools.json: /1: no tool", "odd as a whole"]
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


async def test_the_mouse_is_a_hand_as_well(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.pilot.click(sitting.main.chain, offset=(5, 2))
        await sitting.until(lambda: sitting.main.row == 2, "the step that was clicked")
        sitting.main.on_found(Found(sitting.shown, (), last=True))
        await sitting.pilot.pause()
        assert sitting.main.row == 2


def appended(path: Path, *spans: Any) -> None:
    with path.open("ab") as file:
        file.write(orjson.dumps(request(*spans)) + b"\n")


async def test_a_file_that_is_still_being_written_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    appended(path, *[span(number, f"step {number}", 99) for number in range(1, 61)])
    async with open_setup(Setup(str(path), follow=True)) as sitting:
        await sitting.until_text("60 steps")
        await sitting.until_text("following")
        chain = sitting.main.chain
        assert chain.row == 59, "a person who follows begins at the end"
        appended(path, span(61, "step 61", 99))
        await sitting.until_text("61 steps")
        await sitting.until(lambda: chain.row == 60, "the last row")
        await sitting.until_text("step 61")
        chain.go_to(4)
        await sitting.pilot.pause()
        top = chain.scroll_offset.y
        appended(path, span(62, "step 62", 99), span(99, "agent"))
        await sitting.until_text("63 steps")
        assert sitting.shown.trace.names[chain.row] == sitting.shown.trace.names[5], (
            "the same step, below its parent"
        )
        assert chain.scroll_offset.y == top + 1, "at the same place of the screen"
        await sitting.press("e")
        assert "still being written" in sitting.said


def rounds(first: int, last: int) -> list[Any]:
    """A model call and the tool execution that it led to, each round."""
    chat = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 10}
    run = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "look"}
    return [
        one
        for number in range(first, last + 1)
        for one in (span(2 * number, "chat", 9999, chat), span(2 * number + 1, "look", 9999, run))
    ]


@pytest.mark.parametrize("at_once", [AT_ONCE_STEPS, 1])
async def test_who_looks_from_farther_away_stays_there_while_a_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    for module in (chain, zoomed):
        monkeypatch.setattr(module, "AT_ONCE_STEPS", at_once)
    path = tmp_path / "run.jsonl"
    appended(path, *rounds(1, 6))
    async with open_setup(Setup(str(path), follow=True)) as sitting:
        await sitting.until_text("12 steps")
        await sitting.until(lambda: sitting.main.chain.row >= 0, "the rows")
        await sitting.press("underscore")
        main = sitting.main
        await sitting.until(lambda: main.chain.level is Level.ROUND, "rounds")
        await sitting.press("g", "j", "j")
        here = sitting.shown.trace.ids[main.chain.row]
        appended(path, *rounds(7, 8))
        await sitting.until_text("16 steps")
        await sitting.until(lambda: main.chain.level is Level.ROUND and main.chain.count == 8, "eight rounds")
        assert sitting.shown.trace.ids[main.chain.row] == here
        assert (sitting.shown.trace.ids[main.row], main.chain.cursor) == (here, 2), "the detail, too"
        await sitting.press("G")
        appended(path, *rounds(9, 9))
        await sitting.until(lambda: main.chain.count == 9, "nine rounds")
        await sitting.until(lambda: main.chain.row == 17, "the last step")


@pytest.mark.parametrize("at_once", [AT_ONCE_STEPS, 1])
async def test_the_map_and_the_timeline_of_a_run_go_on_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    for module in (chain, timeline, flow_map):
        monkeypatch.setattr(module, "AT_ONCE_STEPS", at_once)
    path = tmp_path / "run.jsonl"
    appended(path, *rounds(1, 6))
    async with open_setup(Setup(str(path), follow=True)) as sitting:
        await sitting.until_text("12 steps")
        await sitting.press("t")
        await sitting.until_text("×6")
        appended(path, *rounds(7, 8))
        await sitting.until_text("×8")
        await sitting.press("T")
        await sitting.until_text("80 tokens")
        appended(path, *rounds(9, 9))
        await sitting.until_text("90 tokens")


async def test_a_file_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "soon.jsonl"
    app = ReplayApp(Setup(str(path), follow=True))
    async with app.run_test() as pilot:
        sitting = Sitting(app, pilot)
        await sitting.until_text("not there yet: waiting for it")
        appended(path, span(1, "first"))
        await sitting.until_text("1 step")
        await sitting.until_text("following")


async def test_a_large_file_is_followed_from_its_end_as_a_small_one_is(tmp_path: Path) -> None:
    """Its first rows are shown before all of it has been read."""
    path = tmp_path / "run.jsonl"
    for first in range(1, 3001, 100):
        appended(path, *[span(number, f"step {number} " + "x" * 300) for number in range(first, first + 100)])
    async with open_setup(Setup(str(path), follow=True)) as sitting:
        await sitting.until_text("3,000 steps")
        await sitting.until_text("following")
        await sitting.until(lambda: sitting.main.chain.row == 2999, "the last row")


async def test_a_file_that_is_written_anew_and_is_shorter(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    appended(path, *[span(number, f"step {number}", 99) for number in range(1, 61)])
    async with open_setup(Setup(str(path), follow=True)) as sitting:
        await sitting.until_text("60 steps")
        await sitting.until(lambda: sitting.main.row == 59, "the last row")
        path.write_bytes(b"")
        appended(path, *[span(number, f"step {number}", 99) for number in range(1, 21)])
        await sitting.until(lambda: len(sitting.shown.trace) == 20, "the shorter run")
        await sitting.press("g", "G", "comma")
        assert 0 <= sitting.main.row < 20


async def test_a_file_that_has_gone_and_is_back_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(orjson.dumps(request(span(1, "first")), option=orjson.OPT_INDENT_2))
    async with open_setup(Setup(str(path), follow=True)) as sitting:
        await sitting.until_text("1 step")
        path.rename(tmp_path / "rotated")
        await sitting.until_text("the file has gone, or may not be read")
        assert "first" in sitting.text
        (tmp_path / "rotated").rename(path)
        await sitting.until_text("the file is back")


async def test_a_key_that_comes_before_the_list_of_a_shorter_run(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("G")
        desk = sitting.main.desk
        last = sitting.main.row
        sitting.main.show(desk.read(RUN, complete=False))
        assert sitting.main.row < len(RUN) < last
        await sitting.press("k", "e", "escape")


async def test_a_new_trace_is_shown_to_those_who_are_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    appended(path, span(1, "first"), span(2, "second", 1))
    async with open_setup(Setup(str(path), follow=True)) as sitting:
        await sitting.until_text("2 steps")
        appended(path, span(3, "another run", traceId="ab" * 16))
        await sitting.until_text("another run")
        await sitting.until_text("the newest of 2 traces")
        sitting.main.chain.go_to(0)
        appended(path, span(4, "more of it", 3, traceId="ab" * 16))
        await sitting.until_text("2 steps")
        sitting.main.chain.go_to(0)
        await sitting.pilot.pause()
        appended(path, span(5, "a third run", traceId="cd" * 16))
        await sitting.until(lambda: "3 traces by now" in sitting.said, "that there is another")
        assert "another run" in sitting.text


async def test_a_trace_that_was_asked_for_is_waited_for_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    appended(path, span(1, "first"))
    async with open_setup(Setup(str(path), follow=True, trace_id="cd")) as sitting:
        await sitting.until_text("waiting for trace cd")
        await sitting.until(
            lambda: "no trace of this file has the id 'cd'" in sitting.said, "what is missing"
        )
        appended(path, span(2, "wanted", traceId="cd" * 16))
        await sitting.until_text("wanted")
        before = sitting.said
        appended(path, span(3, "another run", traceId="ab" * 16), span(4, "more", 2, traceId="cd" * 16))
        await sitting.until_text("2 steps")
        assert sitting.said == before, "the last row leads nowhere else"


def test_what_could_not_be_checked_has_not_passed() -> None:
    clean = shown_of(Facts(RUN))
    assert nothing_found(clean) == ("nothing was found in 1 step", "good")
    clean.unchecked = 2
    text, look = nothing_found(clean)
    assert "2 tool calls could not be checked" in text
    assert look != "good"
    mine = Finding("X001", "x", Severity.HINT, "odd", tuple(clean.trace.ids))
    clean.hush({fingerprint(clean.trace, mine): "known"})
    clean.add([mine])
    assert nothing_found(clean) == ("1 finding, suppressed by a person: f lists it with the reason", "hint")


async def test_calls_without_a_schema_are_counted_on_the_screen(tmp_path: Path) -> None:
    run = trace(
        model_call("m", [user("go")], assistant("", call("f", {"a": 1}, "c"))),
        tool_execution("t", call("f", {"a": 1}, "c"), 1),
    )
    async with open_made(tmp_path, run) as sitting:
        await sitting.until_text("1 call without a schema")


@pytest.mark.parametrize("at_once", [AT_ONCE_STEPS, 1])
async def test_it_begins_at_the_gravest_finding(
    tmp_path: Path, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hint that stands before an error is not what somebody was called for. In a long run, too, which is laid out in a thread."""
    monkeypatch.setattr(chain, "AT_ONCE_STEPS", at_once)
    asked = call("lookup", {"order": 7}, "c1")
    tools = [tool("lookup", parameters(["order"], order={"type": "string"})), tool("ls", parameters())]
    failed = tool_execution("t0", call("ls", {}, "c0"), "no such file", error="no such file")
    of = trace(
        model_call("m0", [user("u")], assistant("", call("ls", {}, "c0")), tools=tools),
        failed,
        model_call("m1", [user("v")], assistant("", asked), tools=tools),
        tool_execution("t1", asked, "bad"),
    )
    async with open_made(tmp_path, of) as sitting:
        severities = [finding.severity for finding in sitting.shown.findings]
        assert len(set(severities)) > 1
        await sitting.until(lambda: sitting.main.row == 2, "the gravest finding")
