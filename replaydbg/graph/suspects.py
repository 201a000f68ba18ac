"""Which steps to look at first, and why: a ranked list of suspicions, never a verdict.

Each reason is a cheap look at what was recorded; none asks a model. The weights were chosen on one half of the labelled
runs at hand and scored on the other (`tests/support/suspects.py` prints both, ARCHITECTURE quotes them): the list is a
place to begin, and only an edit and a re-run say whether it was right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from replaydbg import limits
from replaydbg.core.finding import Finding, Severity
from replaydbg.core.step import KINDS, STATUSES, Kind, Status
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.graph.failures import says_failure
from replaydbg.graph.wording import as_text

_MODEL_CALL, _EXECUTION = KINDS.index(Kind.MODEL_CALL), KINDS.index(Kind.TOOL_EXECUTION)
_ERROR = STATUSES.index(Status.ERROR)

_LOOKED_AT_CHARS = 20_000
"""Of one text: whoever says more has been suspicious before."""
_FAILURE_CHARS = 300

_MADE_UP = re.compile(
    r"\b(?:assum(?:e|ed|ing|ption)|hypothetical(?:ly)?|for (?:demonstration|illustration)|simulat(?:e|ed|ing)|placeholder"
    r"|mock(?:ed)?|let's say|sample data|example data|dummy|as an example)",
    re.IGNORECASE,
)
_FAILED_RUN = re.compile(r"exit ?code:? ?[1-9]|execution failed|traceback \(most recent", re.IGNORECASE)
_FACT = re.compile(r"\b(?:\d[\d,.:/-]*\d|[A-Z][a-z]+(?: [A-Z][a-z]+)+)\b")
_NEW_FACTS_MIN = 3
_CODE = "```"

FAILED, MADE_UP, CODE, NEW_FACTS, LONGEST = 3.0, 2.0, 1.0, 1.0, 1.0
OF_FINDINGS = {Severity.ERROR: 2.0, Severity.WARNING: 1.0}
"""How much each kind of reason weighs."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """`weight` orders the list and means nothing else. `reasons` are sentences, the weightiest first."""

    step_id: str
    weight: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    row: int
    weight: float
    sentence: str


def suspects(
    facts: Facts, findings: Iterable[Finding], most: int = limits.SUSPECTS_MAX
) -> tuple[Suspect, ...]:
    """The steps with the weightiest reasons, at most `most`; equal ones in the order of the screen."""
    by_row: dict[int, list[Reason]] = {}
    for reason in (*_of_findings(facts.trace, findings), *_of_words(facts)):
        by_row.setdefault(reason.row, []).append(reason)
    weighed = [(-sum(one.weight for one in own), row) for row, own in by_row.items()]
    return tuple(
        Suspect(
            facts.trace.ids[row],
            -weight,
            tuple(one.sentence for one in sorted(by_row[row], key=lambda one: -one.weight)),
        )
        for weight, row in sorted(weighed)[:most]
    )


def _of_findings(trace: Trace, findings: Iterable[Finding]) -> Iterator[Reason]:
    """A step weighs once for each rule that names it first: a loop is where it begins, not where it goes on."""
    seen: set[tuple[int, str]] = set()
    for finding in findings:
        weight = OF_FINDINGS.get(finding.severity)
        if weight is None or not finding.step_ids:
            continue
        row = trace.row(finding.step_ids[0])
        if (row, finding.code) not in seen:
            seen.add((row, finding.code))
            yield Reason(row, weight, f"{finding.name}: {finding.message}")


def _of_words(facts: Facts) -> Iterator[Reason]:
    trace, index = facts.trace, facts.index
    known: set[str] = set()
    longest, most_new, coded, failed, last = (0, -1), (_NEW_FACTS_MIN - 1, -1), False, False, -1
    for row in index.in_time:
        text = _text(trace, row)
        fresh = {fact for fact in _FACT.findall(text) if fact not in known}
        known |= fresh
        if trace.kinds[row] == _MODEL_CALL:
            if last >= 0 or len(index.in_time) == 1:  # what the first says is the task in other words
                most_new = max(most_new, (len(fresh), row), key=lambda pair: pair[0])
            longest = max(longest, (len(text), row), key=lambda pair: pair[0])
            if _MADE_UP.search(text):
                yield Reason(row, MADE_UP, "it speaks of something assumed or made up")
            if _CODE in text and not coded:
                coded = True
                yield Reason(row, CODE, "the first code of the run is here")
            last = row
        elif not failed and _failed(trace, row, text):
            place = index.call_of(row)
            asked = place.row if place is not None else last
            if asked >= 0:
                failed = True
                yield Reason(asked, FAILED, f"what it asked for is the first to fail, in #{row + 1}")
    if most_new[1] >= 0:
        yield Reason(
            most_new[1], NEW_FACTS, f"it brings {most_new[0]} numbers and names that nobody had said"
        )
    if longest[1] >= 0:
        yield Reason(longest[1], LONGEST, "the longest reply of the run")


def _failed(trace: Trace, row: int, text: str) -> bool:
    if trace.statuses[row] == _ERROR:
        return True
    return says_failure(text) or _FAILED_RUN.search(text[:_FAILURE_CHARS]) is not None


def _text(trace: Trace, row: int) -> str:
    """What the step brings into the run: a reply, a result, an input that is neither."""
    body = trace.fresh(row)
    if trace.kinds[row] == _MODEL_CALL:
        output = body.output
        said = output.text if output is not None else ""
        calls = islice(output.tool_calls, 8) if output is not None else ()
        return "\n".join((said, *(as_text(call.arguments) for call in calls)))[:_LOOKED_AT_CHARS]
    if trace.kinds[row] == _EXECUTION:
        return as_text(body.result if body.has_result else body.error)[:_LOOKED_AT_CHARS]
    value = body.output_value if body.output_value is not None else body.input
    return "" if value is None else as_text(value)[:_LOOKED_AT_CHARS]
