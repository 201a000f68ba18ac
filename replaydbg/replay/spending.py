"""What a re-run may take, going by the recording: tokens, model by model, and results of tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from replaydbg.core.size import tokens_estimate
from replaydbg.core.step import Usage
from replaydbg.core.trace import Trace

ESTIMATED_CALLS_MAX = 200
"""Calls without recorded usage whose prompts are measured; further ones count as their average."""


@dataclass(frozen=True, slots=True)
class ToolNeed:
    """A tool in the part that is re-run: `calls` recorded calls to it, `recorded` of which the recording can answer."""

    name: str
    calls: int
    recorded: int

    @property
    def missing(self) -> str:
        """What the recording lacks, "" for nothing: a sentence for who has not bound the tool."""
        if self.recorded == self.calls:
            return ""
        lacks = f"{self.calls - self.recorded} of the {self.calls} calls"
        if not self.recorded:
            lacks = f"any of the {self.calls} calls" if self.calls > 1 else "the call"
        return (
            f"no recorded result answers {lacks} to {self.name}: "
            f"bind it (--tool {self.name}=python:module:function, --allow-tool {self.name}) or write the result"
        )


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
