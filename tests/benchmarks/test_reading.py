"""How fast and how small reading is, as ratios to `orjson.loads` of the same bytes.

    pytest -m benchmark tests/benchmarks/test_reading.py -s
    REPLAYDBG_BENCHMARK_MB=1,10,100,1000 pytest -m benchmark tests/benchmarks/test_reading.py -s

Each case runs in a process of its own, in which reading and `orjson.loads` take turns with the garbage collector off;
the medians of processor time are compared, so that other work on the machine counts little. Memory is what another
process holds that has only read the file: anonymous memory over that of the imported program. What checking takes:
`test_checking`; what others take: `test_peers`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from replaydbg.readers import _registry
from replaydbg.readers._api import Document
from tests.benchmarks import otlp_traces

SIZES_MB = [int(size) for size in os.environ.get("REPLAYDBG_BENCHMARK_MB", "100").split(",")]
ROUNDS = 5

_COMMON = """
import gc, json, mmap, statistics, sys, time, resource
import orjson
from replaydbg.readers import _registry
from replaydbg.readers._api import Document
_registry.readers()
gc.disable()
handle = open(sys.argv[1], "rb")
view = memoryview(mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ))
document = Document("trace", view)
def held(what):
    for line in open("/proc/self/status"):
        if line.startswith(what):
            return int(line.split()[1]) << 10
def parsed():
    if sys.argv[3] == "lines":
        return [orjson.loads(line) for line in bytes(view).splitlines()]
    return orjson.loads(view)
"""
_TIME = (
    _COMMON
    + """
times = {"orjson": [], "read": [], "first": []}
for _ in range(int(sys.argv[2])):
    began = time.process_time(); value = parsed(); times["orjson"].append(time.process_time() - began); del value
for _ in range(int(sys.argv[2])):  # apart: what one gives back to the system the other would have to ask for again
    began = time.process_time(); value = list(_registry.read(document)); times["read"].append(time.process_time() - began)
    rows = sum(map(len, value[-1].traces)); del value
    began = time.process_time(); value = next(one for one in _registry.read(document, partial=True) if one.traces)
    times["first"].append(time.process_time() - began); del value
print(json.dumps({"rows": rows} | {name: statistics.median(each) for name, each in times.items()}))
"""
)
_MEMORY = (
    _COMMON
    + """
before = held("RssAnon")
value = list(_registry.read(document))
print(json.dumps({"held": held("RssAnon") - before, "rows": sum(map(len, value[-1].traces))}))
"""
)


def run(script: str, *arguments: object) -> dict[str, float]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    answer: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return answer


def escaped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """With every character that is not ASCII escaped, as many writers do."""
    return (piece.replace("—".encode(), rb"\\u2014") for piece in pieces)


def write(path: Path, mode: otlp_traces.Mode, container: str, size_mb: int) -> None:
    form = "document" if container == "escapes" else container
    pieces = getattr(otlp_traces, form)(mode, size_mb * 1_000_000)
    with path.open("wb") as file:
        file.writelines(escaped(pieces) if container == "escapes" else pieces)


@pytest.mark.benchmark
@pytest.mark.parametrize("size_mb", SIZES_MB)
@pytest.mark.parametrize("mode", ["full", "delta"])
@pytest.mark.parametrize("container", ["document", "lines", "array", "escapes"])
def test_ratios(mode: otlp_traces.Mode, container: str, size_mb: int, tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    write(path, mode, container, size_mb)
    tell(f"{mode} {container}", path, in_lines=container == "lines")


def tell(what: str, path: Path, *, in_lines: bool) -> None:
    """Measure and print."""
    form = "lines" if in_lines else "document"
    memory, timed = run(_MEMORY, path, 1, form), run(_TIME, path, ROUNDS, form)
    print(
        f"\n{what}: {path.stat().st_size / 1e6:.0f} MB, {timed['rows']} steps; "
        f"orjson {timed['orjson'] * 1e3:.0f} ms, reading {timed['read'] * 1e3:.0f} ms "
        f"= {timed['read'] / timed['orjson']:.2f} x; first rows {timed['first'] * 1e3:.1f} ms; "
        f"{memory['held'] / 1e6:.1f} MB held"
    )
    assert memory["rows"] == timed["rows"]
    assert memory["held"] <= 30e6 + 300 * memory["rows"]


def test_the_generator_makes_what_the_reader_reads() -> None:
    for mode in ("full", "delta"):
        whole = b"".join(otlp_traces.document(mode, 300_000))
        in_lines = b"".join(otlp_traces.lines(mode, 300_000))
        (one,), (other,) = (
            list(_registry.read(Document("x", memoryview(content))))[-1].traces
            for content in (whole, in_lines)
        )
        assert one.ids == other.ids
        assert len(one) == whole.count(b'"spanId"')
        assert one.strings[one.agents[3]].startswith("agent ")
