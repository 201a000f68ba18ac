"""Choosing a trace: of a folder, of a file with many; and the way back."""

from __future__ import annotations

import json
import os
import shutil
import weakref
from pathlib import Path

import pytest

from replaydbg.actions.convert import save_trace
from replaydbg.demo.incident import incident_path
from replaydbg.tui.app import ReplayApp
from replaydbg.tui.screens.chooser import ChooserScreen, TraceList
from replaydbg.tui.screens.compare import CompareScreen
from replaydbg.tui.setup import Setup
from tests.support.build import model_call, trace, user
from tests.support.desk import Sitting, Size
from tests.support.golden import SIZES, states_same_as_golden


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "traces"
    folder.mkdir()
    shutil.copy(incident_path(), folder / "incident.json")
    save_trace(trace(model_call("m", [user("go")], "ONE")), str(folder / "short.json"))
    (folder / "notes.txt").write_text("hello")
    os.utime(folder / "notes.txt", (1_700_000_000, 1_700_000_000))
    return folder


def names(app: ReplayApp) -> list[str]:
    return [row.name for row in app.screen.query_one(TraceList).rows]


async def test_a_folder_is_listed_sorted_searched_and_one_of_it_opened(folder: Path) -> None:
    app = ReplayApp(Setup(str(folder)))
    async with app.run_test(size=(120, 20)) as pilot:
        sitting = Sitting(app, pilot)
        await sitting.until(lambda: isinstance(app.screen, ChooserScreen), "the chooser")
        await sitting.until_text("‼9")
        await sitting.until(lambda: "left" not in sitting.text, "the end of reading")
        assert names(app) == ["incident.json", "short.json", "notes.txt"]
        assert "2 traces" in sitting.text
        await sitting.press("s")
        assert "sorted by findings" in sitting.said

        await sitting.press("slash")
        await sitting.type("short")
        await sitting.until(lambda: "1 of 2" in sitting.text, "the search")
        await sitting.press("enter")
        await sitting.press("enter")
        await sitting.until(lambda: app.main is not None and app.main.row == 0, "the trace")
        assert "ONE" in sitting.text

        await sitting.until_still()  # a job that goes on holds it
        left = weakref.ref(app.main)
        await sitting.press("O")
        await sitting.until(lambda: isinstance(app.screen, ChooserScreen), "the chooser again")
        assert app.main is None
        await sitting.until(lambda: left() is None, "nothing is kept of the run that was left")
        await sitting.press("q")
        assert names(app) == ["incident.json", "short.json", "notes.txt"]
        await sitting.press("G")
        await sitting.press("enter")
        assert "notes.txt: " in sitting.said
        await sitting.press("q")
    assert app.return_value == 0


async def test_a_file_with_many_traces(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    runs = [
        {"messages": [{"role": "user", "content": "go"}, {"role": "assistant", "content": f"SAID {number}"}]}
        for number in range(3)
    ]
    path.write_text("\n".join(map(json.dumps, runs)), "utf-8")
    app = ReplayApp(Setup(str(path)))
    async with app.run_test(size=(120, 20)) as pilot:
        sitting = Sitting(app, pilot)
        await sitting.until(lambda: isinstance(app.screen, ChooserScreen), "the chooser")
        await sitting.until_text("many-3 #3")
        await sitting.press("j")
        await sitting.press("enter")
        await sitting.until_text("SAID 1")
        await sitting.press("O")
        await sitting.until(lambda: isinstance(app.screen, ChooserScreen), "the chooser again")
        await sitting.press("k")
        await sitting.press("enter")
        await sitting.until_text("SAID 0")
        await sitting.until_still()
        sitting.main.say("")
        await sitting.pilot.pause()
        assert "q Traces" in sitting.text
        await sitting.press("q")
        await sitting.until(
            lambda: isinstance(app.screen, ChooserScreen), "the chooser, which q leads back to, too"
        )


async def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    app = ReplayApp(Setup(str(tmp_path)))
    async with app.run_test(size=(80, 10)) as pilot:
        sitting = Sitting(app, pilot)
        await sitting.until(lambda: isinstance(app.screen, ChooserScreen), "the chooser")
        await sitting.until(lambda: "no file in this folder" in sitting.said, "the sentence")


async def test_two_traces_of_a_folder_are_compared(folder: Path) -> None:
    app = ReplayApp(Setup(str(folder)))
    async with app.run_test(size=(120, 24)) as pilot:
        sitting = Sitting(app, pilot)
        await sitting.until_text("‼9")
        await sitting.until(lambda: "left" not in sitting.text, "the end of reading")
        await sitting.press("D")
        assert "m marks a trace" in sitting.said
        await sitting.press("m")
        assert "≠incident.json" in sitting.text
        await sitting.press("D")
        assert "it is marked itself" in sitting.said
        await sitting.press("j", "D")
        await sitting.until(lambda: isinstance(app.screen, CompareScreen), "the comparison")
        assert "incident.json  →  short.json" in sitting.text
        assert "9 findings gone" in sitting.text


@pytest.mark.parametrize("size", SIZES)
async def test_as_it_looks(folder: Path, size: Size, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    app, states = ReplayApp(Setup(folder.name)), {}
    async with app.run_test(size=size) as pilot:
        sitting = Sitting(app, pilot)
        await sitting.until(lambda: isinstance(app.screen, ChooserScreen), "the chooser")
        await sitting.until_text("‼9")
        states["a folder"] = await sitting.at_rest()
        await sitting.press("m", "j", "s")
        states["one is marked"] = await sitting.at_rest()
        await sitting.press("slash", *"short")
        states["some are sought"] = await sitting.at_rest()
    states_same_as_golden(__file__, "chooser", size, states)
