"""Standard error: what is told, and that nothing of a trace can do harm there."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from replaydbg.cli import report
from replaydbg.core.finding import Notice
from replaydbg.drivers import mapped
from replaydbg.errors import (
    EXIT_REPLAY,
    EXIT_UNREADABLE,
    EXIT_USAGE,
    ReplaydbgError,
    ReplayProblem,
    UnreadableInput,
    UsageProblem,
)


def failing(error: BaseException) -> int:
    def command() -> int:
        raise error

    return report.guarded(command)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageProblem("x"), EXIT_USAGE),
        (UnreadableInput("x"), EXIT_UNREADABLE),
        (ReplayProblem("x"), EXIT_REPLAY),
        (KeyboardInterrupt(), 130),
        (ValueError("x"), 70),
        (RecursionError(), 70),
    ],
    ids=repr,
)
def test_every_exception_has_its_exit_code(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    assert failing(error) == code


def test_memory_that_does_not_suffice_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(MemoryError()) == 70
    assert capsys.readouterr().err.startswith(
        "replaydbg: the memory that this process may have does not suffice"
    )


def test_what_a_command_returns_is_the_exit_code() -> None:
    assert report.guarded(lambda: 4) == 4


def test_what_came_of_a_file_that_was_cut_short_is_no_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "file"

    def command() -> int:
        path.write_bytes(bytes(9000))
        with path.open("rb") as file:
            made = mapped.mapped(file.fileno(), "file")
        os.truncate(path, 0)
        return made[8999]

    assert report.guarded(command) == EXIT_UNREADABLE
    assert report.guarded(lambda: report.guarded(command), reads=False) == EXIT_UNREADABLE
    assert capsys.readouterr().err.count("replaydbg: file has been cut short") == 2, "once each"


def test_a_problem_is_a_sentence_and_a_hint_without_control_characters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report.problem(ReplaydbgError("no \x1b[31mred", "try\nagain"))

    assert capsys.readouterr().err == "replaydbg: no \\x1b[31mred\n  try\\nagain\n"


def test_a_few_notices_are_told_and_the_rest_counted(capsys: pytest.CaptureFixture[str]) -> None:
    report.notices([Notice("/a", "odd"), Notice("", "of the file"), *[Notice("/b", "more")] * 6])
    lines = capsys.readouterr().err.splitlines()

    assert lines[:2] == ["replaydbg: note: /a: odd", "replaydbg: note: of the file"]
    assert lines[-1].startswith("replaydbg: note: and 3 more notices")


def test_of_several_files_each_notice_names_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    report.notices([Notice("/a", "odd"), *[Notice("", "more")] * 6], of="runs/a.json")
    first, second, *_, last = capsys.readouterr().err.splitlines()
    assert (first, second) == ("replaydbg: note: runs/a.json: /a: odd", "replaydbg: note: runs/a.json: more")
    assert last.startswith("replaydbg: note: runs/a.json: and 2 more")


def test_a_standard_error_that_is_closed_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    report.say("anybody there?")


def test_where_no_disk_takes_the_traceback_it_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")

    assert failing(ValueError("boom")) == 70
    assert "could not be saved" in capsys.readouterr().err
