"""Programs as tools: real ones, with what they see, what they may do, and how they end."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from replaydbg import limits
from replaydbg.core.outcome import Failed, ToolResult
from replaydbg.drivers.tools import command
from replaydbg.drivers.tools.command import CommandTool
from tests.support.build import call

PYTHON = sys.executable
ENVIRON = {**os.environ, "SECRET": "s3cr3t", "GIVEN": "yes"}


def run(program: str, *more: str, arguments: Any = None, **fields: Any) -> Any:
    fields = {"environ": ENVIRON} | fields
    tool = CommandTool((PYTHON, "-c", program, *more), **fields)
    return asyncio.run(tool.run(call("f", {"id": 7} if arguments is None else arguments)))


def test_arguments_come_as_words_and_as_json_on_the_input() -> None:
    outcome = run(
        "import sys, json; print(json.dumps([sys.argv[1:], json.load(sys.stdin)]))", "{id}", "x{id}"
    )
    assert outcome == ToolResult([["7", "x7"], {"id": 7}], duration_ms=outcome.duration_ms)


def test_an_argument_is_never_more_than_one_word() -> None:
    nasty = "; touch $(id) `id` && rm -rf * #"
    outcome = run("import sys; print(sys.argv[1:])", "{x}", arguments={"x": nasty})
    assert outcome.result == repr([nasty])


def test_output_that_is_no_json_is_text() -> None:
    assert run("print('it is there')").result == "it is there"
    assert run("").result == ""


def test_a_failing_program_is_a_result_that_is_an_error() -> None:
    outcome = run("import sys; print('half'); sys.exit('no such order')")
    assert (outcome.result, outcome.is_error) == ("no such order\n(exit code 1)", True)
    killed = run("import os; os.kill(os.getpid(), 9)")
    assert (killed.result, killed.is_error) == ("(signal 9)", True)


def test_the_environment_is_what_the_person_named() -> None:
    seen = run("import os, json; print(json.dumps(dict(os.environ)))", env=("GIVEN",)).result
    assert "SECRET" not in seen
    assert seen["GIVEN"] == "yes"
    assert seen["HOME"] == seen["TMPDIR"]
    assert not Path(seen["HOME"]).exists()  # thrown away


def test_a_folder_is_copied_and_what_is_done_to_it_is_gone(tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text("as it was")
    program = "p = open('data.txt').read(); open('data.txt', 'w').write('changed'); print(p)"
    assert run(program, folder=str(tmp_path)).result == "as it was"
    assert (tmp_path / "data.txt").read_text() == "as it was"


def test_a_folder_that_is_too_large_is_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TOOL_FOLDER_BYTES_MAX", 3)
    (tmp_path / "data.txt").write_text("large")
    outcome = run("print(1)", folder=str(tmp_path))
    assert isinstance(outcome, Failed)
    assert "is larger than" in outcome.message


def test_a_program_that_does_not_end_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    marker = tmp_path / "alive"
    child = f"import time; time.sleep(1.5); open({str(marker)!r}, 'w').close()"
    program = (
        f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(60)"
    )
    started = time.monotonic()
    outcome = run(program, seconds=0.7)
    assert isinstance(outcome, Failed)
    assert (outcome.kind, "did not end within 0.7 s" in outcome.message) == ("timeout", True)
    assert time.monotonic() - started < 30
    time.sleep(1.5)
    assert not marker.exists()


def test_memory_is_bounded() -> None:
    outcome = run("x = bytearray(512 << 20); print('had it')", memory_mb=128)
    assert outcome.is_error
    assert "MemoryError" in outcome.result


@pytest.mark.skipif(not command._network_off(), reason="this system does not let us take the network away")
def test_there_is_no_network() -> None:
    program = "import socket; s = socket.socket(); s.settimeout(2); s.connect(('127.0.0.1', 9))"
    outcome = run(program)
    assert outcome.is_error
    assert "Network is unreachable" in outcome.result
    assert "network" not in command.unconfined()
    assert "read and change files" in command.unconfined()


def test_where_the_network_stays_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_network_off", lambda: ())
    assert "it reaches the network; it may " in command.unconfined()
    assert run("print(1)").result == 1


def test_output_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TOOL_OUTPUT_BYTES_MAX", 10)
    assert run("print('x' * 1000000)").result == "x" * 10


@pytest.mark.parametrize("program", ["/no/such/program", "no-such-program", "./find"])
def test_what_cannot_be_run_is_a_failure(program: str) -> None:
    """Not a result: the model would be told of a mistake in the settings as if the tool had said it."""
    outcome = asyncio.run(CommandTool((program,), environ=ENVIRON).run(call("f", {})))
    assert outcome == Failed("tool", f"{program} cannot be run: there is no such program")


def test_a_program_of_the_copied_folder(tmp_path: Path) -> None:
    program = tmp_path / "find"
    program.write_text("#!/bin/sh\necho 7\n")
    program.chmod(0o755)
    outcome = asyncio.run(CommandTool(("./find",), str(tmp_path), environ=ENVIRON).run(call("f", {})))
    assert isinstance(outcome, ToolResult)
    assert outcome.result == 7


def test_fields_that_the_command_wants_and_the_call_lacks() -> None:
    assert run("", "{nope}").kind == "arguments"
