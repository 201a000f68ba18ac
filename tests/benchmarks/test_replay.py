"""What replay costs apart from the model: a call of a re-run, the plan of an edit in a long run, the memory of edits.

pytest -m benchmark tests/benchmarks/test_replay.py -s
"""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from pathlib import Path

import pytest

from replaydbg.actions.plan import plan_edits
from replaydbg.actions.rerun import RerunOptions, rerun
from replaydbg.codec import make_edit
from replaydbg.core.history import Conversation, History
from replaydbg.core.step import PlainBody
from replaydbg.core.trace import Trace
from replaydbg.drivers.running import RunJournal
from replaydbg.drivers.store import Recording
from replaydbg.graph.facts import Facts
from replaydbg.session.commands import AddEdit
from replaydbg.session.state import Sitting
from tests.support.build import Built, assistant, call, model_call, response, tool_execution, trace, user

pytestmark = pytest.mark.benchmark

ROUNDS = 60
MODEL, TOOL = "python:tests.benchmarks.test_replay:model", "python:tests.benchmarks.test_replay:tick"
CALLED = {"count": 0}


def model(request: dict[str, object]) -> dict[str, object] | str:
    """Asks for a tool so often; it takes no time itself."""
    CALLED["count"] += 1
    number = CALLED["count"]
    if number >= ROUNDS:
        return "done"
    arguments = f'{{"n": {number}}}'
    function = {"name": "tick", "arguments": arguments}
    asked = [{"id": f"c{number}", "type": "function", "function": function}]
    message = {"role": "assistant", "content": None, "tool_calls": asked}
    return {"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}


def tick(n: int) -> str:
    return f"ticked {n}"


@pytest.mark.parametrize("kib", [32, 450])
@pytest.mark.parametrize("kept", [True, False])
def test_a_call_of_a_re_run(kib: int, kept: bool, tmp_path: Path) -> None:
    turn = "word " * 200
    said = [user(turn), assistant(turn)] * (kib // 2)
    run = trace(model_call("m1", [*said, user("go")], assistant("no")))
    edits = [make_edit(run.step(0), f"/messages/{len(said)}/content", "please go")]
    options = RerunOptions(
        model=MODEL, bindings={"tick": TOOL}, allow=frozenset({"tick"}), calls_max=999, tokens_max=10**9
    )
    journal = RunJournal(tmp_path / "s", Recording("1", "s", run.id)) if kept else None
    asyncio.run(rerun(Facts(run), edits, options))  # imports
    CALLED["count"] = 0
    facts = Facts(run)
    began, used = time.perf_counter(), time.process_time()
    branch = asyncio.run(rerun(facts, edits, options, journal=journal))
    took, used = time.perf_counter() - began, time.process_time() - used
    assert branch.stopped is None
    if journal is not None:
        journal.end()
    each = 1000 / CALLED["count"]
    words = "answers kept as they come" if kept else "nothing kept"
    print(
        f"\n{kib} KiB of history, {words}: {used * each:.2f} ms of the processor a call, {took * each:.2f} ms in all"
    )


def long_run(steps: int) -> Trace:
    """Conversations of fifty turns with whole prompts, each turn a model call and a tool execution."""
    built: list[Built] = []
    for number in range(steps // 100):
        said = Conversation(lambda handle: handle)
        said.append(user(f"task {number}"))
        for turn in range(50):
            asked = call("f", {"task": number, "turn": turn}, f"c{turn}")
            answer = assistant("", asked) if turn < 49 else assistant("done")
            told = model_call(f"m{number}-{turn}", (), answer)
            body = PlainBody(messages=History(said, len(said)), output=answer)
            built.append(Built(**{**vars(told), "body": body}))
            said.append(answer)
            if turn < 49:
                built.append(tool_execution(f"t{number}-{turn}", asked, f"result {number} {turn}"))
                said.append(response(f"c{turn}", f"result {number} {turn}"))
    return trace(*built)


def known(run: Trace) -> Facts:
    """Facts as the screen has them after loading."""
    facts = Facts(run)
    facts.index.call_of(0)
    _ = facts.threads.links, facts.threads.followers, facts.flow.clocks_agree, run.row(run.ids[0])
    return facts


def test_the_plan_of_an_edit_in_a_long_run() -> None:
    small = long_run(100)
    began = time.process_time()
    plan_edits(Facts(small), [make_edit(small.step(0), "/output/content", "another")])
    imports = time.process_time() - began
    run = long_run(100_000)
    facts = known(run)
    times = []
    for row in (0, 1, len(run) // 2, len(run) - 2):
        step = run.step(row)
        place = "/result" if step.body.has_result else "/output/content"
        edit = make_edit(step, place, "another")
        began = time.process_time()
        plan_edits(facts, [edit])
        times.append(f"{(time.process_time() - began) * 1000:.0f}")
    print(
        f"\nplans of edits in {len(run):,} steps, the first one first: {', '.join(times)} ms; before it the tables of prices: {imports * 1000:.0f} ms"
    )


def test_the_memory_of_many_edits() -> None:
    run = long_run(50_000)
    sitting = Sitting(run)
    rows = [row for row in range(1, len(run), len(run) // 900) if run.step(row).body.has_result][:200]
    tracemalloc.start()
    moments = []
    for row in rows:
        edit = make_edit(run.step(row), "/result", f"another of {row}")
        sitting = AddEdit(edit).apply(sitting)
        moments.append(sitting)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    print(f"\n{len(rows)} edits on {len(run):,} steps, each with its undo: {held / 1e6:.2f} MB")
