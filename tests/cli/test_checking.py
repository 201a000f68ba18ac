"""`check PATH...` alone goes past typer: it says the same as with an option, and imports less."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.command_line import run
from tests.support.terminal import play

TRACES = Path(__file__).resolve().parents[2] / "traces"
INCIDENT = str(TRACES / "support-incident.json")
CLEAN = str(TRACES / "travel-clean.console.json")


@pytest.mark.parametrize(
    "paths",
    [
        pytest.param([INCIDENT], id="findings"),
        pytest.param([CLEAN], id="clean"),
        pytest.param([INCIDENT, CLEAN], id="several"),
        pytest.param(["nowhere.json"], id="not there"),
    ],
)
def test_it_says_what_it_says_with_an_option(paths: list[str]) -> None:
    assert run("check", *paths) == run("check", *paths, "--output", "text")


def test_of_a_folder_too(tmp_path: Path) -> None:
    for name in (INCIDENT, CLEAN):
        shutil.copy(name, tmp_path)
    (tmp_path / "notes.json").write_text("[]")
    assert run("check", str(tmp_path)) == run("check", str(tmp_path), "--fail-on", "warning")


def test_standard_input_is_a_path() -> None:
    trace = Path(INCIDENT).read_bytes()
    assert run("check", "-", stdin=trace).code == 1
    assert run("check", "-", stdin=trace) == run("check", "-", "--output", "text", stdin=trace)


@pytest.mark.parametrize("arguments", [(), (INCIDENT, "--colour"), ("--help",)])
def test_what_is_no_path_goes_to_typer(arguments: tuple[str, ...]) -> None:
    done = run("check", *arguments)
    assert "Usage: replaydbg check" in done.out + done.err


def test_a_path_may_begin_as_an_option_does_behind_two_dashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(INCIDENT, tmp_path / "-x.json")
    monkeypatch.chdir(tmp_path)
    assert run("check", "--", "-x.json").code == 1


def test_on_a_terminal_the_progress_is_gone_before_a_result_is_written(tmp_path: Path) -> None:
    for name in (CLEAN, INCIDENT):
        shutil.copy(name, tmp_path)
    played = play([sys.executable, "-m", "replaydbg", "check", str(tmp_path)])
    assert played.code == 1
    assert b"1 of 2 files" in played.painted
    assert re.search(rb"of 2 files[^\r]", played.painted) is None
