"""How fast archives of evaluations are read, as ratios to unpacking them and parsing every sample with `orjson`:
`pytest -m benchmark -s tests/benchmarks/test_archives.py`. Inspect's own reader takes its turns, too, where it is
installed. Processor time, medians, one process for each case with the garbage collector off.
"""

from __future__ import annotations

import json
import random
import string
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROUNDS = 5

_TIME = """
import gc, io, json, statistics, sys, time, zipfile
import orjson
from replaydbg.readers import _registry
from replaydbg.readers._api import Document
try:
    from inspect_ai.log import read_eval_log
except ImportError:
    read_eval_log = None
_registry.readers()
path = sys.argv[1]
data = open(path, "rb").read()

def ours():
    *_, reading = _registry.read(Document("log.eval", memoryview(data)))
    return sum(map(len, reading.traces))

def plain():
    archive = zipfile.ZipFile(io.BytesIO(data))
    return [orjson.loads(archive.read(name)) for name in archive.namelist() if name.startswith("samples/")]

cases = {"ours": ours, "orjson": plain}
if read_eval_log is not None:
    cases["inspect_ai"] = lambda: read_eval_log(path)
times = {name: [] for name in cases}
gc.disable()
for _ in range(int(sys.argv[2])):
    for name, case in cases.items():
        began = time.process_time(); case(); times[name].append(time.process_time() - began)
print(json.dumps({"rows": ours()} | {name: statistics.median(each) for name, each in times.items()}))
"""


def sample(number: int, turns: int) -> dict[str, Any]:
    """An agent that calls a tool in each turn; each model event holds the whole history, as Inspect wrote until 2025."""
    chance = random.Random(number)

    def words(length: int) -> str:
        return "".join(chance.choices(string.ascii_lowercase + " ", k=length))

    said: list[dict[str, Any]] = [{"role": "user", "content": words(1000)}]
    events: list[dict[str, Any]] = []
    for turn in range(turns):
        call = {"id": f"c{turn}", "function": "bash", "arguments": {"cmd": words(60)}}
        reply = {"role": "assistant", "content": words(200), "tool_calls": [call]}
        at = {"timestamp": f"2026-01-01T00:{turn // 60 % 60:02}:{turn % 60:02}+00:00"}
        output = {"model": "m", "choices": [{"message": reply, "stop_reason": "tool_calls"}]}
        asked = {"model": "openai/m", "input": list(said), "tools": [], "tool_choice": "auto", "config": {}}
        events.append({"event": "model", "uuid": f"m{turn}", **at, **asked, "output": output})
        result = words(600)
        events.append({"event": "tool", "uuid": f"t{turn}", **at, **call, "result": result, "events": []})
        said += [reply, {"role": "tool", "tool_call_id": call["id"], "function": "bash", "content": result}]
    return {"id": number, "epoch": 1, "input": "x", "target": "y", "messages": said, "events": events}


def archive(path: Path, samples: int, turns: int) -> None:
    head = {
        "version": 2,
        "status": "success",
        "eval": {
            "task": "t",
            "model": "openai/m",
            "created": "2026-01-01T00:00:00+00:00",
            "dataset": {},
            "config": {},
        },
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("_journal/start.json", json.dumps({"version": 2, "eval": head["eval"], "plan": {}}))
        for number in range(samples):
            packed.writestr(f"samples/{number}_epoch_1.json", json.dumps(sample(number, turns)))
        packed.writestr("header.json", json.dumps(head))


@pytest.mark.benchmark
@pytest.mark.parametrize(("samples", "turns"), [(1000, 3), (20, 100)], ids=["many small", "few long"])
def test_archives(tmp_path: Path, samples: int, turns: int) -> None:
    path = tmp_path / "log.eval"
    archive(path, samples, turns)
    done = subprocess.run(
        [sys.executable, "-c", _TIME, str(path), str(ROUNDS)], capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout)
    assert told["rows"] == samples * (1 + 2 * turns)
    ratios = {name: round(told[name] / told["orjson"], 2) for name in told if name not in ("rows", "orjson")}
    print(
        f"\n{samples} samples of {turns} turns, {told['rows']} steps: {ratios} x unpacking and orjson.loads"
    )
