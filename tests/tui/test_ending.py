"""The program ends because a file was taken away: what it says last, and that nothing of the person's is lost."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from textual.worker import WorkerFailed

from replaydbg.actions.open import open_trace
from replaydbg.actions.sitting import open_sitting
from replaydbg.codec import make_edit
from replaydbg.core.branch import Edit
from replaydbg.core.step import Kind
from replaydbg.drivers import mapped
from replaydbg.errors import CutShort, UsageProblem
from replaydbg.session.commands import AddEdit
from replaydbg.tui.ending import cause, last_words
from replaydbg.tui.screens.editor import EditorScreen
from replaydbg.views.editing import Form, Part
from tests.benchmarks import otlp_traces
from tests.support.pseudo import Program

CUT = CutShort("t.json has been cut short", "open it again")


def test_what_went_wrong_in_a_job_is_what_went_wrong() -> None:
    error, problem = WorkerFailed(KeyError("x")), UsageProblem("no")
    assert isinstance(cause(error), KeyError)
    assert cause(problem) is problem


def test_whatever_came_of_a_file_that_was_cut_short_was_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapped, "lost", ["t.json"])
    told = cause(ValueError("not JSON"))
    assert isinstance(told, CutShort)
    assert told.message == "t.json has been cut short by its writer while it was open"


def test_other_errors_are_told_as_they_are() -> None:
    error = KeyError("x")
    assert last_words(error, None, []) is error


def test_a_text_that_was_not_saved_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Typing(EditorScreen):
        unsaved = "a new prompt\n"

    screens: list[Any] = [Typing(Part("/output", "reply", "", Form.TEXT), "")]
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    told = last_words(CUT, None, screens)
    (file,) = tmp_path.iterdir()
    assert isinstance(told, CutShort)
    assert told.hint == f"open it again; the text that was not saved yet is in {file}"
    assert file.read_text() == "a new prompt\n"
    assert file.stat().st_mode & 0o077 == 0
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    told = last_words(CUT, None, screens)
    assert isinstance(told, CutShort)
    assert "is in no file: " in told.hint


@pytest.mark.skipif(sys.platform == "win32", reason="there nobody can cut a mapped file short")
@pytest.mark.parametrize("keys", ["", "4", "/nowhere\r"], ids=["while it is read", "a step", "a search"])
def test_the_terminal_is_whole_and_so_is_what_was_made(tmp_path: Path, keys: str) -> None:
    kept, path = tmp_path / "kept.json", tmp_path / "t.json"
    with kept.open("wb") as writer:
        writer.writelines(otlp_traces.document("delta", 17_000_000))
    shutil.copy(kept, path)
    edit = _made(path)
    with Program([sys.executable, "-P", "-m", "replaydbg", "open", str(path), "--no-hints"]) as program:
        program.until(b"chat")
        if keys:
            program.at_rest()
        os.truncate(path, 4096)
        os.write(program.terminal, keys.encode())
        program.until_painted(b"cut short by its writer")
        with suppress(OSError):  # nobody writes any more
            program.during(10)
        ended = os.waitid(os.P_PID, program.pid, os.WEXITED | os.WNOWAIT)
    assert ended is not None
    assert (ended.si_code, ended.si_status) == (os.CLD_EXITED, 3)
    shutil.copy(kept, path)
    again = open_sitting(open_trace(str(path)).trace, str(path))
    assert again.history.sitting.edits == (edit,)
    again.close()


def _made(path: Path) -> Edit:
    """An edit that the session of the recording has."""
    trace = open_trace(str(path)).trace
    row = next(trace.rows(Kind.TOOL_EXECUTION))
    sitting = open_sitting(trace, str(path))
    edit = make_edit(trace.step(row), "/result", "something else")
    sitting.do(AddEdit(edit))
    sitting.close()
    return edit
