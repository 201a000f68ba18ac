"""The incident's tools as attributes, so that they can be bound by name: `python:replaydbg.demo.bound:lookup_order`.

Each takes whatever arguments a model sends and refuses wrong ones as a value, as the recorded run did.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from replaydbg.demo import agent


def __getattr__(name: str) -> Callable[..., Any]:
    try:
        return agent.BINDINGS[name]
    except KeyError:
        raise AttributeError(f"the incident has no tool {name!r}") from None
