"""The pages of the rules: what each finds, why it matters, an example, what to do. Made from their docstrings."""

from __future__ import annotations

from replaydbg.rules import _registry
from replaydbg.rules._api import Rule


def rules() -> tuple[Rule, ...]:
    """Every rule, by code."""
    return _registry.all_rules()


def page(code: str) -> str:
    """The page of a rule by its code or name. Raises UsageProblem."""
    return _registry.explain(code)
