"""Schema violation.

What it finds:
    A tool call whose arguments break the JSON Schema of the tool: a field that is missing, not allowed, of the wrong
    type, outside an enum, and whatever else the schema says; all of it, at the exact field. The schema is that of the
    request itself. Where it was not recorded, that of a side file (`--tools`) or of another step of the run is held
    against the call, and it may be of another version: a warning where the tool refused the call too, a hint where it
    took it. A call in a reply that was broken off is a hint, and so is text that is not of the `format` of its field,
    which schemas do not forbid. Values that the recorder removed (`[REDACTED]`), or put into a field of their own (`input`), are not held against it. A call without any schema is counted as *schema not recorded*: it has not passed.

Why it matters:
    The tool refuses the call, or worse, takes it and does something else. An agent that gets a bare "invalid input"
    back has nothing to learn from it: this is how loops begin.

Example:
    lookup_order(order_id=48213), where order_id is a string of the form "NL-48213".

What to do:
    Correct the field in place and re-run what follows, to see whether the run recovers. Then make the mistake harder:
    an example in the description, an enum, strict mode; and let the tool's error say what is wrong with which field.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.tool import SchemaSource
from replaydbg.graph.calls import SeenCall
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import recorded, summary
from replaydbg.schema import UNCHECKED, Checker, Violation, checker
from replaydbg.wire.arguments import parse

_WRAPPERS = frozenset(
    {"args", "arguments", "input", "inputs", "kwargs", "parameters", "params", "tool_input"}
)


def check(facts: Facts) -> Iterator[Finding]:
    # What is in force is one value for equal offers (`seen_calls`): a schema is looked up once per run, not once per call.
    checkers: dict[int, Checker | None] = {}
    for at, seen in enumerate(facts.calls):
        in_force, arguments = seen.in_force, seen.call.arguments
        if in_force is None or not isinstance(arguments, dict):
            continue
        key = id(in_force)
        if key not in checkers:
            schema = in_force.spec.schema
            checkers[key] = None if schema is None else checker(schema)
        mine = checkers[key]
        if mine is None:
            continue
        violations = mine.violations(arguments)
        if violations:
            if violations[0].keyword == UNCHECKED:
                yield _finding(facts, seen, violations, Severity.HINT)
                continue
            if _is_wrapped(facts, at, seen, mine):
                continue
            violations = recorded(violations, arguments)
        if violations:
            if seen.call.problem is None and not seen.takes_text:
                yield _finding(facts, seen, violations, _severity(facts, at, seen))
        elif mine.has_formats:
            odd = recorded(mine.formats(arguments), arguments)
            if odd:
                yield _finding(facts, seen, odd, Severity.HINT)


def _is_wrapped(facts: Facts, at: int, seen: SeenCall, held: Checker) -> bool:
    """Whether it is the recorder that put the arguments into a field of their own: the tool took them, and inside all is well."""
    if not _WRAPPERS.issuperset(seen.call.arguments):
        return False
    full = {key: value for key, value in seen.call.arguments.items() if value not in ({}, [], None)}
    if len(full) != 1:
        return False
    (inner,) = full.values()
    if isinstance(inner, str):
        inner = parse(inner)[0]
    outcome = facts.outcomes[at]
    return isinstance(inner, dict) and outcome.known and not outcome.failed and not held.violations(inner)


def _severity(facts: Facts, at: int, seen: SeenCall) -> Severity:
    if seen.row in facts.broken_off:
        return Severity.HINT
    if seen.in_force is not None and seen.in_force.source is SchemaSource.REQUEST:
        return RULE.severity
    outcome = facts.outcomes[at]
    return Severity.WARNING if outcome.failed or not outcome.known else Severity.HINT


def _finding(facts: Facts, seen: SeenCall, violations: tuple[Violation, ...], severity: Severity) -> Finding:
    step_ids = tuple([facts.trace.ids[row] for row in seen.rows])
    place = f"{seen.pointer}/arguments"
    return Finding(
        RULE.code,
        RULE.name,
        severity,
        f"{seen.call.name}: {summary(violations)}",
        step_ids,
        tuple([Evidence(step_ids[0], place + one.pointer, one.message) for one in violations]),
        seen.schema_source,
    )


RULE = Rule("T003", "schema-violation", Severity.ERROR, since="0.1", check=check)
