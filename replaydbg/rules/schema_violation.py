"""Schema violation.

What it finds:
    A tool call whose arguments break the JSON Schema of the tool: a field that is missing, not allowed, of the wrong
    type, outside an enum, and whatever else the schema says; all of it, at the exact field. The schema is that of the
    request itself; where it was not recorded, that of a side file (`--tools`) or of another step of the run, which
    count as a warning, since they may be of another version. A call without any schema is counted as *schema not
    recorded*: it has not passed.

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
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule
from replaydbg.rules._calls import seen_calls
from replaydbg.schema import Checker, Violation, checker


def check(facts: Facts) -> Iterator[Finding]:
    # Equal offers are one value (`TraceIndex`), so that a schema is looked up once per run and not once per call.
    checkers: dict[int, Checker] = {}
    for seen in seen_calls(facts):
        in_force = seen.in_force
        if in_force is None or in_force.spec.schema is None or not isinstance(seen.call.arguments, dict):
            continue
        if seen.call.problem is not None or seen.takes_text:
            continue
        mine = checkers.get(id(in_force.spec))
        if mine is None:
            mine = checkers[id(in_force.spec)] = checker(in_force.spec.schema)
        violations = mine.violations(seen.call.arguments)
        if not violations:
            continue
        own = in_force.source is SchemaSource.REQUEST
        yield Finding(
            RULE.code,
            RULE.name,
            RULE.severity if own else Severity.WARNING,
            f"{seen.call.name}: {_summary(violations)}",
            seen.step_ids,
            tuple(
                Evidence(seen.step_ids[0], f"{seen.pointer}/arguments{one.pointer}", one.message)
                for one in violations
            ),
            seen.schema_source,
        )


def _summary(violations: tuple[Violation, ...]) -> str:
    first = violations[0]
    # A message about a field does not name the field; one about the whole object does.
    place = first.pointer.removeprefix("/")
    named = first.keyword in {"additionalProperties", "unevaluatedProperties"} or not place
    told = first.message if named else f"{place}: {first.message}"
    return told if len(violations) == 1 else f"{told} (and {len(violations) - 1} more)"


RULE = Rule("T003", "schema-violation", Severity.ERROR, since="0.1", check=check)
