"""The README tells the truth: its commands do what they say, its tables are the program's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from replaydbg.drivers.files import trace_files
from tests.support.readme import README, commands, with_tables

TEXT = README.read_text("utf-8")
COMMANDS = commands(TEXT)
SET_UP = [command for command, _ in COMMANDS if command.startswith("python3 -m venv")]


def test_the_tables_are_the_programs() -> None:
    assert with_tables(TEXT) == TEXT, "run python -m tests.support.readme"


def test_two_commands_do_all_the_set_up() -> None:
    """.ci/run takes them from here and runs them."""
    assert len(SET_UP) == 2
    assert SET_UP[0].endswith("replaydbg demo")
    assert "pytest" in SET_UP[1]


def test_every_other_command_does_what_it_says(tmp_path: Path) -> None:
    """In the order of the README, in one folder: some build on what others wrote."""
    root = README.parent
    program = tmp_path / "bin" / "replaydbg"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m replaydbg "$@"\n')
    program.chmod(0o755)
    (tmp_path / "traces").mkdir()
    for path in trace_files(str(root / "traces")):
        shutil.copy(path, tmp_path / "traces")
    environment = {
        **os.environ,
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(root),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }
    for command, code in COMMANDS:
        if command in SET_UP:
            continue
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, f"{command}\n{done.stderr}"
        assert done.stdout.strip(), command
        assert "Traceback" not in done.stderr, command


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#:]+)\)", TEXT))
def test_what_the_readme_points_to_is_there(target: str) -> None:
    assert (README.parent / target).exists()


def test_the_moving_picture_shows_the_main_job_and_fetches_nothing() -> None:
    """Made by `python -m tests.support.make_screencast`."""
    path = README.parent / "screenshots" / "main-job.svg"
    picture = ET.parse(path).getroot()
    text = " ".join("".join(each.itertext()) for each in picture.iter("{http://www.w3.org/2000/svg}text"))
    for shown in ("schema-violation", "Edit which part of", "a re-run asks", "findings gone", "branch b1"):
        assert shown in text
    attributes = [pair for each in picture.iter() for pair in each.attrib.items()]
    assert all(value.startswith("#") for name, value in attributes if name.endswith("href"))
    assert not [name for name, _ in attributes if name.startswith("on") or name == "src"]
    assert "url(" not in path.read_text("utf-8")
    assert path.stat().st_size < 400_000
