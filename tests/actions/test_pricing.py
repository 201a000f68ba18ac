"""What a call costs: as the recording says, else by the public prices."""

from __future__ import annotations

import pytest

from replaydbg.actions.pricing import pricing, usd_per_token
from replaydbg.core.step import Usage
from replaydbg.drivers import prices
from tests.support.build import model_call, trace, user

OF = trace(
    model_call("a", [user("u")], "x", usage=Usage(80, 20), cost_usd=0.02),
    model_call("b", [user("v")], "y", usage=Usage(300, 0), cost_usd=0.02),
    model_call("c", [user("w")], "z", model="unpriced", usage=Usage(1, 1)),
)


def test_prices_come_from_recorded_costs() -> None:
    assert usd_per_token(OF) == pytest.approx({"m-1": 0.0001})
    assert pricing(OF)("m-1", Usage(1000, 500)) == pytest.approx(0.15)


def test_public_prices_serve_models_that_the_recording_does_not_price() -> None:
    usage = Usage(1000, 100)
    assert pricing(OF)("gpt-4o", usage) == prices.price("gpt-4o", usage)
    assert pricing(OF)("unpriced", usage) is None
