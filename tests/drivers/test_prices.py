"""Public prices as the installed package knows them."""

from __future__ import annotations

import pytest

from replaydbg.core.step import Usage
from replaydbg.drivers.prices import context_tokens, price


def test_output_costs_more_than_input_and_cached_input_less() -> None:
    said, asked, cached = (
        price("gpt-4o", usage) or 0.0 for usage in (Usage(0, 1000), Usage(1000, 0), Usage(1000, 0, 1000))
    )
    assert said > asked > cached > 0


@pytest.mark.parametrize("model", ["openai/gpt-4o", "gpt-4o-2024-08-06"])
def test_a_model_goes_by_several_names(model: str) -> None:
    assert price(model, Usage(1000, 10)) == price("gpt-4o", Usage(1000, 10))


@pytest.mark.parametrize("model", ["", "my-own-model", "stand-in"])
def test_unknown_models_have_no_price(model: str) -> None:
    assert price(model, Usage(1, 1)) is None
    assert context_tokens(model) is None


def test_counts_that_contradict_each_other() -> None:
    assert price("gpt-4o", Usage(10, 0, 100)) == price("gpt-4o", Usage(10, 0, 10))
    assert price("gpt-4o", Usage()) == 0.0


def test_context_sizes() -> None:
    assert context_tokens("gpt-4o") == 128_000
