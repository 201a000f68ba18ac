"""What is below a folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from replaydbg import limits
from replaydbg.actions.open import open_trace
from replaydbg.actions.traces import listed, of_opened, of_trace, read_listed, with_findings
from replaydbg.core.finding import Severity
from replaydbg.demo.incident import incident_path
from replaydbg.views.traces import Listed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(incident_path(), tmp_path / "incident.json")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "no.txt").write_text("hello")
    return tmp_path


def test_files_are_listed_without_being_opened(folder: Path) -> None:
    lines = list(listed(str(folder)))
    assert [line.name for line in lines] == ["deep/no.txt", "incident.json"] or [
        line.name for line in lines
    ] == [
        "incident.json",
        "deep/no.txt",
    ]
    assert all(line.steps == -1 and line.findings is None for line in lines)
    assert all(line.size_bytes > 0 and line.moment_s > 0 for line in lines)


def test_what_is_in_them(folder: Path) -> None:
    lines = {line.name: line for file in listed(str(folder)) for line in read_listed(file)}
    incident = lines["incident.json"]
    assert (incident.steps, incident.number) == (26, 0)
    assert dict(incident.findings or ())[Severity.ERROR] == 9
    assert not lines["deep/no.txt"].is_trace
    assert "no.txt" not in lines["deep/no.txt"].problem, "its name stands before it"


def test_bounds(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LISTED_FILES_MAX", 1)
    assert len(list(listed(str(folder)))) == 1
    monkeypatch.setattr(limits, "LISTED_BYTES_MAX", 3)
    (line,) = read_listed(next(listed(str(folder))))
    assert line.is_trace
    assert "read when it is opened" in line.problem


def test_the_traces_of_an_opened_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "two.jsonl"
    path.write_text('{"messages": [{"role": "assistant", "content": "a"}]}\n' * 2)
    opened = open_trace(str(path))
    assert [(line.number, line.trace_id, line.findings) for line in of_opened(opened)] == [
        (1, "two-1", ()),
        (2, "two-2", ()),
    ]
    monkeypatch.setattr(limits, "LISTED_STEPS_MAX", 1)
    assert [line.findings for line in of_opened(opened)] == [None, None]


def test_the_title_says_how_an_evaluation_ended(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    traj = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}]
    path.write_text(json.dumps([{"task_id": 1, "reward": 0.5, "info": {}, "traj": traj}]))
    assert [line.title for line in of_opened(open_trace(str(path)))] == ["reward 0.5"]


def test_what_the_traces_say_is_not_kept_for_their_findings() -> None:
    """A file may hold as many gigabytes of them as it likes."""
    trace = open_trace(str(incident_path())).trace
    line = with_findings(of_trace(trace, Listed("x", trace.id), 1), trace)
    assert dict(line.findings or ())[Severity.ERROR] == 9
    assert trace._kept == {}
    assert trace._recent.cache_info().currsize <= 1, "what its title needs"
