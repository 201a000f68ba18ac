"""One run that several products recorded at once is one run in all of them, field by field: ids and durations aside."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from replaydbg.core.message import Json, Message
from replaydbg.core.step import Kind, Step
from replaydbg.readers import _registry
from tests.support import corpora

_ENCODINGS = (
    ("mlflow", ""), ("openai_agents", "native__"), ("otlp_openinference", "oaa_openinference__"),
    ("otlp_openllmetry", "oaa__"), ("otlp_console", "openinference__"), ("otlp_console", "test_"),
    ("otlp_jsonl", "openinference__"), ("otlp_jsonl", "test_"), ("otlp_openinference", "lc_openinference__"),
    ("otlp_openllmetry", "lc__"),
)  # fmt: skip


def has_content(encoding: str, path: Path) -> bool:
    """The SDK's own responses are hollow, and OpenLLMetry writes content into logs where it is told to use events."""
    if encoding.startswith("openai_agents"):
        return False
    return not (encoding.startswith("otlp_openllmetry") and "_with_events_" in path.name)


def pairs() -> list[Any]:
    runs: dict[str, dict[str, Path]] = defaultdict(dict)
    for folder, prefix in _ENCODINGS:
        for path in corpora.corpus(folder, f"{prefix}*"):
            name = path.name.removeprefix(prefix if prefix != "test_" else "").partition(".")[0]
            runs[name][f"{folder}/{prefix}"] = path
    return [
        pytest.param(one, other, id=f"{one[0]}-{other[0]}-{name}"[:90])
        for name, encodings in sorted(runs.items())
        for one, other in combinations(encodings.items(), 2)
    ] or [pytest.param(None, None, marks=pytest.mark.skip(reason="the corpora are absent"))]


def steps(path: Path) -> list[Step]:
    """Steps of the first trace that all of them have, in order of their start."""
    *_, reading = _registry.read(corpora.document(path))
    found = [step for trace in reading.traces for step in trace.steps()]
    return sorted(found, key=lambda step: step.started_ns or 0)


def said(message: Message) -> Json:
    calls = [(call.name, call.arguments) for call in message.tool_calls]
    return message.text, calls, [response.result for response in message.tool_responses]


def model_calls(side: list[Step], *, content: bool) -> list[tuple[Json, ...]]:
    return [
        (
            step.body.usage.input_tokens,
            step.body.usage.output_tokens,
            content and step.body.output and said(step.body.output),
            content and [said(message) for message in step.body.messages or ()],
        )
        for step in side
        if step.kind is Kind.MODEL_CALL
    ]


def executions(side: list[Step]) -> list[tuple[Json, ...]]:
    return [
        (step.name, step.body.call and step.body.call.arguments)
        for step in side
        if step.kind is Kind.TOOL_EXECUTION
    ]


def agents(side: list[Step]) -> list[str]:
    """Of model calls and executions; "" where the product does not say."""
    return [step.agent for step in side if step.kind in {Kind.MODEL_CALL, Kind.TOOL_EXECUTION}]


def last(lists: list[list[Any]]) -> list[list[Any]]:
    """MLflow keeps the first of two traces in a file of its own: as many from the end as both have."""
    shorter = min(map(len, lists))
    return [items[len(items) - shorter :] for items in lists]


@pytest.mark.parametrize(("one", "other"), pairs())
def test_the_same_run(one: tuple[str, Path], other: tuple[str, Path]) -> None:
    sides = [steps(path) for _, path in (one, other)]
    content = has_content(*one) and has_content(*other)
    ours, theirs = last([model_calls(side, content=content) for side in sides])
    assert ours == theirs
    ran, others = last([executions(side) for side in sides])
    assert [name for name, _ in ran] == [name for name, _ in others]
    # A tool of one argument gets it as bare text by some recorders, and none by those that write content into logs.
    objects = [
        (a, b)
        for (_, a), (_, b) in zip(ran, others, strict=True)
        if isinstance(a, dict) and isinstance(b, dict)
    ]
    assert all(a == b for a, b in objects)
    named, others = last([agents(side) for side in sides])
    assert [(a, b) for a, b in zip(named, others, strict=True) if a and b and a != b] == []
