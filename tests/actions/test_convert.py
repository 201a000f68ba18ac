"""Traces and branches written as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg import limits
from replaydbg.actions.convert import conversion, save_branch, save_trace, write_to
from replaydbg.actions.open import open_trace
from replaydbg.codec import step_document
from replaydbg.demo.incident import incident_path
from replaydbg.errors import UsageProblem
from tests.support.build import agent, call, tool_execution, trace
from tests.support.sittings import branch, recording


def test_what_is_written_opens_with_equal_steps(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    save_trace(recording(), str(path))
    again = open_trace(str(path)).trace

    assert [step_document(step) for step in again.steps()] == [
        step_document(step) for step in recording().steps()
    ]


def test_a_branch_says_where_its_steps_came_from(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    save_branch(branch(), str(path))

    assert b"equal request" in path.read_bytes()


def test_the_recording_is_never_overwritten_by_any_of_its_names(tmp_path: Path) -> None:
    source, other = tmp_path / "trace.json", tmp_path / "link.json"
    source.write_text("{}")
    other.symlink_to(source)

    with pytest.raises(UsageProblem, match="is the recording itself"):
        save_branch(branch(), str(other), str(source))
    assert source.read_text() == "{}"
    save_branch(branch(), str(tmp_path / "new.json"), str(source))
    save_branch(branch(), str(tmp_path / "new.json"), "-")


def test_what_could_not_be_opened_again_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.json"
    write_to(str(path), conversion([recording()], "native"), "-")
    size = path.stat().st_size
    monkeypatch.setattr(limits, "WRITTEN_BYTES_MAX", size)
    write_to(str(path), conversion([recording()], "native"), "-")
    monkeypatch.setattr(limits, "WRITTEN_BYTES_MAX", size - 1)
    with pytest.raises(UsageProblem, match="in native it takes more than"):
        write_to(str(path), conversion([recording()], "native"), "-")
    assert path.stat().st_size == size, "it is as it was"


@pytest.mark.parametrize(("target", "holds"), [("native", True), ("atif", False), ("openai-chat", False)])
def test_a_run_of_which_nothing_would_be_written_is_refused(target: str, holds: bool) -> None:
    """An empty file, and word of all steps that were written to it, is no conversion."""
    run = trace(agent("a", "worker", tool_execution("t", call("look", {}, "c"), "found")))
    if holds:
        assert b"".join(conversion([run], target).pieces)
    else:
        with pytest.raises(UsageProblem, match="no model call here"):
            conversion([run], target)


@pytest.mark.parametrize("target", ["native", "atif", "openai-chat", "markdown"])
def test_what_a_trace_says_is_not_kept_while_others_are_written(target: str) -> None:
    one = open_trace(str(incident_path())).trace
    assert b"".join(conversion([one], target, findings=True).pieces)
    assert one._kept == {}
    assert one._recent.cache_info().currsize == 0
