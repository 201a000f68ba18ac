"""Public prices and context sizes of models, as the installed genai-prices knows them. Nothing is fetched."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from replaydbg.core.step import Usage


def price(model: str, usage: Usage) -> float | None:
    """USD for one call that took so many tokens; None for a model that is not known."""
    asked, cached = usage.input_tokens or 0, usage.cache_read_tokens or 0
    found = _calculated(model, asked, min(cached, asked), usage.output_tokens or 0)
    return None if found is None else float(found.total_price)


def context_tokens(model: str) -> int | None:
    """How many tokens the model can take; None where that is not known."""
    found = _calculated(model, 0, 0, 0)
    size = None if found is None else found.model.context_window
    return size if isinstance(size, int) else None


@lru_cache(maxsize=1024)
def _calculated(model: str, asked: int, cached: int, said: int) -> Any | None:
    if not model:
        return None
    import genai_prices

    tokens = genai_prices.Usage(input_tokens=asked, cache_read_tokens=cached, output_tokens=said)
    try:
        return genai_prices.calc_price(
            tokens, model_ref=model.rpartition("/")[2]
        )  # gateways put the vendor first
    except (LookupError, ValueError):
        return None
