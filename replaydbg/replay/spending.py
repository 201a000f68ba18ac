"""What the calls of a plan took when they were recorded: what a re-run may take, model by model."""

from __future__ import annotations

from collections.abc import Mapping

from replaydbg.core.size import tokens_estimate
from replaydbg.core.step import Usage
from replaydbg.core.trace import Trace

ESTIMATED_CALLS_MAX = 200
"""Calls without recorded usage whose prompts are measured; further ones count as their average."""


def usage_by_model(trace: Trace, models: Mapping[int, str]) -> dict[str, Usage]:
    """`models` are the model calls, by row, each with who is asked."""
    told: dict[str, list[tuple[int, int]]] = {}
    unknown: dict[str, int] = {}
    sampled = 0
    for row, model in models.items():
        counts = trace.input_tokens[row], trace.output_tokens[row]
        if trace.tokens(row) is not None:
            told.setdefault(model, []).append((max(counts[0], 0), max(counts[1], 0)))
        elif sampled < ESTIMATED_CALLS_MAX:
            sampled += 1
            told.setdefault(model, []).append(_measured(trace, row))
        else:
            unknown[model] = unknown.get(model, 0) + 1
    usage = {}
    for model, calls in told.items():
        whole = 1 + unknown.get(model, 0) / len(calls)
        asked, said = (int(sum(one) * whole) for one in zip(*calls, strict=True))
        usage[model] = Usage(asked, said)
    return usage


def _measured(trace: Trace, row: int) -> tuple[int, int]:
    body = trace.body(row)
    said = (body.output,) if body.output is not None else ()
    return tokens_estimate(body.messages or ()), tokens_estimate(said)
