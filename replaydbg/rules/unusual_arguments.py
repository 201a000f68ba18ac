"""Unusual arguments.

What it finds:
    Where no schema was recorded: a call whose arguments are unlike those of all other calls of its tool in the run, at
    least five of them. A field that every other call has is left out, or stands there under another name; a field is
    of another type; a value is nearly one of the few that the others have. This is a suspicion and never a violation,
    and a hint only where the tool took the call.

Why it matters:
    A wrong name or type of a field is easy to overlook among long arguments, and many recordings hold no schemas.

Example:
    search(query=..., limit=5) nine times, and once search(q=..., limit=5).

What to do:
    Give the schemas with `--tools FILE` if you have them: then this becomes a violation, or goes. Else compare the call
    with one of the others, correct it in place, and re-run what follows.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.message import Json
from replaydbg.core.pointer import join
from replaydbg.core.tool import SchemaSource
from replaydbg.graph.calls import SeenCall
from replaydbg.graph.facts import Facts
from replaydbg.graph.habits import OTHERS_MIN, Habit, habits
from replaydbg.rules._api import Rule
from replaydbg.schema import nearest


def check(facts: Facts) -> Iterator[Finding]:
    free = [(at, seen) for at, seen in enumerate(facts.calls) if _has_no_schema(seen)]
    known = habits((seen.call.name, seen.call.arguments) for _, seen in free)
    known = {name: habit for name, habit in known.items() if habit.tells_something}
    for at, seen in free if known else ():
        habit = known.get(seen.call.name)
        arguments = seen.call.arguments
        if (
            habit is None
            or habit.calls <= OTHERS_MIN
            or not isinstance(arguments, dict)
            or seen.row in facts.broken_off
        ):
            continue
        odd = tuple(_odd(habit, arguments))
        if not odd:
            continue
        failed = facts.outcomes[at].failed
        step_ids = tuple(facts.trace.ids[row] for row in seen.rows)
        more = f" (and {len(odd) - 1} more)" if len(odd) > 1 else ""
        yield Finding(
            RULE.code,
            RULE.name,
            RULE.severity if failed else Severity.HINT,
            f"suspect: {seen.call.name}: {odd[0][1]}{more}",
            step_ids,
            tuple(
                Evidence(step_ids[0], f"{seen.pointer}/arguments{place}", f"suspect: {said}")
                for place, said in odd
            ),
            str(SchemaSource.INFERRED),
        )


def _has_no_schema(seen: SeenCall) -> bool:
    known = seen.in_force
    return known is None or (known.spec.schema is None and not seen.takes_text)


def _odd(habit: Habit, arguments: dict[str, Json]) -> Iterator[tuple[str, str]]:
    """Each place that is unlike the other calls, with why."""
    others = habit.calls - 1
    missing = [name for name in habit.always(arguments) if name not in arguments]
    left = list(habit.never(arguments))
    meant: dict[str, str] = {}  # one field stands for one other
    for name in missing:
        near = nearest(name, left)
        if near is not None:
            meant[name] = near
            left.remove(near)
    for name in missing:
        one = meant.get(name) or (left.pop() if len(left) == 1 else None)
        if one is not None:
            yield join([one]), f'"{one}" stands where all {others} other calls have "{name}"'
        else:
            yield "", f'"{name}" is missing, which all {others} other calls have'
    for name, value in arguments.items():
        usual = habit.usual_type(name, value)
        if usual is not None:
            yield join([name]), f"{name} is no {usual}, as it is in all other calls"
            continue
        values = habit.usual_values(name, value)
        near = nearest(value, values) if values else None
        if near is not None:
            yield (
                join([name]),
                f'{name} is "{value}"; all other calls have {len(values)} values, of which "{near}" is near',
            )


RULE = Rule("T013", "unusual-arguments", Severity.INFO, since="0.1", check=check)
