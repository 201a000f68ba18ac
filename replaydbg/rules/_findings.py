"""From a call or a step to a finding: what the rules that look at one place at a time share."""

from __future__ import annotations

from replaydbg.core import pointer
from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.message import Json
from replaydbg.core.trace import Trace
from replaydbg.graph.calls import SeenCall
from replaydbg.rules._api import Rule
from replaydbg.schema import UNCHECKED, Violation
from replaydbg.wire.arguments import is_placeholder

_OF_NAMES = ("additionalProperties", "unevaluatedProperties")
"""A field that is not allowed is so whatever its value."""


def of_call(
    rule: Rule,
    trace: Trace,
    seen: SeenCall,
    message: str,
    place: str = "",
    *,
    said: str | None = None,
    severity: Severity | None = None,
    schema_source: str | None = None,
) -> Finding:
    """About a tool call; `place` is a pointer inside the call, `said` what is said there (the message, if None)."""
    step_ids = tuple(trace.ids[row] for row in seen.rows)
    evidence = Evidence(step_ids[0], seen.pointer + place, message if said is None else said)
    weight = rule.severity if severity is None else severity
    return Finding(rule.code, rule.name, weight, message, step_ids, (evidence,), schema_source)


def of_steps(
    rule: Rule,
    trace: Trace,
    rows: tuple[int, ...],
    message: str,
    *evidence: Evidence,
    severity: Severity | None = None,
) -> Finding:
    """About steps, the first one to be looked at."""
    weight = rule.severity if severity is None else severity
    return Finding(rule.code, rule.name, weight, message, tuple(trace.ids[row] for row in rows), evidence)


def quoted(text: str, most: int = 60) -> str:
    """The text in quotes, shortened: messages stand in one line."""
    shown = " ".join(text.split())
    return f'"{shown if len(shown) <= most else shown[: most - 1] + "…"}"'


def recorded(violations: tuple[Violation, ...], value: Json) -> tuple[Violation, ...]:
    """Those of values that were recorded: what stands for one that was removed is not what anybody said.

    Nor is anything known of a value that the validator could not look at.
    """
    return tuple(
        [
            one
            for one in violations
            if one.keyword in _OF_NAMES
            or (one.keyword != UNCHECKED and not is_placeholder(pointer.get(value, one.pointer)))
        ]
    )


def summary(violations: tuple[Violation, ...]) -> str:
    """What is wrong with a value, in one line."""
    first = violations[0]
    # A message about a field does not name the field; one about the whole object does.
    place = first.pointer.removeprefix("/")
    named = first.keyword in _OF_NAMES or not place
    told = first.message if named else f"{place}: {first.message}"
    return told if len(violations) == 1 else f"{told} (and {len(violations) - 1} more)"
