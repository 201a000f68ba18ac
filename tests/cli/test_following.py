"""Steps of a file that is still being written, printed as they come."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

import orjson

from tests.support.command_line import run
from tests.support.otlp import request, span

CHAT = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}


class Followed:
    """`replaydbg show FILE --follow` as a process; each line is waited for."""

    def __init__(self, path: Path, *options: str) -> None:
        command = [sys.executable, "-m", "replaydbg", "show", str(path), "--follow", *options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
        )
        self._watch = threading.Timer(60, self.process.kill)
        self._watch.start()

    def line(self) -> str:
        output: IO[str] | None = self.process.stdout
        assert output is not None
        line = output.readline()
        assert line, self.process.communicate()[1]
        return line.rstrip()

    def stop(self) -> tuple[int, str, str]:
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate()
        self._watch.cancel()
        return self.process.returncode, out, err


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)
        os.fsync(file.fileno())


def line(*spans: object) -> bytes:
    return orjson.dumps(request(*spans)) + b"\n"


def test_a_file_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "soon.jsonl"
    followed = Followed(path)
    assert followed.process.stderr is not None
    assert "soon.jsonl is not there yet; waiting for it" in followed.process.stderr.readline()
    append(path, line(span(2, "chat m", 1, CHAT)))
    assert "1 step" in followed.line()
    assert followed.stop()[0] == 0


def test_new_steps_are_printed_as_they_come(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(b"")
    followed = Followed(path)
    append(path, line(span(2, "chat m", 1, CHAT)))
    assert "1 step" in followed.line()
    assert followed.line().split()[:3] == ["1", "◆", "chat"]
    half = line(span(3, "find", 1))
    append(path, half[:40])
    append(path, half[40:] + line(span(1, "agent")))
    later = [followed.line(), followed.line()]
    assert ["agent" in each for each in later].count(True) == 1
    assert ["find" in each for each in later].count(True) == 1
    code, out, err = followed.stop()
    assert code == 0
    assert err == ""
    assert "chat" not in out, "a step is printed once"


def test_as_json_a_step_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(line(span(2, "chat m", 1, CHAT)))
    followed = Followed(path, "--output", "json")
    first = json.loads(followed.line())
    assert (first["schema_version"], first["step"]["name"]) == (1, "chat m")
    append(path, b'{"not OTLP": 1\n' + line(span(1, "agent")))
    assert json.loads(followed.line())["step"]["name"] == "agent"
    code, _, err = followed.stop()
    assert code == 0
    assert "line 2" in err


def test_what_cannot_be_followed(tmp_path: Path) -> None:
    assert run("show", "-", "--follow").code == 2
    assert run("show", str(tmp_path / "nowhere" / "none.jsonl"), "--follow").code == 3
    assert run("show", "x", "--follow", "--step", "#1").code == 2


def test_tools_are_for_what_is_checked(tmp_path: Path) -> None:
    """`open` without a terminal prints the same steps, and says the same."""
    tools = tmp_path / "tools.json"
    tools.write_text(json.dumps({"find": {"type": "object"}}))
    for command in ("show", "open"):
        refused = run(command, str(tmp_path / "run.jsonl"), "--follow", "--tools", str(tools))
        assert refused.code == 2
        assert "are not checked" in refused.err
