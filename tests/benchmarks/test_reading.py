"""How fast and how small reading is, as ratios to `orjson.loads` of the same bytes: `pytest -m benchmark -s`.

Each case runs in a process of its own, in which reading and `orjson.loads` take turns with the garbage collector
off; the medians of processor time are compared, so that other work on the machine counts little. Memory is the peak of another process, over one that has only imported the program.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from replaydbg.readers import _registry
from replaydbg.readers._api import Document
from tests.benchmarks import otlp_traces

SIZE_BYTES = 100_000_000
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
def peak():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"):
            return int(line.split()[1]) << 10
"""
_TIME = (
    _COMMON
    + """
times = {"orjson": [], "read": [], "first": []}
for _ in range(int(sys.argv[2])):
    began = time.process_time(); value = orjson.loads(view); times["orjson"].append(time.process_time() - began); del value
    began = time.process_time(); value = list(_registry.read(document)); times["read"].append(time.process_time() - began)
    rows = sum(map(len, value[-1].traces)); del value
    began = time.process_time(); value = next(_registry.read(document, partial=True))
    times["first"].append(time.process_time() - began); del value
print(json.dumps({"rows": rows} | {name: statistics.median(each) for name, each in times.items()}))
"""
)
_MEMORY = (
    _COMMON
    + """
before = peak()
value = list(_registry.read(document))
print(json.dumps({"peak": peak() - before, "rows": sum(map(len, value[-1].traces))}))
"""
)


def run(script: str, *arguments: object) -> dict[str, float]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    answer: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return answer


@pytest.mark.benchmark
@pytest.mark.parametrize("mode", ["full", "delta"])
@pytest.mark.parametrize("container", ["document", "lines", "array"])
def test_ratios(mode: otlp_traces.Mode, container: str, tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    with path.open("wb") as file:
        file.writelines(getattr(otlp_traces, container)(mode, SIZE_BYTES))
    size = path.stat().st_size
    memory = run(_MEMORY, path)
    if container != "lines":
        timed = run(_TIME, path, ROUNDS)
    else:
        timed = run(
            _TIME.replace("orjson.loads(view)", "[orjson.loads(x) for x in bytes(view).splitlines()]"),
            path,
            ROUNDS,
        )
    print(
        f"\n{mode} {container}: {size / 1e6:.0f} MB, {timed['rows']} steps; "
        f"orjson {timed['orjson'] * 1e3:.0f} ms, reading {timed['read'] * 1e3:.0f} ms "
        f"= {timed['read'] / timed['orjson']:.2f} x; first rows {timed['first'] * 1e3:.1f} ms; "
        f"peak {memory['peak'] / size:.2f} x the file"
    )
    assert memory["rows"] == timed["rows"]


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
