"""The process is killed at random moments of a live re-run: the session opens, holds what was answered, and goes on.

`REPLAYDBG_CRASHES=200` kills so often; the usual run kills a handful of times.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from replaydbg.actions.open import open_trace
from replaydbg.actions.sitting import open_sitting
from replaydbg.core.branch import Branch, Provenance
from replaydbg.core.step import Kind
from tests.support.build import call
from tests.support.command_line import run
from tests.support.model_server import Answer, Asked, Dripping, ModelServer, Slow, reply, serving
from tests.support.session_files import everything_in

CRASHES = int(os.environ.get("REPLAYDBG_CRASHES", "4"))
ROUNDS, AT_ONCE = 24, 2
A_SESSION = 6
"""Kills of one session before it comes to its end."""
CANARY = "sk-canary-4f1c9e"


def an_agent(asked: Asked) -> Slow:
    """Asks for two runs of the tool a round, until there were enough; the text of each round is its own."""
    done = rounds(asked)
    if done >= ROUNDS:
        return Slow(reply("all ticked"), 0.002)
    ticks = range(done * AT_ONCE, (done + 1) * AT_ONCE)
    calls = [call("tick", {"n": tick}, f"c{tick}") for tick in ticks]
    return Slow(reply(f"round {done}", *calls, finish="tool_calls"), 0.002)


def rounds(asked: Asked) -> int:
    """That have been before this question."""
    return len([message for message in asked.body["messages"] if message["role"] == "tool"]) // AT_ONCE


@dataclass
class Bench:
    """A recording, the server that is asked, and what was seen of it."""

    folder: Path
    server: ModelServer
    arguments: list[str] = field(default_factory=list)

    @property
    def trace(self) -> str:
        return str(self.folder / "run.json")

    @property
    def ticks(self) -> int:
        return len((self.folder / "ticks").read_text().split()) if (self.folder / "ticks").exists() else 0

    @property
    def kept(self) -> bytes:
        """Of the re-run under way."""
        return b"".join(path.read_bytes() for path in self.folder.glob("*.run-*"))

    def begin(self, *which: str) -> subprocess.Popen[bytes]:
        environ = os.environ | {
            "COUNTER_FILE": str(self.folder / "ticks"),
            "OPENAI_API_KEY": CANARY,
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        there = ["--provider", "openai", "--base-url", f"{self.server.url}/v1", "--live"]
        tool = ["--tool", "tick=python:tests.support.counter:tick", "--allow-tool", "tick"]
        command = [sys.executable, "-m", "replaydbg", "replay", self.trace, *which, *there, *tool]
        return subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def branches(self) -> list[Branch]:
        trace = open_trace(self.trace).trace
        sitting = open_sitting(trace, self.trace)
        sitting.close()
        return list(sitting.history.sitting.branches)


@contextmanager
def a_bench(folder: Path, agent: Callable[[Asked], Answer] = an_agent) -> Iterator[Bench]:
    folder.mkdir()
    tools = [{"type": "function", "function": {"name": "tick", "parameters": {"type": "object"}}}]
    messages = [{"role": "user", "content": "tick"}, {"role": "assistant", "content": "no"}]
    (folder / "run.json").write_text(json.dumps({"model": "m", "messages": messages, "tools": tools}))
    with serving(agent) as server:
        yield Bench(folder, server)


EDIT = ("--edit", "#1:/messages/0/content=tick, please")


def kill(process: subprocess.Popen[bytes], bench: Bench, moment: random.Random) -> bool:
    """At a random question of those to come and a random instant after it; False where it had ended by then."""
    begun = len(bench.server.requests)
    wanted = begun + moment.randrange(1, max(2, (ROUNDS - begun % ROUNDS)))
    while len(bench.server.requests) < wanted and process.poll() is None:
        time.sleep(0.001)
    time.sleep(moment.random() * 0.02)
    process.send_signal(signal.SIGKILL)
    assert process.stderr is not None
    process.stderr.close()
    return process.wait() == -signal.SIGKILL


def answered(branch: Branch, kind: Kind) -> list[Any]:
    """What the world said, in the order of the branch."""
    trace = branch.trace
    bodies = [
        trace.body(row)
        for row in trace.rows(kind)
        if branch.steps[row].provenance in {Provenance.LIVE, Provenance.EDITED}
    ]
    return [body.output if kind is Kind.MODEL_CALL else body.result for body in bodies]


def test_a_killed_re_run_is_kept_and_goes_on(tmp_path: Path) -> None:
    moment = random.Random(os.environ.get("REPLAYDBG_CRASH_SEED", "7"))
    with a_bench(tmp_path / "whole") as bench:
        process = bench.begin(*EDIT)
        process.communicate()
        (whole,) = bench.branches()
    assert process.returncode == 0
    assert len(answered(whole, Kind.MODEL_CALL)) == ROUNDS + 1

    kills = 0
    while kills < CRASHES:
        with a_bench(tmp_path / str(kills)) as bench:
            kills += _killed_until_it_is_whole(bench, whole, min(A_SESSION, CRASHES - kills), moment)


def _killed_until_it_is_whole(bench: Bench, whole: Branch, times: int, moment: random.Random) -> int:
    said, ticked = answered(whole, Kind.MODEL_CALL), answered(whole, Kind.TOOL_EXECUTION)
    which: tuple[str, ...] = EDIT
    kills, whole_now = 0, False
    while kills < times and not whole_now:
        if not kill(bench.begin(*which), bench, moment):
            whole_now = True  # it was quicker
            break
        kills += 1
        branches = bench.branches()
        if not branches:
            continue  # killed before the first answer
        (branch,) = branches  # which goes on in its place
        kept = answered(branch, Kind.MODEL_CALL)
        # A question tells that the answers to those before it have come; each kill may have lost the one under way.
        assert len(bench.server.requests) - kills <= len(kept)
        assert kept == said[: len(kept)]
        results = answered(branch, Kind.TOOL_EXECUTION)
        assert results == ticked[: len(results)]
        assert bench.ticks - AT_ONCE * kills <= len(results)
        which, whole_now = ("--resume", branch.id), branch.stopped is None
        assert branch.stopped is None or branch.stopped.kind == "cut-off"
    if not whole_now:
        process = bench.begin(*which)
        process.communicate()
        assert process.returncode == 0
    (last,) = bench.branches()
    assert (last.stopped, answered(last, Kind.MODEL_CALL)) == (None, said)
    assert answered(last, Kind.TOOL_EXECUTION) == ticked
    assert len(bench.server.requests) <= len(said) + kills
    assert not [path.name for path in bench.folder.iterdir() if ".run-" in path.name]
    _no_secret_in(bench.folder)
    return max(kills, 1)


def _no_secret_in(folder: Path) -> None:
    for path in folder.iterdir():
        assert CANARY.encode() not in everything_in(path), path


def test_a_reply_that_was_streaming_is_kept_as_far_as_it_had_come(tmp_path: Path) -> None:
    words = tuple(f"word{number} " for number in range(6_000))
    answers = [Dripping(words, 0.01)]
    with a_bench(tmp_path / "there", lambda asked: answers.pop() if answers else an_agent(asked)) as bench:
        process = bench.begin(*EDIT)
        while not all(word in bench.kept for word in (b"word2 ", b"word60 ")):
            time.sleep(0.01)
        process.kill()
        process.communicate()
        (branch,) = bench.branches()
        going_on = bench.begin("--resume", branch.id)
        going_on.communicate()
        (last,) = bench.branches()

    (step,) = [step for step in branch.steps if step.provenance is Provenance.INTERRUPTED]
    said = branch.trace.body(branch.trace.row(step.id)).output
    assert said is not None
    assert said.text.startswith("word0 word1 word2")
    assert "".join(words).startswith(said.text)
    assert going_on.returncode == 0
    assert last.stopped is None
    assert len(answered(last, Kind.MODEL_CALL)) == ROUNDS + 1


def test_the_command_line_says_that_a_re_run_was_cut_off(tmp_path: Path) -> None:
    never = Slow(reply("never said"), 600)
    with a_bench(tmp_path / "there", lambda asked: never if rounds(asked) == 2 else an_agent(asked)) as bench:
        process = bench.begin(*EDIT)
        while len(bench.server.requests) < 3:
            time.sleep(0.001)
        process.kill()
        process.communicate()
        done = run("replay", bench.trace, *EDIT)

    assert "a re-run was cut off after" in done.err
    assert "go on with it: R on the screen, or --resume" in done.err


def test_no_key_of_the_environment_or_the_headers_is_ever_on_the_disk(tmp_path: Path) -> None:
    """While a re-run goes on as well: a copy of all files is looked through in the middle of it."""
    looked = threading.Event()

    def agent(asked: Asked) -> Answer:
        if rounds(asked) == 4:
            looked.wait(60)
        return an_agent(asked)

    with a_bench(tmp_path / "there", agent) as bench:
        process = bench.begin(*EDIT)
        while len(bench.server.requests) < 5:
            time.sleep(0.001)
        assert bench.kept
        _no_secret_in(bench.folder)
        looked.set()
        process.communicate()
        sent = bench.server.requests[0].headers["authorization"]
    assert CANARY in sent
    _no_secret_in(tmp_path / "there")
