"""A trace printed line by line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from replaydbg.actions.open import Opened
from replaydbg.cli.listing import print_trace
from replaydbg.readers._api import Document
from tests.support.build import model_call, trace, user
from tests.support.command_line import run

INCIDENT = str(Path(__file__).resolve().parents[2] / "traces" / "support-incident.json")


def opened(*steps: object) -> Opened:
    one = trace(*steps)  # type: ignore[arg-type]
    return Opened(one, (one,), (), "x.json", Document("x.json", memoryview(b"")))


def test_a_trace_without_steps_is_its_heading(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_trace(opened()) == 0
    assert capsys.readouterr().out == "t, test, 0 steps, 0 model calls\n"


def test_which_of_several_traces_is_told_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    one = opened(model_call("m1", [user("hi")], "ho"))
    two = Opened(one.trace, (trace(), one.trace), (), "x.json", one.document)
    print_trace(two)
    told = capsys.readouterr()

    assert "trace #2 of 2" in told.err
    assert '"ho"' in told.out


def test_a_path_alone_goes_past_typer_and_is_printed_the_same(tmp_path: Path) -> None:
    shutil.copy(INCIDENT, tmp_path)
    for path in (INCIDENT, str(tmp_path), "nowhere.json"):
        assert run("show", path) == run("show", path, "--output", "text")
