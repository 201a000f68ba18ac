"""What `check` takes, rule by rule, as a ratio to two loads of the same trace, in one run.

The first is what `open` calls complete: the structure of all steps, bodies left alone. The second decodes each body once
beside that, all that it tells, as `convert` has to: messages, replies, tools, parameters, calls, results, errors, usage.
Rules have to look into bodies, so the second is what they can be held against: `check`, which begins with the file alone,
and all rules together once the load is complete. The first is what a person waits for who only opens the file.

    pytest -m benchmark tests/benchmarks/test_checking.py -s
    REPLAYDBG_BENCHMARK_MB=1,10,100,1000 pytest -m benchmark tests/benchmarks/test_checking.py -s
    REPLAYDBG_BENCHMARK_STEPS=10000 pytest -m benchmark tests/benchmarks/test_checking.py -k steps -s
    REPLAYDBG_CORPORA=FOLDER pytest -m benchmark tests/benchmarks/test_checking.py -k small_files -s

The third is of runs of many small steps, a hundred to a million or as many as is said. The last is of real files, all of
them small: what they take together, and the worst of them.

Each load and each check is a process of its own, measured in processor time with the garbage collector off, as `check` has
it, in turn and the best of some; what the process takes that `check` starts for a large file is counted, too. A small trace of the same kind is
checked before, and the list of models imported, so that what rules import is not counted; that is told by itself. Facts that
rules share are made by the first who wants them: they are asked for before the rules, and stand in the table as theirs.
Beside it stands what it takes only to parse what bodies hold, which the load leaves alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.benchmarks import chat_logs, otlp_traces, session_traces, thin_traces
from tests.benchmarks.test_million import STEPS as STEPS_MAX
from tests.benchmarks.test_reading import SIZES_MB
from tests.support import corpora

KINDS: dict[str, Callable[[int], Iterator[bytes]]] = {
    "OTLP, whole histories": partial(otlp_traces.document, "full"),
    "OTLP, new messages only": partial(otlp_traces.document, "delta"),
    "Claude Code session": session_traces.claude_code,
    "Codex session": session_traces.codex,
    "log of whole requests": chat_logs.openai,
}
SMALL_BYTES = 300_000
LARGE_BYTES_MIN = 50_000_000
ROUNDS, ROUNDS_OF_SMALL = 4, 8
STEPS = [steps for steps in (100, 1_000, 10_000, 100_000, 1_000_000) if steps <= STEPS_MAX]
SHOWN_MIN = 0.1
"""Of the load of the structure, which the lines of parts are told against: what takes less is summed up."""

_COMPLETE = """
def complete(trace):
    looked = {}
    for row in range(len(trace)):
        body = trace.body(row)
        messages = body.messages
        talk = getattr(messages, "conversation", None)
        if talk is not None:  # prompts are beginnings of one list: of each what is new in it
            _ = messages[looked.get(id(talk), 0) :]
            looked[id(talk)] = len(messages)
        _ = (body.output, body.tools, body.params, body.call, body.has_result, body.result, body.input, body.output_value)
        _ = (body.error, body.usage, body.response_model, body.provider)
        trace.keep(row, body)  # as who walks over all steps does
    return trace
"""

_ONCE = (
    _COMPLETE
    + """
import gc, resource, sys, time
from replaydbg.actions import check, open as opening
from replaydbg.rules import _models
def used():
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + others.ru_utime + others.ru_stime
def structure(path):
    return list(opening.readings(path))[-1].traces[0]
ALL = {
    "structure": structure,
    "complete": lambda path: complete(structure(path)),
    "check": lambda path: list(check.check_paths([path])),
}
which, path, small = sys.argv[1:]
_models.window_tokens("any")
for each in ALL.values():
    each(small)
gc.collect()
gc.freeze()
gc.disable()
began = used()
kept = ALL[which](path)
print(used() - began)
"""
)

_CHECK = (
    _COMPLETE
    + """
import gc, json, sys, time
import orjson
from replaydbg.actions import check, open as opening
from replaydbg.graph.facts import Facts
from replaydbg.rules import _models, _registry
from replaydbg.rules._repairs import repair
def took(work):
    began = time.process_time(); made = work(); return time.process_time() - began, made
def load(path):
    return list(opening.readings(path))[-1].traces[0]
SHARED = {
    "the walk: calls, threads, answers": lambda facts: facts.replies,
    "turns": lambda facts: facts.turns,
    "calls and what came of them": lambda facts: facts.outcomes,
    "loops": lambda facts: facts.cycles.loops,
}
def load_with_bodies(path):
    return complete(load(path))
def all_rules(trace):
    facts = Facts(trace)
    return [list(_registry.check(facts, [rule.code])) for rule in rules]
def rules_take():
    trace = load_with_bodies(path)
    return took(lambda: all_rules(trace))[0]
def nested(value):
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and one[:1] in ("{", "["):
            yield one
def parsing(path):
    data = open(path, "rb").read()
    outer = data.splitlines() if data.count(b"\\n") > 1 else [data]
    seconds, values = took(lambda: [orjson.loads(text) for text in outer])
    for value in values:
        for text in nested(value):
            began = time.process_time()
            try:
                orjson.loads(text)
            except ValueError:
                pass
            seconds += time.process_time() - began
    return seconds
path, small = sys.argv[1:]
rules = _registry.all_rules()
gc.disable()
load(small)
imports, _ = took(lambda: [_models.window_tokens("any"), *check.check_paths([small])])
imports -= took(lambda: list(check.check_paths([small])))[0]
on_top = min(rules_take() for _ in range(2))
trace = load(path)
steps = len(trace)
facts = Facts(trace)
parts = [[name, took(lambda: make(facts))[0]] for name, make in SHARED.items()]
found = []
for rule in rules:
    parts.append([f"`{rule.name}`", took(lambda: found.extend(_registry.check(facts, [rule.code])))[0]])
findings = [one for heard in found for one in heard.findings]
parts.append(["repairs", took(lambda: [repair(facts, one) for one in findings])[0]])
del trace, facts, found, findings
print(json.dumps({"steps": steps, "on_top": on_top, "parts": parts, "imports": imports, "parsing": parsing(path)}))
"""
)

_SMALL_FILES = (
    _COMPLETE
    + """
import gc, json, sys, time
from replaydbg.actions import check, open as opening
from replaydbg.errors import ReplaydbgError
def took(work):
    began = time.process_time(); work(); return time.process_time() - began
def load(path):
    return [complete(trace) for trace in list(opening.readings(path))[-1].traces]
told = []
for path in map(str.rstrip, sys.stdin):
    try:
        steps = sum(map(len, load(path)))
        list(check.check_paths([path]))
    except ReplaydbgError:
        continue
    gc.collect()
    gc.disable()
    loads, checks = [], []
    for _ in range(7):
        loads.append(took(lambda: load(path)))
        checks.append(took(lambda: list(check.check_paths([path]))))
    gc.enable()
    told.append([path, steps, min(loads), min(checks)])
print(json.dumps(told))
"""
)
SMALL_FILES_BYTES_MAX = 2_000_000

_COMMAND = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-P", "-m", "replaydbg", *sys.argv[1:]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime)
"""


@pytest.mark.benchmark
def test_small_files() -> None:
    paths = sorted(
        str(path) for path in corpora.ROOT.rglob("*.json*") if path.stat().st_size <= SMALL_FILES_BYTES_MAX
    )
    if not paths:
        pytest.skip(f"the corpora are not at {corpora.ROOT} (set REPLAYDBG_CORPORA)")
    ran = subprocess.run(
        [sys.executable, "-c", _SMALL_FILES],
        input="\n".join(paths),
        check=True,
        capture_output=True,
        text=True,
    )
    told = [one for one in json.loads(ran.stdout) if one[1]]
    load, checked = sum(one[2] for one in told), sum(one[3] for one in told)
    ratios = sorted(one[3] / one[2] for one in told)
    print(
        f"\n{len(told)} files, {sum(one[1] for one in told):,} steps: complete load {load * 1e3:.0f} ms, check "
        f"{checked / load:.2f} x; of one file {ratios[len(ratios) // 2]:.2f} x in the middle; the worst, and `check` of them as a "
        "command, beside `show`, which loads and prints them:"
    )
    for path, steps, its, whole in sorted(told, key=lambda one: one[3] / one[2], reverse=True)[:5]:
        as_commands = command_takes("check", path) / command_takes("show", path)
        print(
            f"  {whole / its:.1f} x, {whole * 1e3:.1f} ms, {steps} steps, as commands {as_commands:.2f} x: "
            f"{Path(path).name[:60]}"
        )


def command_takes(command: str, path: str) -> float:
    """The best of some runs of it, in seconds of the processor."""
    rounds = 1 if Path(path).stat().st_size >= LARGE_BYTES_MIN else ROUNDS
    return min(float(said_by([_COMMAND, command, path])) for _ in range(rounds))


@pytest.mark.benchmark
@pytest.mark.parametrize("size_mb", SIZES_MB)
@pytest.mark.parametrize("kind", KINDS)
def test_rule_by_rule(kind: str, size_mb: int, tmp_path: Path) -> None:
    path, small = tmp_path / "trace.json", tmp_path / "small.json"
    for file, size in ((path, size_mb * 1_000_000), (small, SMALL_BYTES)):
        with file.open("wb") as out:
            out.writelines(KINDS[kind](size))
    files = (str(path), str(small))
    load, bodies_too, whole = taken(*files)
    told = json.loads(said_by([_CHECK, *files]))
    as_commands = command_takes("check", files[0]) / command_takes("show", files[0])
    steps, parts = told["steps"], told["parts"]
    print(
        f"\n{kind}, {path.stat().st_size / 1e6:.0f} MB, {steps:,} steps: structure {load * 1e3:.0f} ms, "
        f"with all bodies {bodies_too / load:.1f} x; check {whole / load:.1f} x the structure, "
        f"{whole / bodies_too:.2f} x the load with all bodies; all rules on what was loaded so "
        f"{told['on_top'] / bodies_too:.2f} x that; as a command {as_commands:.2f} x `show`, which loads and prints all steps; "
        f"imports of the first check {told['imports'] * 1e3:.0f} ms; "
        f"`orjson.loads` of all that is JSON, texts in texts as well, {told['parsing'] / load:.1f} x"
    )
    for name, seconds in parts:
        if seconds >= SHOWN_MIN * load:
            print(f"  {name}: {seconds / load:.2f} x, {seconds / steps * 1e6:.1f} µs a step")
    rest = sum(seconds for _, seconds in parts if seconds < SHOWN_MIN * load)
    in_all = sum(seconds for _, seconds in parts)
    print(
        f"  all others together: {rest / load:.2f} x; in all {in_all / load:.2f} x the structure, "
        f"{in_all / bodies_too:.2f} x the load with all bodies"
    )


@pytest.mark.benchmark
@pytest.mark.parametrize("steps", STEPS)
def test_steps(steps: int, tmp_path: Path) -> None:
    path = thin_traces.write(tmp_path / "trace.json", steps)
    small = thin_traces.write(tmp_path / "small.json", STEPS[0])
    load, bodies_too, whole = taken(str(path), str(small))
    print(
        f"\n{steps:,} steps, {path.stat().st_size / 1e6:.1f} MB: structure {load * 1e3:.0f} ms, complete load "
        f"{bodies_too * 1e3:.0f} ms, check {whole / bodies_too:.2f} x that"
    )


def taken(path: str, small: str) -> tuple[float, ...]:
    """What each of `_ONCE` takes of the file, in seconds."""
    takes = dict.fromkeys(("structure", "complete", "check"), float("inf"))
    for _ in range(ROUNDS if Path(path).stat().st_size >= LARGE_BYTES_MIN else ROUNDS_OF_SMALL):
        for which in takes:  # in turn, since the machine is not equally fast at all times
            takes[which] = min(takes[which], float(said_by([_ONCE, which, path, small])))
    return tuple(takes.values())


def said_by(arguments: list[str]) -> str:
    return subprocess.run(
        [sys.executable, "-c", *arguments], check=True, capture_output=True, text=True
    ).stdout


def test_each_kind_is_read_as_what_it_is(tmp_path: Path) -> None:
    from replaydbg.actions.open import readings

    for kind, format_name in zip(KINDS, ("otlp", "otlp", "claude-code", "codex", "chat-log"), strict=True):
        path = tmp_path / "trace.json"
        path.write_bytes(b"".join(KINDS[kind](SMALL_BYTES)))
        *_, reading = readings(str(path))
        assert (reading.traces[0].source.format, reading.notices) == (format_name, ())
        assert len(reading.traces[0]) > 10
