"""A reader in a package of somebody else's: built, installed where nothing else is, found by the real program."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from replaydbg.actions.formats import read

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "acme-traces"
version = "1"

[project.entry-points."replaydbg.readers"]
acme = "acme_traces:READER"
broken = "acme_traces.nowhere:READER"
"""

MODULE = '''
"""Logs of Acme's agents.

Get one: `acme export`.
"""

from replaydbg.core.columns import Columns, arrange
from replaydbg.core.message import Role, text_message
from replaydbg.core.step import Kind, PlainBody
from replaydbg.core.trace import Source
from replaydbg.readers._api import Reader, Reading


def sniff(document):
    return 0.9 if document.head.startswith(b"ACME") else 0.0


def decode(body):
    if body.output.text == "broken":
        raise KeyError("nothing of the kind")
    return body


def read(document, partial):
    columns = Columns()
    for number, line in enumerate(bytes(document.buffer).decode().splitlines()[1:]):
        body = PlainBody(output=text_message(Role.ASSISTANT, line))
        columns.add(id=str(number), kind=Kind.MODEL_CALL, name="said", handle=body)
    arranged = arrange(columns, trace_id="acme", source=Source(document.name, "acme"), decode=decode)
    yield Reading((arranged.trace,))


READER = Reader("acme", "logs of Acme's agents", sniff, read)
'''


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the package was installed to, without a network: the builder is not fetched."""
    folder = tmp_path_factory.mktemp("plugin")
    source = folder / "source"
    (source / "acme_traces").mkdir(parents=True)
    (source / "pyproject.toml").write_text(PROJECT)
    (source / "acme_traces" / "__init__.py").write_text(MODULE)
    pytest.importorskip("hatchling", reason="the builder of the package is not installed")
    target = folder / "target"
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--no-build-isolation",
         "--disable-pip-version-check", "--target", str(target), str(source)],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return target


def replaydbg(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "replaydbg", *arguments],
        env={**os.environ, "PYTHONPATH": f"{installed}{os.pathsep}{Path(__file__).resolve().parents[2]}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_reader_of_another_package_is_found_and_used(installed: Path, tmp_path: Path) -> None:
    log = tmp_path / "run.acme"
    log.write_text("ACME\nhello\ngoodbye\n")
    shown = replaydbg(installed, "show", str(log))
    assert shown.returncode == 0, shown.stderr
    assert "acme, 2 steps" in shown.stdout
    assert "goodbye" in shown.stdout
    listed = replaydbg(installed, "formats").stdout
    assert "acme  logs of Acme's agents" in listed
    assert "acme export" in listed


def test_one_that_fails_when_a_step_is_looked_at_is_a_notice_on_that_step(
    installed: Path, tmp_path: Path
) -> None:
    log = tmp_path / "run.acme"
    log.write_text("ACME\nhello\nbroken\ngoodbye\n")
    said = "the reader 'acme' failed on a step: KeyError('nothing of the kind')"
    shown = replaydbg(installed, "show", str(log))
    assert (shown.returncode, "goodbye" in shown.stdout) == (0, True), shown.stderr
    step = replaydbg(installed, "show", str(log), "--step", "#2")
    assert (step.returncode, said in step.stdout) == (0, True), step.stderr
    checked = replaydbg(installed, "check", str(log))
    assert (checked.returncode, said in checked.stderr, "failed and is left out" in checked.stderr) == (
        0,
        True,
        False,
    )


def test_one_that_cannot_be_imported_is_a_notice_and_stops_nothing(installed: Path) -> None:
    incident = Path(__file__).resolve().parents[2] / "traces" / "support-incident.json"
    shown = replaydbg(installed, "show", str(incident))
    assert shown.returncode == 0
    assert "'broken' could not be loaded" in shown.stderr


def test_without_the_package_the_format_is_unknown() -> None:
    assert "acme" not in [each.name for each in read()[0]]
