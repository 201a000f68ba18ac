"""What model calls cost: as the recording says, where it says so, else by the public prices."""

from __future__ import annotations

from functools import lru_cache
from math import isnan

from replaydbg.core.step import Kind, Usage
from replaydbg.core.trace import Trace
from replaydbg.drivers import prices
from replaydbg.replay.api import Pricing


def pricing(trace: Trace) -> Pricing:
    """The price of a call, for any model. Costs in the recording are what this person pays, so they come first."""
    recorded = usd_per_token(trace)

    def price(model: str, usage: Usage) -> float | None:
        if model in recorded:
            return recorded[model] * ((usage.input_tokens or 0) + (usage.output_tokens or 0))
        return prices.price(model, usage)

    return price


@lru_cache(maxsize=4)
def usd_per_token(trace: Trace) -> dict[str, float]:
    """USD per token by model, from the costs that the trace recorded."""
    cost: dict[str, float] = {}
    tokens: dict[str, int] = {}
    for row in trace.rows(Kind.MODEL_CALL):
        used = trace.tokens(row)
        if used and not isnan(trace.costs[row]):
            model = trace.model(row)
            cost[model] = cost.get(model, 0.0) + trace.costs[row]
            tokens[model] = tokens.get(model, 0) + used
    return {model: cost[model] / tokens[model] for model in cost}
