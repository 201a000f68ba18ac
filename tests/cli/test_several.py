"""`replay PATH...`: a line for each trace, totals, and an exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.actions.test_several import MODEL, chat
from tests.support.command_line import run

EDIT = ("--edit", "#1:/messages/0/content=better")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.json").write_text(chat("a", "b"))
    (tmp_path / "two.json").write_text(chat("c", "d"))
    (tmp_path / "words.txt").write_text("no trace")
    return tmp_path


def test_a_line_each_and_the_totals(folder: Path) -> None:
    done = run("replay", str(folder), *EDIT, "--provider", MODEL, "--model", "m")
    assert done.code == 0
    assert "3 traces; 2 re-run; findings 0 lost and 0 gained; 2 live calls" in done.out
    assert "passed over: " in done.out
    assert (folder / "one.json.replaydbg.sqlite3").exists()


def test_json_has_an_entry_each(folder: Path) -> None:
    done = run(
        "replay", str(folder), *EDIT, "--provider", MODEL, "--model", "m", "--output", "json", "--no-session"
    )
    one, two, words = done.document["traces"]
    assert (one["live_calls"], one["stopped"], two["findings"]) == (1, None, {"gained": [], "lost": []})
    assert words["passed_over"]
    assert not (folder / "one.json.replaydbg.sqlite3").exists()


def test_exit_codes_tell_of_stops_and_of_edits_that_fit_nowhere(folder: Path) -> None:
    assert run("replay", str(folder), *EDIT, "--no-session").code == 4
    nowhere = run("replay", str(folder), "--edit", "#9:/result=x", "--no-session")
    assert (nowhere.code, "nothing was done with any of them" in nowhere.err) == (4, True)
    assert run("replay", str(folder), *EDIT, "--dry-run").code == 0


@pytest.mark.parametrize(
    "options", [["--resume", "b1"], ["-o", "x.json"], ["--samples", "2"], ["--session", "x"]]
)
def test_what_is_of_one_trace_is_refused(folder: Path, options: list[str]) -> None:
    done = run("replay", str(folder), *EDIT, *options)
    assert (done.code, "can not be had with several traces" in done.err) == (2, True)
    assert run("replay", str(folder)).code == 2
