"""Tool calls against schemas, as a ratio to the validator alone: what finding, naming and placing them costs on top.

pytest -m benchmark tests/benchmarks/test_schemas.py -s
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest

from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.rules.schema_violation import RULE
from replaydbg.schema import checker
from tests.support.build import assistant, call, model_call, parameters, tool, trace

pytestmark = pytest.mark.benchmark

CALLS, SCHEMAS, BAD_EVERY = 100_000, 20, 10


def schema(number: int) -> dict[str, Any]:
    return parameters(
        ["order_id", "region", "lines"],
        order_id={"type": "string", "pattern": "^[A-Z]{2}-[0-9]+$"},
        region={"type": "string", "enum": ["EU", "US", "APAC"]},
        lines={"type": "array", "items": {"type": "object", "properties": {"sku": {"type": "string"}, "count": {"type": "integer"}}, "required": ["sku"]}},
        note={"anyOf": [{"type": "string", "maxLength": 200 + number}, {"type": "null"}]},
    )  # fmt: skip


def arguments(number: int, chance: random.Random) -> dict[str, Any]:
    given: dict[str, Any] = {
        "order_id": f"NL-{number}",
        "region": "EU",
        "lines": [{"sku": "a", "count": 1}],
        "note": None,
    }
    if number % BAD_EVERY == 0:
        given |= chance.choice([{"region": "eu"}, {"order_id": number}, {"lines": "[]"}, {"colour": "red"}])
    return given


def seconds(work: Callable[[], object]) -> float:
    """Of the processor, the best of three."""
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        work()
        best = min(best, time.process_time() - begin)
    return best


def run_of(schemas: list[dict[str, Any]], values: list[dict[str, Any]]) -> Trace:
    offer = tuple(tool(f"t{number}", one) for number, one in enumerate(schemas))
    steps = []
    for at in range(0, len(values), SCHEMAS):
        asked = [call(f"t{n}", value, f"c{at + n}") for n, value in enumerate(values[at : at + SCHEMAS])]
        steps.append(model_call(f"m{at}", None, assistant("", *asked), tools=offer))
    return trace(*steps)


def test_calls_against_schemas() -> None:
    chance = random.Random(1)
    schemas = [schema(number) for number in range(SCHEMAS)]
    values = [arguments(number, chance) for number in range(CALLS)]
    validators = [jsonschema_rs.validator_for(one) for one in schemas]
    ours = [checker(one) for one in schemas]
    facts = Facts(run_of(schemas, values))
    assert len(facts.calls) == CALLS
    rounds = range(CALLS)
    alone = seconds(lambda: [list(validators[n % SCHEMAS].iter_errors(values[n])) for n in rounds])
    checked = seconds(lambda: [ours[n % SCHEMAS].violations(values[n]) for n in rounds])
    ruled = seconds(lambda: sum(1 for _ in RULE.check(facts)))
    print(
        f"\n{CALLS:,} calls, {SCHEMAS} schemas, one in {BAD_EVERY} broken: the validator alone {alone * 1e3:.0f} ms; "
        f"with words and places {checked * 1e3:.0f} ms, ratio {checked / alone:.2f}; "
        f"the rule with its findings {ruled * 1e3:.0f} ms, ratio {ruled / alone:.2f}"
    )
