"""The edit that would mend what a finding is about, where it can be told from the recording itself.

A repair is proven before it is offered: afterwards the place breaks its schema in fewer ways and in no new one, or the
text is JSON. What cannot be known (the value of a field that was left out) is left to the person.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from replaydbg import codec
from replaydbg.core import pointer
from replaydbg.core.branch import Edit
from replaydbg.core.finding import Finding
from replaydbg.core.message import Json
from replaydbg.core.step import Step
from replaydbg.graph.calls import SeenCall
from replaydbg.graph.facts import Facts
from replaydbg.schema import Checker, Violation, checker, nearest

_FIELDS_MENDED_MAX = 20
_CHOICES_MAX = 20
_UNREADABLE = (ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Repair:
    """`words` say what the edit does: `order_id: a string instead of the number`."""

    edit: Edit
    words: str


def repair(facts: Facts, finding: Finding) -> Repair | None:
    """The edit that mends the finding, or part of it; None where nothing is known that would."""
    mend = _MENDERS.get(finding.name)
    if mend is None or not finding.evidence:
        return None
    place = finding.evidence[0]
    try:
        step = facts.trace.step(facts.trace.row(place.step_id))
        mended = mend(facts, step, place.pointer)
        if mended is None:
            return None
        at, value, words = mended
        return Repair(codec.make_edit(step, at, value), words)
    except (LookupError, pointer.PointerError, codec.EditRefusedError):
        return None


def choices(facts: Facts, finding: Finding) -> tuple[Repair, ...]:
    """The edits of which one mends part of the finding, where it is not known which: a field takes one of few values."""
    if finding.name != "schema-violation" or not finding.evidence:
        return ()
    place = finding.evidence[0]
    try:
        step = facts.trace.step(facts.trace.row(place.step_id))
        seen = _call_at(facts, step, place.pointer)
        if seen is None or seen.in_force is None or seen.in_force.spec.schema is None:
            return ()
        return tuple(
            Repair(codec.make_edit(step, f"{seen.pointer}/arguments", arguments), words)
            for arguments, words in _one_of_few(checker(seen.in_force.spec.schema), seen.call.arguments)
        )
    except (LookupError, pointer.PointerError, codec.EditRefusedError):
        return ()


def _one_of_few(held: Checker, arguments: Json) -> Iterator[tuple[Json, str]]:
    """The arguments with each value that the first field outside its enum may have, and the value in words."""
    before = held.violations(arguments)
    wrong = next((one for one in before if one.keyword == "enum"), None)
    if wrong is None or len(wrong.expected) > _CHOICES_MAX:
        return
    name = wrong.pointer.rpartition("/")[2]
    for value in wrong.expected:
        changed = pointer.replace(arguments, wrong.pointer, value)
        if len(held.violations(changed)) < len(before):
            yield changed, f"{name}: {_json(value)}"


_Mended = tuple[str, Json, str]
"""Pointer, value, and words."""


def _of_arguments(facts: Facts, step: Step, place: str) -> _Mended | None:
    seen = _call_at(facts, step, place)
    if seen is None or seen.in_force is None or seen.in_force.spec.schema is None:
        return None
    held = checker(seen.in_force.spec.schema)
    arguments, done = seen.call.arguments, []
    for _ in range(_FIELDS_MENDED_MAX):
        step_on = next(_better(held, arguments), None)
        if step_on is None:
            break
        arguments, words = step_on
        done.append(words)
    if not done:
        return None
    return f"{seen.pointer}/arguments", arguments, "; ".join(done)


def _better(held: Checker, arguments: Json) -> Iterator[tuple[Json, str]]:
    """Arguments that break the schema in fewer ways, each made by one change."""
    before = held.violations(arguments)
    for violation in before:
        for changed, words in _changes(arguments, violation, before):
            after = held.violations(changed)
            if len(after) < len(before) and {one.pointer for one in after} <= {one.pointer for one in before}:
                yield changed, words


def _changes(
    arguments: Json, violation: Violation, others: tuple[Violation, ...]
) -> Iterator[tuple[Json, str]]:
    place = violation.pointer
    name = place.removeprefix("/")
    value = pointer.get(arguments, place)
    if violation.keyword == "enum":
        near = (
            nearest(value, (one for one in violation.expected if isinstance(one, str)))
            if isinstance(value, str)
            else None
        )
        if near is not None:
            yield pointer.replace(arguments, place, near), f"{name}: {_json(near)} instead of {_json(value)}"
    elif violation.keyword == "type":
        for kind in violation.expected:
            for other in _as_type(value, str(kind)):
                yield (
                    pointer.replace(arguments, place, other),
                    f"{name}: {_json(other)} instead of {_json(value)}",
                )
    elif violation.keyword in {"additionalProperties", "unevaluatedProperties"}:
        yield from _renamed(arguments, violation, others)
        yield _without(arguments, place), f"without {name}"
    elif violation.keyword == "required":
        yield from _found_under_another_name(arguments, place, str(violation.expected[0]))


def _renamed(
    arguments: Json, violation: Violation, others: tuple[Violation, ...]
) -> Iterator[tuple[Json, str]]:
    """A field that is not known takes the name of one that is missing beside it, or that it nearly has."""
    place = violation.pointer
    holder, _, name = place.rpartition("/")
    missing = [str(one.expected[0]) for one in others if one.keyword == "required" and one.pointer == holder]
    near = nearest(name, missing) or (missing[0] if len(missing) == 1 else None)
    if near is None:
        there = pointer.get(arguments, holder)
        near = nearest(name, (str(one) for one in violation.expected if one not in there))
    if near is not None:
        yield _with_name(arguments, holder, pointer.tokens(place)[-1], near), f"{near} instead of {name}"


def _found_under_another_name(arguments: Json, holder: str, missing: str) -> Iterator[tuple[Json, str]]:
    """Where other fields are allowed, a field that is nearly called so is probably it."""
    fields = pointer.get(arguments, holder)
    near = nearest(missing, fields) if isinstance(fields, dict) else None
    if near is not None and near != missing:
        yield _with_name(arguments, holder, near, missing), f"{missing} instead of {near}"


def _with_name(arguments: Json, holder: str, old: str, new: str) -> Json:
    fields = pointer.get(arguments, holder)
    return pointer.replace(
        arguments, holder, {new if key == old else key: one for key, one in fields.items()}
    )


def _without(arguments: Json, place: str) -> Json:
    holder, _, _ = place.rpartition("/")
    gone = pointer.tokens(place)[-1]
    fields = pointer.get(arguments, holder)
    return pointer.replace(arguments, holder, {key: one for key, one in fields.items() if key != gone})


def _as_type(value: Json, kind: str) -> Iterator[Json]:
    """The same value as another type, where it can be said in it."""
    if isinstance(value, str):
        try:
            inner = json.loads(value)
        except _UNREADABLE:
            inner = {"true": True, "false": False, "none": None}.get(value.strip().lower(), value)
        if inner != value:
            yield inner
    if kind == "string" and isinstance(value, (int, float)) and not isinstance(value, bool):
        yield _json(value)
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        yield int(value)
    if kind == "array" and not isinstance(value, list) and not str(value).lstrip().startswith(("[", "{")):
        yield [value]


def _of_text(facts: Facts, step: Step, place: str) -> _Mended | None:
    seen = _call_at(facts, step, place)
    raw = seen.call.raw if seen is not None else None
    if seen is None or not raw:
        return None
    for reading, words in (
        (_first_value, "without what stands after it"),
        (_python, "as JSON"),
        (_closed, "with its end"),
    ):
        value = reading(raw)
        if isinstance(value, dict):
            return f"{seen.pointer}/arguments_raw", _json(value), f"the arguments {words}"
    return None


def _first_value(raw: str) -> Json:
    try:
        return json.JSONDecoder().raw_decode(raw.lstrip())[0]
    except _UNREADABLE:
        return None


def _python(raw: str) -> Json:
    """Text in Python's notation: single quotes, True, None, a comma too many."""
    try:
        value = ast.literal_eval(raw.strip())
        json.dumps(value, allow_nan=False)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return value


def _closed(raw: str) -> Json:
    """Text that broke off, with the quotes and brackets that it had open; a key without its value is left out."""
    for text in (raw, raw.rpartition(",")[0]):
        try:
            return json.loads(text.rstrip().rstrip(",") + _closing(text))
        except _UNREADABLE:
            continue
    return None


def _closing(text: str) -> str:
    waiting, quoted, escaped = [], False, False
    for char in text:
        if quoted:
            quoted, escaped = (char != '"' or escaped), char == "\\" and not escaped
        elif char == '"':
            quoted = True
        elif char in "{[":
            waiting.append("}" if char == "{" else "]")
        elif char in "}]" and waiting:
            waiting.pop()
    return ('"' if quoted else "") + "".join(reversed(waiting))


def _of_name(facts: Facts, step: Step, place: str) -> _Mended | None:
    seen = _call_at(facts, step, place)
    if seen is None:
        return None
    names = [tool.name for tool in seen.offered or facts.side_tools]
    near = nearest(seen.call.name, names)
    return None if near is None else (f"{seen.pointer}/name", near, f"{near} instead of {seen.call.name}")


def _of_double_encoding(facts: Facts, step: Step, place: str) -> _Mended | None:
    seen = _call_at(facts, step, place)
    value = (
        _first_value(seen.call.arguments)
        if seen is not None and isinstance(seen.call.arguments, str)
        else None
    )
    if seen is None or not isinstance(value, dict):
        return None
    return f"{seen.pointer}/arguments", value, "the object itself"


def _of_answer(_: Facts, step: Step, place: str) -> _Mended | None:
    """JSON out of its code fence."""
    text = step.body.output.text.strip() if step.body.output is not None else ""
    if not text.startswith("```"):
        return None
    inner = text.removeprefix("```").removesuffix("```").removeprefix("json").strip()
    try:
        json.loads(inner)
    except _UNREADABLE:
        return None
    return place, inner, "without the code fence"


def _call_at(facts: Facts, step: Step, place: str) -> SeenCall | None:
    """The call that the pointer leads into."""
    path = pointer.tokens(place)
    if len(path) < 2 or path[0] != "tool_calls" or not path[1].isdecimal():
        return None
    return facts.call_at(facts.trace.row(step.id), int(path[1]))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


_MENDERS: Mapping[str, Callable[[Facts, Step, str], _Mended | None]] = {
    "schema-violation": _of_arguments,
    "unparsable-arguments": _of_text,
    "unknown-tool": _of_name,
    "arguments-not-an-object": _of_double_encoding,
    "structured-output": _of_answer,
}
"""By name of rule, so that no rule needs to know this."""
