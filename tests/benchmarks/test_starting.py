"""What a command takes from nothing to its end, as ratios to a Python that does nothing:
`pytest -m benchmark -s tests/benchmarks/test_starting.py`. Processor time, the best of several runs in turn; the bytecode is
at hand, as after an installation. Beside it what it costs to tell the format of a file. (The screen's start: `test_screen`.)
"""

from __future__ import annotations

import gzip
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from replaydbg.readers import _containers, _json_lines, _registry
from replaydbg.readers._api import Document
from tests.house.source import ROOT
from tests.support.samples import SAMPLES

pytestmark = pytest.mark.benchmark

ROUNDS = 9
FOLDER_FILES = 1000
TRACES = ROOT / "traces"
SMALL = str(TRACES / "oncall-anthropic.jsonl")


def processor(arguments: list[str], cache: Path) -> float:
    """Seconds of processor time of the process and those that it started and waited for."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(cache)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=ROOT, capture_output=True, check=False, timeout=120
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small files of all formats."""
    made = tmp_path_factory.mktemp("folder")
    samples = [sample for each in SAMPLES.values() for sample in each]
    for number in range(FOLDER_FILES):
        (made / f"{number}.json").write_bytes(samples[number % len(samples)])
    return made


def test_commands(folder: Path, tmp_path: Path) -> None:
    ours = ["-m", "replaydbg"]
    cases = {
        "Python": ["-c", "pass"],
        "--version": [*ours, "--version"],
        "show": [*ours, "show", SMALL],
        "check": [*ours, "check", SMALL],
        "check with an option": [*ours, "check", SMALL, "--output", "json"],
        "formats": [*ours, "formats"],
        f"check of {FOLDER_FILES:,} files": [*ours, "check", str(folder)],
    }
    for arguments in cases.values():
        processor(arguments, tmp_path)
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, arguments in cases.items():
            seconds[name].append(processor(arguments, tmp_path))
    print()
    for name, each in seconds.items():
        print(f"{name:24} {min(each) * 1e3:7.0f} ms {min(each) / min(seconds['Python']):6.1f} x Python")


@pytest.mark.parametrize("path", sorted(TRACES.iterdir()), ids=lambda path: path.name)
def test_telling_the_format(path: Path) -> None:
    content = path.read_bytes()
    if path.suffix == ".md":
        pytest.skip("no trace")
    content = gzip.decompress(content) if path.suffix == ".gz" else content
    best = float("inf")
    for _ in range(40):
        document = Document(path.name, memoryview(bytearray(content)))  # nobody has seen its head
        _containers._first_record.cache_clear()
        _json_lines.first_values.cache_clear()
        began = time.process_time()
        _registry.choose(document)
        best = min(best, time.process_time() - began)
    print(f"\n{path.name}: {best * 1e3:.2f} ms, {len(content) / 1e3:.0f} KB")
