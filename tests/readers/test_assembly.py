"""Spans to traces: agents are inherited, batches are seamless."""

from __future__ import annotations

import tracemalloc

import orjson

from replaydbg.readers import _registry
from replaydbg.readers._api import Document
from tests.support.otlp import request, span, trace

AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "A"}
CHAT = {"gen_ai.operation.name": "chat"}


def test_a_step_belongs_to_the_nearest_agent_invocation_above_it() -> None:
    found = trace(
        span(5, "chat", 4, CHAT | {"gen_ai.agent.name": "own"}),
        span(4, "chat", 3, CHAT),
        span(3, "B.agent", 2, AGENT | {"gen_ai.agent.name": "B"}),
        span(2, "task", 1),
        span(1, "A.agent", 0, AGENT),
        span(6, "elsewhere"),
    )
    agents = {found.ids[row][-1]: found.agent(row) for row in range(len(found))}
    assert agents == {"1": "A", "2": "A", "3": "B", "4": "B", "5": "own", "6": ""}


def test_an_agent_named_by_a_model_call_does_not_reach_its_children() -> None:
    found = trace(span(1, "chat", 0, CHAT | {"gen_ai.agent.name": "x"}), span(2, "inner", 1))
    assert found.agent(1) == ""


def test_rows_are_collected_beyond_one_batch() -> None:
    found = trace(*[span(n, f"s{n % 3}", max(0, n - 1)) for n in range(1, 9001)])
    assert len(found) == 9000
    assert found.depths[-1] == 8999
    assert len(found.strings) == 4


def test_a_trace_of_one_step_takes_little_memory() -> None:
    """A file may hold a hundred thousand of them: no columns while they are read, no caches until somebody looks."""
    count = 2000
    lines = [
        orjson.dumps(request(span(1, "chat", traceId=f"{number:032x}"))) for number in range(1, count + 1)
    ]
    document = Document("many.jsonl", memoryview(b"\n".join(lines)))
    *_, reading = _registry.read(document)
    assert len(reading.traces) == count
    tracemalloc.start()
    try:
        *_, reading = _registry.read(document)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak / count < 4000, peak / count
    assert "_recent" not in vars(reading.traces[0])
