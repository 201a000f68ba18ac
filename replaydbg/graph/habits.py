"""How a run itself uses its tools: which fields every call has, of which types, from which few values.

The stand-in for a schema where none was recorded. A call is held against the habit of all *other* calls of its tool,
so one call can not vouch for itself. What comes of it is a suspicion: a field that was never left out may be optional
all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from replaydbg.core.message import Json

OTHERS_MIN = 5
"""Other calls that make a habit. On a public benchmark five calls were enough to find every required field."""
ENUM_OTHERS_MIN, ENUM_VALUES_MAX = 20, 5
"""A field with few values over many calls is taken for an enum."""
_VALUES_KEPT_MAX = 64
_VALUE_CHARS_MAX = 40


@dataclass(slots=True)
class FieldHabit:
    count: int = 0
    types: dict[str, int] = field(default_factory=dict)
    values: Counter[str] = field(default_factory=Counter)
    open_ended: bool = False
    """Whether it had too many values to be an enum."""


@dataclass(slots=True)
class Habit:
    """What the calls of one tool have in common."""

    calls: int = 0
    fields: dict[str, FieldHabit] = field(default_factory=dict)

    def add(self, arguments: dict[str, Json]) -> None:
        self.calls += 1
        for name, value in arguments.items():
            known = self.fields.get(name)
            if known is None:
                known = self.fields[name] = FieldHabit()
            known.count += 1
            kind, types = _TYPES.get(type(value), "object"), known.types
            types[kind] = types.get(kind, 0) + 1  # a `Counter` takes three times as long
            if known.open_ended:
                continue
            if isinstance(value, str) and len(value) <= _VALUE_CHARS_MAX:
                known.values[value] += 1
                known.open_ended = len(known.values) > _VALUES_KEPT_MAX
            else:
                known.open_ended = True

    @property
    def tells_something(self) -> bool:
        """Whether any of the calls can be unlike the others: mostly all have the same fields, of one type, with any value."""
        return any(
            known.count == self.calls - 1 or len(known.types) > 1 or not known.open_ended
            for known in self.fields.values()
        )

    def always(self, arguments: dict[str, Json]) -> Iterator[str]:
        """Fields that every other call has. `arguments` are those of a call that was counted."""
        others = self.calls - 1
        for name, known in self.fields.items():
            if known.count - (name in arguments) == others:
                yield name

    def never(self, arguments: dict[str, Json]) -> Iterator[str]:
        """Fields of the call that no other call has."""
        return (name for name in arguments if self.fields[name].count == 1)

    def usual_type(self, name: str, value: Json) -> str | None:
        """The one type that the field has in all other calls, where it is another one here."""
        types = self.fields[name].types
        if len(types) == 1:  # as nearly always: it is this one's
            return None
        types = types.copy()
        own = type_name(value)
        types[own] -= 1
        left = [kind for kind, count in types.items() if count > 0]
        if len(left) != 1 or left[0] == own or sum(types.values()) < OTHERS_MIN:
            return None
        return left[0]

    def usual_values(self, name: str, value: Json) -> tuple[str, ...]:
        """The few values that the field has in all other calls, where this is none of them; () where it has many."""
        known = self.fields[name]
        if known.open_ended or not isinstance(value, str) or known.values[value] > 1:
            return ()
        others = tuple(one for one in known.values if one != value)
        enough = known.count - 1 >= ENUM_OTHERS_MIN and len(others) <= ENUM_VALUES_MAX
        return others if enough else ()


def habits(calls: Iterable[tuple[str, Json]]) -> dict[str, Habit]:
    """By tool the habit of its calls, given as name and arguments."""
    found: dict[str, Habit] = {}
    for name, arguments in calls:
        if isinstance(arguments, dict):
            habit = found.get(name)
            if habit is None:
                habit = found[name] = Habit()
            habit.add(arguments)
    return found


def type_name(value: Json) -> str:
    """The JSON type; whole and other numbers are one, since 3.0 is 3."""
    return _TYPES.get(type(value), "object")


_TYPES: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
}
