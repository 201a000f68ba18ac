"""A reader in a package of somebody else's: built, installed where nothing else is, found by the real program."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from replaydbg import readers
from replaydbg.actions.formats import read

README = Path(readers.__file__).with_name("README.md")

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "acme-traces"
version = "1"

[tool.hatch.build.targets.wheel]
include = ["*.py"]

[project.entry-points."replaydbg.readers"]
broken = "acme_traces.nowhere:READER"
odd = "acme_odd:READER"
otlp = "acme_odd:CALLED_OTLP"
acme = """

ODD = """
from dataclasses import replace

from acme_traces import Columns, Kind, Reader, Reading, Source, arrange


def decode(word):
    raise KeyError("nothing of the kind")


def read(document, partial):
    word = bytes(document.buffer).decode().split()[1]
    if word == "leaves":
        raise SystemExit(7)
    columns = Columns()
    columns.add(id=7 if word == "number" else "7", kind=Kind.MODEL_CALL, name="said", handle=word)
    arranged = arrange(columns, trace_id="odd", source=Source(document.name, "odd"), decode=decode)
    yield Reading((arranged.trace,))


def sniff(document):
    if document.head.startswith(b"ODD"):
        return 0.9


READER = Reader("odd", "odd logs", sniff, read)
CALLED_OTLP = replace(READER, name="otlp")
"""


def in_readme(language: str) -> str:
    """What a stranger is told to write."""
    found = re.search(rf"^```{language}\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the package was installed to, without a network: the builder is not fetched."""
    folder = tmp_path_factory.mktemp("plugin")
    source = folder / "source"
    source.mkdir()
    (source / "pyproject.toml").write_text(PROJECT + in_readme("toml").partition("acme = ")[2])
    (source / "acme_traces.py").write_text(in_readme("python"))
    (source / "acme_odd.py").write_text(ODD)
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


RUN = """{"acme": 1, "kind": "llm", "prompt": [{"role": "user", "text": "find 7"}], "text": "", "calls": [{"id": "c", "name": "find", \
"arguments": {"order": "7"}}], "tools": [{"name": "find", "schema": {"properties": {"order": {"type": "integer"}}}}]}
{"acme": 1, "kind": "tool", "id": "c", "parent": "1", "name": "find", "arguments": {"order": "7"}, "result": "no such order"}
torn
{"acme": 1, "kind": "pause"}
"""


def test_the_reader_of_the_readme_is_found_and_used(installed: Path, tmp_path: Path) -> None:
    log = tmp_path / "run.acme"
    log.write_text(RUN)
    shown = replaydbg(installed, "show", str(log))
    assert shown.returncode == 0, shown.stderr
    assert "acme, 3 steps, 1 model call" in shown.stdout
    assert "no such order" in shown.stdout
    assert "line 3: no event, left out" in shown.stderr
    checked = replaydbg(installed, "check", str(log))
    assert (checked.returncode, 'order: "7" is a string, not integer' in checked.stdout) == (1, True)
    listed = replaydbg(installed, "formats").stdout
    assert "acme  logs of Acme's agents" in listed
    assert "acme export" in listed
    incident = Path(__file__).resolve().parents[2] / "traces" / "support-incident.json"
    named = replaydbg(installed, "show", str(incident), "--format", "acme")
    assert "acme, 0 steps" in named.stdout


@pytest.mark.parametrize(
    ("word", "said"),
    [("leaves", "the reader 'odd' failed: SystemExit(7)"), ("number", "TypeError('the id 7 is no text')")],
)
def test_one_that_fails_is_told_of(installed: Path, tmp_path: Path, word: str, said: str) -> None:
    log = tmp_path / "run.odd"
    log.write_text(f"ODD {word}\n")
    shown = replaydbg(installed, "show", str(log))
    assert (shown.returncode, said in shown.stderr) == (3, True), shown.stderr


def test_one_that_is_no_reader_takes_nothing_from_the_others(installed: Path) -> None:
    """`odd` gives no number for what is not its own; another is called as one of ours."""
    incident = Path(__file__).resolve().parents[2] / "traces" / "support-incident.json"
    shown = replaydbg(installed, "show", str(incident))
    assert (shown.returncode, "otlp, 26 steps" in shown.stdout) == (0, True), shown.stderr
    assert (
        "the reader 'odd' failed while looking: ValueError('None is no number from 0 to 1')" in shown.stderr
    )
    assert "there is a reader called 'otlp' already" in shown.stderr


def test_one_that_fails_when_a_step_is_looked_at_is_a_notice_on_that_step(
    installed: Path, tmp_path: Path
) -> None:
    log = tmp_path / "run.odd"
    log.write_text("ODD well\n")
    said = "the reader 'odd' failed on a step: KeyError('nothing of the kind')"
    shown = replaydbg(installed, "show", str(log))
    assert (shown.returncode, "1 step" in shown.stdout) == (0, True), shown.stderr
    step = replaydbg(installed, "show", str(log), "--step", "#1")
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
