"""Context nearly full.

What it finds:
    A model call whose prompt and reply fill nine tenths or more of what the model can read, the first one of each
    agent. The sizes are public knowledge (`genai-prices`); of models that it does not list nothing is said, nor of an
    agent that reads more than that later on: it was given a larger one.

Why it matters:
    Soon the framework trims or summarises the history, or the provider refuses it; long before, models overlook what
    stands in the middle. What the agent then forgets is the reason of many loops.

Example:
    121,400 of 128,000 tokens in the thirtieth call of an agent that reads whole files.

What to do:
    See which results fill the prompt. Edit one of them to what the agent needed of it and re-run what follows; then
    make the tool return less.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from replaydbg.config import threshold
from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.graph.facts import Facts
from replaydbg.rules import _models
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_steps

_SMALLEST_WINDOW_TOKENS = 4_000
"""Shorter prompts fill no model that is in use: its size need not be looked up."""

_Whose: TypeAlias = tuple[int, int]
"""An agent and its model, by their numbers."""


@dataclass(frozen=True, slots=True)
class ContextThresholds:
    percent_full: int = threshold(90, least=1, most=100)


def check(facts: Facts) -> Iterator[Finding]:
    trace = facts.trace
    share = facts.thresholds(ContextThresholds).percent_full / 100
    told: set[_Whose] = set()
    most: dict[_Whose, int] = {}
    tokens, enough = trace.input_tokens, _SMALLEST_WINDOW_TOKENS * share
    agents, models = trace.agents, trace.models
    for reply in facts.replies:
        row = reply.row
        read = tokens[row]
        if read < enough or (whose := (agents[row], models[row])) in told:
            continue
        used = read + max(trace.output_tokens[row], 0)
        model = reply.answered_by or trace.model(row)
        if used < share * _models.window_at_least(model):
            continue
        window = _models.window_tokens(model)
        if window is None or used < share * window:
            continue
        told.add(whose)
        most = most or _read_at_most(facts)
        if most[whose] > window:
            continue  # more than it can read: the list does not know this variant
        message = f"{used:,} of {window:,} tokens that {trace.model(row)} can read are used"
        yield of_steps(
            RULE, trace, (row,), message, Evidence(trace.ids[row], "/usage", "of the prompt and the reply")
        )


def _read_at_most(facts: Facts) -> dict[_Whose, int]:
    """The longest prompts, by agent and model."""
    trace = facts.trace
    most: dict[_Whose, int] = {}
    for reply in facts.replies:
        whose = (trace.agents[reply.row], trace.models[reply.row])
        most[whose] = max(trace.input_tokens[reply.row], most.get(whose, 0))
    return most


RULE = Rule(
    "R005", "context-nearly-full", Severity.WARNING, since="0.1", check=check, thresholds=ContextThresholds
)
