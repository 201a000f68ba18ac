"""From a loop to a finding: what the rules about loops share."""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.cycles import Loop, LoopKind
from replaydbg.graph.facts import Facts
from replaydbg.graph.rounds import loop_detail
from replaydbg.rules._api import Rule

_NAMES_SHOWN_MAX = 6


def loops(facts: Facts, kind: LoopKind) -> Iterator[Loop]:
    """The loops of one kind; each loop of a trace is of one."""
    return facts.cycles.of_kind(kind)


def loop_finding(
    rule: Rule,
    facts: Facts,
    loop: Loop,
    message: str,
    *,
    again: str = "the same again",
    severity: Severity | None = None,
) -> Finding:
    """The finding; its evidence is where the first round begins, and where the second shows that nothing is new."""
    trace, rows = facts.trace, loop.rows
    detail = loop_detail(trace, loop)
    begun = trace.row(detail.began)
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=rule.severity if severity is None else severity,
        message=message,
        step_ids=tuple(trace.ids[row] for row in rows),
        evidence=(
            Evidence(detail.first_step, _place(trace, rows[0]), "here it begins"),
            Evidence(detail.began, _place(trace, begun), again),
        ),
        loop=detail,
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


def is_called(loop: Loop) -> str:
    """`f is called 3 times`, `f and g are called 3 times`."""
    return f"{named(loop.names)} {'is' if len(loop.names) == 1 else 'are'} called {loop.rounds} times"


def failing(failures: int, turns: int) -> str:
    """`, each time with an error` and the like; "" when nothing failed."""
    if not failures:
        return ""
    if failures == turns:
        return ", each time with an error"
    return f", with {failures} error{'s' if failures > 1 else ''}"


def in_vain(loop: Loop) -> str:
    """Why calls that differ get nowhere."""
    if loop.failures:
        return failing(loop.failures, len(loop.turns))
    return ", and finds nothing" if all(turn.nothing for turn in loop.turns) else ", and is told the same"
