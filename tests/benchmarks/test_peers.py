"""What a person would use instead, on the same files in the same run: `jq`, OpenTelemetry's own parser, Inspect's reader
of its archives, MLflow's of its traces; and `orjson.loads`, which only parses.

    REPLAYDBG_PEERS=/path/to/python pytest -m benchmark tests/benchmarks/test_peers.py -s

`REPLAYDBG_PEERS` is a Python that has `inspect_ai`, `mlflow-skinny`, `opentelemetry-proto` and `orjson`: they are no
dependencies of this project, and what is not there is left out. Processor time of whole processes, with what each
imports; behind it the time of the call alone, and the most memory that the process held.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks import otlp_traces, platform_traces, test_archives
from tests.benchmarks.test_reading import SIZES_MB

PEERS = os.environ.get("REPLAYDBG_PEERS", sys.executable)

_SCRIPT = """
import json, resource, sys, time
{imports}
began = time.process_time()
{call}
took = time.process_time() - began
whole = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps(dict(whole=whole, call=took, held=held / 1024)))
"""
_OURS = (
    "from replaydbg.actions.open import readings\nfrom replaydbg.readers import _registry; _registry.readers()",
    "*_, reading = readings(sys.argv[1])",
)
_ORJSON = ("import orjson", "orjson.loads(open(sys.argv[1], 'rb').read())")
_PROTO = (
    "from google.protobuf import json_format\nfrom opentelemetry.proto.trace.v1 import trace_pb2",
    "json_format.Parse(open(sys.argv[1], 'rb').read(), trace_pb2.TracesData())",
)
_INSPECT = ("from inspect_ai.log import read_eval_log", "read_eval_log(sys.argv[1])")
_UNPACK = (
    "import orjson, zipfile",
    "z = zipfile.ZipFile(sys.argv[1]); values = [orjson.loads(z.read(name)) for name in z.namelist()]",
)
_MLFLOW = ("from mlflow.entities import Trace", "Trace.from_json(open(sys.argv[1]).read())")


def otlp(path: Path, mode: otlp_traces.Mode, size_mb: int) -> None:
    with path.open("wb") as file:
        file.writelines(otlp_traces.document(mode, size_mb * 1_000_000))


def evaluation(path: Path, size_mb: int) -> None:
    test_archives.archive(path, max(1, size_mb // 5), 100)


def mlflow_file(path: Path, size_mb: int) -> None:
    with path.open("wb") as file:
        file.writelines(platform_traces.mlflow(size_mb * 1_000_000))


Peer = tuple[str, str]
CASES: dict[str, tuple[str, Callable[[Path, int], None], dict[str, Peer]]] = {
    "OTLP, whole histories": ("x.json", lambda path, size: otlp(path, "full", size), {"opentelemetry-proto": _PROTO, "orjson.loads": _ORJSON}),
    "OTLP, new messages only": ("x.json", lambda path, size: otlp(path, "delta", size), {"opentelemetry-proto": _PROTO, "orjson.loads": _ORJSON}),
    "Inspect archive": ("x.eval", evaluation, {"inspect_ai": _INSPECT, "unzip, orjson.loads": _UNPACK}),
    "MLflow trace": ("x.json", mlflow_file, {"mlflow": _MLFLOW, "orjson.loads": _ORJSON}),
}  # fmt: skip


def measured(python: str, peer: Peer, path: Path) -> str:
    """`whole s (call s, held MB)`; a dash where the peer is not there."""
    imports, call = peer
    command = [python, "-c", _SCRIPT.format(imports=imports, call=call), str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        return "- (not there)" if "ModuleNotFoundError" in done.stderr else f"failed: {done.stderr[-200:]}"
    told = json.loads(done.stdout)
    return f"{told['whole']:.2f} s ({told['call']:.2f} s, {told['held']:.0f} MB)"


def jq(path: Path) -> str:
    if not shutil.which("jq"):
        return "- (not there)"
    script = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); u = resource.getrusage(resource.RUSAGE_CHILDREN); print(f'{u.ru_utime + u.ru_stime:.2f} s ({u.ru_maxrss / 1024:.0f} MB)')"  # fmt: skip
    query = ".resourceSpans[].scopeSpans[].spans | length"
    done = subprocess.run(
        [sys.executable, "-c", script, "jq", query, str(path)], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.mark.benchmark
@pytest.mark.parametrize("size_mb", SIZES_MB)
@pytest.mark.parametrize("case", CASES)
def test_peers(case: str, size_mb: int, tmp_path: Path) -> None:
    name, make, peers = CASES[case]
    path = tmp_path / name
    make(path, size_mb)
    told = {"replaydbg": measured(sys.executable, _OURS, path)}
    told |= {peer: measured(PEERS, script, path) for peer, script in peers.items()}
    if case.startswith("OTLP"):
        told["jq (counts the spans)"] = jq(path)
    print(
        f"\n{case}, {path.stat().st_size / 1e6:.0f} MB: "
        + "; ".join(f"{who} {what}" for who, what in told.items())
    )
