"""`pin`: a branch that was kept becomes a case."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.test_replay import INCIDENT, MEND, STAND_IN
from tests.support.command_line import Done, run


@pytest.fixture
def session(tmp_path: Path) -> str:
    path = str(tmp_path / "s.sqlite3")
    for edit in (MEND, "#8:/output/content=Hm."):
        run("replay", INCIDENT, "--edit", edit, *STAND_IN, "--session", path)
    return path


def pinned(session: str, *more: str) -> Done:
    return run("pin", INCIDENT, *more, "--session", session, "-o", str(Path(session).with_name("case.json")))


def test_a_branch_is_pinned_and_verified(session: str, tmp_path: Path) -> None:
    which = pinned(session)
    assert which.code == 2
    assert "branches here: " in which.err
    first = which.err.split("branches here: ")[1].split(",")[0].strip()
    done = pinned(session, first, "--oracle", "gone:T003")
    assert done.code == 0
    assert f"branch {first} is pinned in" in done.out
    checked = run("verify", str(tmp_path / "case.json"))
    assert (checked.code, "holds" in checked.out, "✓ gone:T003" in checked.out) == (0, True, True)


def test_an_oracle_that_the_branch_does_not_pass(session: str) -> None:
    first = pinned(session).err.split("branches here: ")[1].split(",")[0].strip()
    done = pinned(session, first, "--oracle", "regex:no such words")
    assert done.code == 2
    assert "does not pass" in done.err


def test_without_a_branch_there_is_nothing_to_pin(tmp_path: Path) -> None:
    done = run("pin", INCIDENT, "--session", str(tmp_path / "none.sqlite3"), "-o", str(tmp_path / "c.json"))
    assert done.code == 2
    assert "no branch was kept" in done.err
    assert not (tmp_path / "none.sqlite3").exists()


def test_a_session_that_cannot_be_read_is_told_where_a_branch_is_looked_for(tmp_path: Path) -> None:
    """Else a person hears that no branch was ever kept."""
    source = tmp_path / "trace.json"
    source.write_bytes(Path(INCIDENT).read_bytes())
    run("replay", str(source), "--edit", MEND)
    with closing(sqlite3.connect(f"{source}.replaydbg.sqlite3")) as later, later:
        later.execute("PRAGMA user_version = 99")
    for command in (
        ("pin", str(source), "-o", str(tmp_path / "case.json")),
        ("diff", str(source), "--branch", "b1"),
        ("replay", str(source), "--resume", ""),
    ):
        done = run(*command)
        assert done.code == 2
        assert "was written by a later version" in done.err
