"""The main states as pictures: dark, light, and without colour. A picture that changed is looked at, then kept with
`pytest --snapshot-update tests/tui/test_pictures.py`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from replaydbg.demo.incident import incident_path
from replaydbg.tui.app import ReplayApp
from replaydbg.tui.screens.chooser import ChooserScreen
from replaydbg.tui.setup import Setup
from tests.support.desk import Sitting, demo_setup
from tests.support.golden import SIZES

SIZE = (100, 30)


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REPLAYDBG_THEME", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


def played(app: ReplayApp, *keys: str) -> Callable[[Pilot[Any]], Any]:
    """Wait for the checks, press the keys, and let the detail settle."""

    async def play(pilot: Pilot[Any]) -> None:
        sitting = Sitting(app, pilot)
        await sitting.until(lambda: app.main is not None and app.main.is_mounted)
        await sitting.until_checked()
        await sitting.until_still()
        for key in keys:
            await sitting.press(key)
        for field in app.screen.query(Input):
            field.cursor_blink = False  # a picture of a second of its own
        await sitting.until_still()

    return play


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("trace", ()),
        ("tools", ("enter", "2")),
        ("map", ("t",)),
        ("timeline", ("T", "plus")),
        ("help", ("question_mark",)),
    ],
)
def test_dark(snap_compare: Any, tmp_path: Path, name: str, keys: tuple[str, ...]) -> None:
    app = ReplayApp(demo_setup(tmp_path))
    assert snap_compare(app, terminal_size=SIZE, run_before=played(app, *keys)), name


@pytest.mark.parametrize(("name", "keys"), [("trace", ()), ("tools", ("enter", "2"))])
def test_light(
    snap_compare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, keys: tuple[str, ...]
) -> None:
    monkeypatch.setenv("REPLAYDBG_THEME", "light")
    app = ReplayApp(demo_setup(tmp_path))
    assert snap_compare(app, terminal_size=SIZE, run_before=played(app, *keys)), name


@pytest.mark.parametrize(
    ("name", "keys", "size"),
    [
        *(("trace", (), size) for size in SIZES),
        ("findings", ("f",), (120, 40)),
        ("choose", ("e",), (80, 24)),
        ("jump", ("J",), (80, 24)),
    ],
    ids=lambda each: each if isinstance(each, str) else None,
)
def test_without_colour(
    snap_compare: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    keys: tuple[str, ...],
    size: tuple[int, int],
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = ReplayApp(demo_setup(tmp_path))
    assert snap_compare(app, terminal_size=size, run_before=played(app, *keys)), name


def test_narrow_and_ascii(snap_compare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLAYDBG_ASCII", "1")
    app = ReplayApp(demo_setup(tmp_path))
    assert snap_compare(app, terminal_size=(60, 20), run_before=played(app))


def test_the_list_of_traces(snap_compare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "traces").mkdir()
    shutil.copy(incident_path(), tmp_path / "traces" / "incident.json")
    (tmp_path / "traces" / "notes.txt").write_text("hello")
    monkeypatch.chdir(tmp_path)
    app = ReplayApp(Setup("traces"))

    async def play(pilot: Pilot[Any]) -> None:
        sitting = Sitting(app, pilot)
        await sitting.until(lambda: isinstance(app.screen, ChooserScreen))
        await sitting.until_text("‼9")

    assert snap_compare(app, terminal_size=(80, 12), run_before=play)
