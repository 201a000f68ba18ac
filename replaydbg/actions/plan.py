"""What a set of edits would touch and cost. Nothing is asked and nothing runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from replaydbg.actions.open import without_collector
from replaydbg.actions.pricing import pricing
from replaydbg.codec import EditRefusedError
from replaydbg.core.branch import Choice, Edit
from replaydbg.core.trace import StepNotFound, Trace
from replaydbg.errors import UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.replay.choices import chosen
from replaydbg.replay.plan import Plan, plan


def estimate(made: Plan, trace: Trace, model: str = "") -> float | None:
    """USD for the calls of the plan, by the models as recorded or all by `model`; None where a price is not known."""
    price = pricing(trace)
    costs = [price(model or name, usage) for name, usage in made.usage_by_model.items()]
    return None if None in costs else sum(cost for cost in costs if cost is not None)


def plan_edits(
    facts: Facts, edits: Sequence[Edit], choices: Mapping[str, Choice] | None = None, model: str = ""
) -> Plan:
    """The plan with what it would cost, where `model` is asked instead of the recorded ones. Raises UsageProblem for edits that do not fit the trace."""
    try:
        with without_collector():  # it would walk the whole trace while a line for each step is made
            made = plan(facts, edits, chosen(facts, choices or {}))
        return replace(made, cost_usd=estimate(made, facts.trace, model), instead=model)
    except (EditRefusedError, StepNotFound) as error:
        raise UsageProblem(str(error)) from error
