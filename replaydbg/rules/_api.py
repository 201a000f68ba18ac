"""What a rule is: a module here with a constant `RULE`; there is no list to edit.

The docstring of the module is its page, in fixed sections: *What it finds*, *Why it matters*, *Example*,
*What to do*. A rule states findings about facts; it never raises on data and knows no other rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from replaydbg.core.finding import Finding, Severity
from replaydbg.graph.facts import Facts


@dataclass(frozen=True, slots=True)
class Rule:
    """`name` completes "allow ___" and is the word for --select and --ignore, as is `code`. `severity` is the usual one."""

    code: str
    name: str
    severity: Severity
    since: str
    check: Callable[[Facts], Iterator[Finding]]
    thresholds: type[Any] | None = None
    """A frozen dataclass of `config.threshold`s: what `[rules.NAME]` of a settings file may set."""
    lacks: Callable[[], str] | None = None
    """Says what must be installed for the rule to look at all; "" where it is."""
