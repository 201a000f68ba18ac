"""How the search for loops grows with the run: a ratio of 1.0 for ten times the steps is linear.

pytest -m benchmark tests/benchmarks/test_loops.py -s
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.graph.repetitions import repetitions
from tests.support.build import assistant, call, model_call, tool_execution, trace

pytestmark = pytest.mark.benchmark


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


def run_of(steps: int) -> Trace:
    """Model calls and executions in turn; every twentieth turn begins a loop of ten."""
    chance = random.Random(2)
    built = []
    for number in range(steps // 2):
        x = number // 20 if number % 20 < 10 else chance.randrange(10**6)
        asked = call(f"t{x % 7}", {"x": x, "text": "words " * 20}, f"c{number}")
        built += [
            model_call(f"m{number}", None, assistant("", asked)),
            tool_execution(f"x{number}", asked, f"result {x} " * 30),
        ]
    return trace(*built)


def seconds(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(3):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best


def test_repetitions_are_found_in_linear_time() -> None:
    few, many = symbols(10_000), symbols(100_000)
    once, tenfold = seconds(lambda: repetitions(few)), seconds(lambda: repetitions(many))
    print(
        f"\nrepetitions: 10,000 symbols {once * 1e3:.0f} ms, 100,000 {tenfold * 1e3:.0f} ms, ratio {tenfold / once / 10:.2f}"
    )


def test_all_of_it_is_linear_in_the_steps() -> None:
    few, many = run_of(1_000), run_of(10_000)
    once = seconds(lambda: Facts(few).cycles.loops)
    tenfold = seconds(lambda: Facts(many).cycles.loops)
    found = len(Facts(many).cycles.loops)
    print(
        f"\nwhole search: 1,000 steps {once * 1e3:.0f} ms, 10,000 {tenfold * 1e3:.0f} ms, ratio {tenfold / once / 10:.2f}, {found} loops"
    )
