"""What is publicly known of models: how much they can read, and which names mean one model.

From the price list of the pydantic project (`genai-prices`), which is data inside the package: nothing is fetched. The
only file that imports it, and only where a run gives reason to (0.2 s).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

_PREFIX = re.compile(r"^.*/|^(?:[a-z]{2,4}\.)?(?:anthropic|meta|amazon|mistral|cohere|ai21|deepseek)\.")
"""`openai/`, `models/`, `us.anthropic.`: where the model is served, not which one it is."""
_DATED = re.compile(
    r"(?:[-@](?:20\d{6}|20\d\d-\d\d-\d\d|\d\d-\d\d|\d{4}|\d{3}|latest|preview|exp|default|stable|beta))+$"
    r"|-v\d+(?::\d+)?$|:(?:\d+|beta|exacto|extended|floor|free|nitro|online|thinking)$"
)
"""A snapshot of a model, the name of the newest one, or how a router is to serve it."""


def plain(model: str) -> str:
    """The name without its server and its snapshot."""
    name = _PREFIX.sub("", model.strip().lower())
    while (shorter := _DATED.sub("", name)) != name:
        name = shorter
    return name


def differ(asked: str, answered: str) -> bool:
    """Whether these are two models for certain: both are publicly known, and they are not one."""
    if plain(asked) == plain(answered) or _is_newest_of(asked, answered):
        return False
    one, other = _known(asked), _known(answered)
    return one is not None and other is not None and one.id != other.id and not _is_alias(one, other)


def _is_newest_of(asked: str, answered: str) -> bool:
    """Whether the newest of a family was asked (`gemini-flash-latest`), and one of it answered."""
    family, more = set(plain(asked).split("-")), plain(answered).split("-")
    versions = [word for word in more if word not in family and word != "preview"]
    return asked.endswith("-latest") and family <= set(more) and not any(map(str.isalpha, "".join(versions)))


def _is_alias(one: Any, other: Any) -> bool:
    """Whether the list has the snapshots of one model apart, for they cost differently."""
    return plain(one.id) == plain(other.id)


WINDOWS_AT_LEAST: Mapping[str, int] = {
    "claude": 100_000, "claude-3": 200_000, "claude-opus": 200_000, "claude-sonnet": 200_000, "gpt-4o": 16_000, "gpt-4.1": 100_000, "gpt-5": 100_000, "o1": 100_000, "o3": 100_000, "o4": 100_000,
    "gemini": 8_000, "grok": 32_000, "kimi": 100_000,
}  # fmt: skip
"""By how the name begins what every such model of the list can read: most prompts are far below, and need no list."""


@cache
def window_at_least(model: str) -> int:
    """Fewer tokens than the model can read, if it is listed at all; 0 where only the list can tell."""
    name = plain(model)
    return max((least for begins, least in WINDOWS_AT_LEAST.items() if name.startswith(begins)), default=0)


def window_tokens(model: str) -> int | None:
    """How many tokens the model reads at most; None where that is not known."""
    known = _known(model)
    window = known.context_window if known is not None else None
    return window if isinstance(window, int) and window > 0 else None


@cache
def _known(model: str) -> Any:
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415 - 0.2 s, where a run gives reason to

    for name in dict.fromkeys((model, _PREFIX.sub("", model.strip().lower()), plain(model))):
        try:
            _, known = get_snapshot().find_provider_model(name, None, None, None)
        except LookupError:
            continue
        return known
    return None
