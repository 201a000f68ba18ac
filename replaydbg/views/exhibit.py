"""What a finding rests on, looked up in the trace: a value and its schema, the rounds of a loop, two places that differ.

Made in a thread: a step may be large, and a loop may be the whole run. What is painted of it is `views/finding.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import orjson

from replaydbg import codec, schema
from replaydbg.core import pointer
from replaydbg.core.finding import Evidence, Finding
from replaydbg.core.message import Json
from replaydbg.graph.calls import SeenCall
from replaydbg.graph.facts import Facts
from replaydbg.rules import _repairs
from replaydbg.rules._beginnings import Beginning, beginning
from replaydbg.rules._repairs import Repair
from replaydbg.rules._wanted import output_schema, wanted_format

_QUOTES_MAX = 8
_END_CHARS = 400
_IN_CALL = re.compile(r"/tool_calls/([0-9]{1,6})(?=/|$)")
_IN_ARGUMENTS = re.compile(r"/tool_calls/[0-9]{1,6}/arguments(?:_raw)?(?=/|$)")
_UNTOLD = frozenset({"secret-in-trace"})
"""Rules whose evidence must not be shown as it is."""


@dataclass(frozen=True, slots=True)
class Held:
    """A value that was held against a schema. `said` are the things wrong with it, by place in the value."""

    what: str
    row: int
    place: str
    """The value in the document of its step."""
    value: Json
    schema: Json
    """In today's JSON Schema, whatever the dialect of the offer was; None where there is none."""
    source: str = ""
    source_row: int = -1
    said: tuple[tuple[str, str], ...] = ()
    broken: str | None = None
    """The text, where it is no JSON; `value` is None then."""
    offset: int = -1


@dataclass(frozen=True, slots=True)
class Quote:
    """What stands at a place of a step, or what is held against it; `row` is -1 for what is in no step."""

    title: str
    row: int
    place: str
    value: Json


@dataclass(frozen=True, slots=True)
class Exhibit:
    finding: Finding
    repair: Repair | None = None
    choices: tuple[Repair, ...] = ()
    """Edits of which one would mend it, where it is not known which."""
    held: Held | None = None
    pair: tuple[Quote, Quote] | None = None
    """Two places to be seen beside each other."""
    quotes: tuple[Quote, ...] = ()
    rounds: tuple[tuple[int, ...], ...] = ()
    """The rows of each round of a loop, the last one perhaps begun only."""
    beginning: Beginning | None = None
    """Where an edit is known to help that only a person can write."""


def exhibit(facts: Facts, finding: Finding) -> Exhibit:
    """Everything that the page of the finding shows of the trace."""
    repair = _repairs.repair(facts, finding)
    if finding.loop is not None and finding.loop.first_step != finding.loop.last_step:
        begins = None if repair else beginning(facts, finding)
        return Exhibit(finding, repair, beginning=begins, rounds=_rounds(facts, finding))
    held = _held(facts, finding)
    if held is not None:
        return Exhibit(finding, repair, () if repair else _repairs.choices(facts, finding), held)
    quotes = () if finding.name in _UNTOLD else tuple(_quotes(facts, finding))
    pair = _offered(facts, finding) or _pair(facts, finding, quotes) or _models(facts, quotes)
    begins = None if repair else beginning(facts, finding)
    return Exhibit(finding, repair, beginning=begins, pair=pair, quotes=() if pair else quotes)


# A value and its schema


def _held(facts: Facts, finding: Finding) -> Held | None:
    if not finding.evidence:
        return None
    first = finding.evidence[0]
    if _IN_ARGUMENTS.match(first.pointer) or finding.name == "refused-arguments":
        seen = _call(facts, first)
        return _arguments(facts, finding, seen) if seen is not None else None
    if finding.name == "structured-output":
        return _answer(facts, first)
    return _result(facts, finding, first) if finding.name == "output-schema-violation" else None


def _call(facts: Facts, evidence: Evidence) -> SeenCall | None:
    """The call that the evidence is in."""
    found = _IN_CALL.match(evidence.pointer)
    return facts.call_at(facts.trace.row(evidence.step_id), int(found[1])) if found else None


def _arguments(facts: Facts, finding: Finding, seen: SeenCall) -> Held:
    force, call = seen.in_force, seen.call
    declared = force.spec.schema if force is not None else None
    place = f"{seen.pointer}/arguments"
    return Held(
        f"the arguments of {call.name}",
        seen.row,
        place,
        call.arguments,
        None if declared is None else schema.checker(declared).schema,
        seen.schema_source,
        facts.trace.row(force.step_id) if force is not None and force.step_id is not None else -1,
        tuple(_said(finding, place)),
        call.raw if call.problem is not None else None,
        call.problem.offset if call.problem is not None else -1,
    )


def _said(finding: Finding, place: str) -> Iterator[tuple[str, str]]:
    for evidence in finding.evidence:
        where = evidence.pointer.removeprefix(place)
        yield where if where.startswith("/") and where != evidence.pointer else "", evidence.message


def _answer(facts: Facts, at: Evidence) -> Held | None:
    row = facts.trace.row(at.step_id)
    body = facts.trace.body(row)
    text = body.output.text if body.output is not None else ""
    declared = (wanted_format(body.params) or {}).get("schema")
    value, broken = _parsed(text)
    checked = schema.checker(declared) if declared is not None else None
    said = [(one.pointer, one.message) for one in checked.violations(value)] if checked and not broken else []
    return Held(
        "the answer",
        row,
        at.pointer,
        value,
        checked.schema if checked is not None else None,
        "this request",
        said=tuple(said) or (("", at.message),),
        broken=text if broken else None,
    )


def _parsed(text: str) -> tuple[Json, bool]:
    try:
        return orjson.loads(text), False
    except orjson.JSONDecodeError:
        return None, True


def _result(facts: Facts, finding: Finding, at: Evidence) -> Held | None:
    row = facts.trace.row(at.step_id)
    place = facts.index.call_of(row)
    seen = facts.call_at(place.row, place.index) if place is not None else facts.call_at(row, 0)
    if seen is None or seen.in_force is None:
        return None
    result = facts.trace.body(row).result
    value = _parsed(result)[0] if isinstance(result, str) else result
    inside = next(
        (
            key
            for key in ("/structuredContent", "/structured_content")
            if at.pointer.startswith(f"/result{key}")
        ),
        "",
    )
    where = f"/result{inside}"
    return Held(
        f"the result of {seen.call.name}",
        row,
        where,
        pointer.get(value, inside),
        schema.checker(output_schema(seen.in_force.spec)).schema,
        finding.schema_source or "",
        said=tuple(_said(finding, where)),
    )


# Places


def _quotes(facts: Facts, finding: Finding) -> Iterator[Quote]:
    for evidence in finding.evidence[:_QUOTES_MAX]:
        row = facts.trace.row(evidence.step_id)
        found = list(_value(facts, row, evidence.pointer))
        yield Quote(evidence.message, row, evidence.pointer, found[0] if found else None)
        if evidence.pointer == "/output/finish_reason":
            output = facts.trace.body(row).output
            text = output.text if output is not None else ""
            if text:
                yield Quote(
                    "how it ends",
                    row,
                    "/output/content",
                    f"{'…' * (len(text) > _END_CHARS)}{text[-_END_CHARS:]}",
                )


def _value(facts: Facts, row: int, place: str) -> Iterator[Json]:
    """What stands there; nothing where there is no such place, or where it is the whole step."""
    if place:
        try:
            yield pointer.get(codec.step_document(facts.trace.step(row)), place)
        except pointer.PointerError:
            return


def _pair(facts: Facts, finding: Finding, quotes: tuple[Quote, ...]) -> tuple[Quote, Quote] | None:
    """Two places that the finding names; or one, and the same place of the other step that it names."""
    if len(quotes) == len(finding.evidence) == 2:
        earlier, later = sorted(quotes, key=lambda quote: quote.row)
        return earlier, later
    if len(quotes) != 1 or len(finding.step_ids) != 2 or quotes[0].value is None:
        return None
    mine = quotes[0]
    other = facts.trace.row(next(id_ for id_ in finding.step_ids if id_ != facts.trace.ids[mine.row]))
    if facts.trace.kind(other) is not facts.trace.kind(mine.row):
        return None
    for value in _value(facts, other, mine.place):
        if value != mine.value:
            theirs = Quote("", other, mine.place, value)
            return _without_the_same(*((theirs, mine) if other < mine.row else (mine, theirs)))
    return None


def _without_the_same(left: Quote, right: Quote) -> tuple[Quote, Quote]:
    """Of sets of tools that stand in both, the name is enough."""
    if left.place != "/tools" or not isinstance(left.value, list) or not isinstance(right.value, list):
        return left, right
    sides = []
    for mine, others in ((left, right.value), (right, left.value)):
        tools = [one.get("name") if one in others and isinstance(one, dict) else one for one in mine.value]
        sides.append(replace(mine, value=tools))
    return sides[0], sides[1]


def _models(facts: Facts, quotes: tuple[Quote, ...]) -> tuple[Quote, Quote] | None:
    """The model that was asked, and the one that answered."""
    if len(quotes) != 1 or quotes[0].place != "/model":
        return None
    row = quotes[0].row
    for answered in _value(facts, row, "/response_model"):
        return quotes[0], Quote("what answered", row, "/response_model", answered)
    return None


def _offered(facts: Facts, finding: Finding) -> tuple[Quote, Quote] | None:
    """The call of a tool that there is none of, and the tools that there were, those called nearly so first."""
    if finding.name != "unknown-tool" or not finding.evidence:
        return None
    seen = _call(facts, finding.evidence[0])
    if seen is None:
        return None
    names = [tool.name for tool in seen.offered or facts.side_tools]
    near = schema.nearest(seen.call.name, names)
    names.sort(key=lambda name: name != near)
    called: Mapping[str, Any] = {"name": seen.call.name, "arguments": seen.call.arguments}
    return (
        Quote("what was called", seen.row, seen.pointer, dict(called)),
        Quote(f"what was offered ({len(names)})", -1, "", "\n".join(names) or "no tool at all"),
    )


# Rounds


def _rounds(facts: Facts, finding: Finding) -> tuple[tuple[int, ...], ...]:
    rows = tuple(facts.trace.row(id_) for id_ in finding.step_ids)
    assert finding.loop is not None
    turns = next(
        (loop for loop in facts.cycles.loops if loop.turns[0].row == rows[0] and loop.rows == rows), None
    )
    if turns is not None:
        size = turns.round_turns or 1
        return tuple(
            tuple(row for turn in turns.turns[at : at + size] for row in turn.rows)
            for at in range(0, len(turns.turns), size)
        )
    size = max(finding.loop.period, 1)
    return tuple(tuple(islice(rows, at, at + size)) for at in range(0, len(rows), size))
