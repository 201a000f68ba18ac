"""From a loop to a finding: what the rules about loops share."""

from __future__ import annotations

from replaydbg.core.finding import Evidence, Finding, LoopDetail, Severity
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.cycles import Loop
from replaydbg.rules._api import Rule

_NAMES_SHOWN_MAX = 6


def loop_finding(
    rule: Rule, trace: Trace, loop: Loop, message: str, severity: Severity | None = None
) -> Finding:
    """The finding; its evidence is where the first round begins, and where the second shows that nothing is new."""
    ids = tuple(trace.ids[row] for row in loop.rows)
    again = loop.rows[loop.period] if loop.period else loop.rows[len(loop.rows) // loop.rounds]
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=rule.severity if severity is None else severity,
        message=message,
        step_ids=ids,
        evidence=(
            Evidence(ids[0], _place(trace, loop.rows[0]), "here it begins"),
            Evidence(trace.ids[again], _place(trace, again), "the same again"),
        ),
        loop=LoopDetail(loop.period, loop.rounds, ids[0], trace.ids[again], ids[-1]),
    )


def _place(trace: Trace, row: int) -> str:
    if trace.kind(row) is Kind.MODEL_CALL and not trace.step(row).tool_calls:
        return "/output/content"
    return "/tool_calls/0"


def named(names: tuple[str, ...]) -> str:
    """`a`, `a and b`, `a, b, c …`: the tools or agents of one round."""
    if len(names) > _NAMES_SHOWN_MAX:
        return ", ".join(names[:_NAMES_SHOWN_MAX]) + f" … ({len(names)} in all)"
    if len(names) > 1:
        return ", ".join(names[:-1]) + " and " + names[-1]
    return names[0] if names else "the same reply"


def failing(loop: Loop) -> str:
    """`, each time with an error` and the like; "" when nothing failed."""
    if not loop.failures:
        return ""
    if loop.failures == loop.turns:
        return ", each time with an error"
    return f", with {loop.failures} error{'s' if loop.failures > 1 else ''}"
