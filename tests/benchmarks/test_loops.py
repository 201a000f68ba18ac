"""What the rules about loops take, and how that grows: as much for each step, however many there are, is linear.

pytest -m benchmark tests/benchmarks/test_loops.py -s

Measured is what the rules need beyond the facts that all rooms share (calls, pairs, threads, answers): turns, loops and
findings. The run is many conversations of fifty turns with whole prompts, each turn a model call and a tool execution;
a fifth of it goes round.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable
from functools import partial

import pytest

from replaydbg.core.history import Conversation, History
from replaydbg.core.message import Message
from replaydbg.core.step import PlainBody
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.graph.repetitions import repetitions
from replaydbg.rules import _registry
from tests.support.build import (
    Built,
    assistant,
    call,
    model_call,
    response,
    tool_execution,
    trace,
    user,
)

pytestmark = pytest.mark.benchmark

TURNS = 50
TOOLS = ("read_file", "search", "run_tests", "edit_file", "list_folder", "fetch", "ask")


def symbols(count: int) -> list[int]:
    """Mostly chance, with a loop of 3 to 12 rounds every hundred symbols."""
    chance = random.Random(1)
    made: list[int] = []
    while len(made) < count:
        made += [chance.randrange(3000) for _ in range(100)]
        made += [chance.randrange(3000) for _ in range(chance.choice([1, 2, 3, 5, 8, 21]))] * chance.randint(
            3, 12
        )
    return made[:count]


def talk(number: int, chance: random.Random) -> list[Built]:
    """One conversation; one in five has a loop of ten rounds in the middle of its work."""
    said = Conversation(lambda handle: handle)
    said.append(user(f"Task {number}: see to the orders of customer {chance.randrange(10**6)}."))
    loops = number % 5 == 0
    built = []
    for turn in range(TURNS):
        x = number if loops and 20 <= turn < 30 else chance.randrange(10**6)
        name = TOOLS[x % 7]
        asked = call(
            name,
            {"path": f"src/part_{x}/module.py", "query": "words " * (5 + x % 20), "limit": x % 50},
            f"c{turn}",
        )
        reply = assistant(f"Next I look at part {x}.", asked)
        result = f"result of {x}: " + f"line {x} of the file\n" * (3 + x % 30)
        body = model_call(f"{number}m{turn}", (), reply)
        built.append(Built(**{**vars(body), "body": _with(said, reply)}))
        built.append(tool_execution(f"{number}x{turn}", asked, result))
        said.append(reply)
        said.append(response(f"c{turn}", result))
    return built


def _with(said: Conversation, reply: Message) -> PlainBody:
    return PlainBody(messages=History(said, len(said)), output=reply)


def run_of(steps: int) -> Trace:
    chance = random.Random(2)
    return trace(*(one for number in range(steps // (2 * TURNS)) for one in talk(number, chance)))


def shared(run: Trace) -> Facts:
    """Facts with what all rooms share worked out."""
    facts = Facts(run)
    facts.index.call_of(0)
    _ = facts.answers.orphans
    return facts


def loop_rules(facts: Facts) -> int:
    codes = [rule.code for rule in _registry.all_rules() if rule.code.startswith("L")]
    return sum(len(heard.findings) for heard in _registry.check(facts, codes))


def seconds(work: Callable[[], object]) -> float:
    """Of the processor, with the garbage collector off, as `check` has it."""
    gc.collect()
    gc.disable()
    begin = time.process_time()
    work()
    took = time.process_time() - begin
    gc.enable()
    return took


def test_repetitions_are_found_in_linear_time() -> None:
    few, many = symbols(10_000), symbols(100_000)
    once, tenfold = seconds(lambda: repetitions(few)), seconds(lambda: repetitions(many))
    print(
        f"\nrepetitions: 10,000 symbols {once * 1e3:.0f} ms, 100,000 {tenfold * 1e3:.0f} ms, ratio {tenfold / once / 10:.2f}"
    )


def test_the_rules_are_linear_in_the_steps() -> None:
    told = []
    for steps in (10_000, 100_000, 1_000_000):
        facts = shared(run_of(steps))
        took = seconds(partial(loop_rules, facts))
        told.append(
            f"{steps:,} steps {took:.2f} s, {took / steps * 1e6:.1f} µs a step, {len(facts.cycles.loops):,} loops"
        )
    print("\nrules about loops: " + "; ".join(told))
