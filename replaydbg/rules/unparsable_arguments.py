"""Unparsable arguments.

What it finds:
    A tool call whose arguments are no JSON: text that breaks off, or is malformed at some place. Text that was cut off
    by the token limit is told apart, and so is text that the recorder removed (that is absent, not malformed). In a reply
    that was broken off it is a hint, and so it is where text breaks off and the tool took it all the same: recorders cut
    long attributes. Tools that take free text are left alone. Formats that keep only the parsed value
    cannot show this.

Why it matters:
    The tool cannot run as it was asked. Some frameworks send the text back as an error, some repair it silently and
    run something else, some end the run.

Example:
    {"order_id": "48213", "reason": "the lamp arrived bro

What to do:
    If it was cut off, raise the token limit or ask for less in one call. Else correct the arguments in place, re-run
    what follows and see what the run would have become; strict or constrained decoding makes the mistake impossible.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Finding, Severity
from replaydbg.core.message import ParseProblem
from replaydbg.graph.facts import Facts
from replaydbg.graph.replies import CUT_REASONS
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_call
from replaydbg.wire.arguments import REDACTED, TOO_DEEP

_AROUND_CHARS = 12
"""Shown on each side of the place where parsing failed."""


def check(facts: Facts) -> Iterator[Finding]:
    for at, seen in enumerate(facts.calls):
        problem = seen.call.problem
        if problem is None or problem.message == REDACTED or seen.takes_text:
            continue
        output = facts.trace.body(seen.row).output
        by_limit = output is not None and output.finish_reason.lower() in CUT_REASONS
        said = _what_is_wrong(seen.call.raw or "", problem, by_limit=by_limit)
        outcome = facts.outcomes[at]
        ran = problem.truncated and not by_limit and outcome.known and not outcome.failed
        if ran:
            said += ", and the tool took them: the recorder may have cut them"
        message = f"the arguments of {seen.call.name} {said}"
        severity = Severity.HINT if ran or seen.row in facts.broken_off else RULE.severity
        yield of_call(RULE, facts.trace, seen, message, "/arguments_raw", said=said, severity=severity)


def _what_is_wrong(raw: str, problem: ParseProblem, *, by_limit: bool) -> str:
    if problem.truncated:
        return f"break off after {len(raw)} character{'s' * (len(raw) > 1)}" + (
            ", at the token limit" if by_limit else ""
        )
    if problem.message == TOO_DEEP:
        return f"are {TOO_DEEP}"
    at = max(problem.offset, 0)
    near = raw[max(at - _AROUND_CHARS, 0) : at + _AROUND_CHARS]
    return f"are no JSON: {problem.message} at character {at}, near {near!r}"


RULE = Rule("T002", "unparsable-arguments", Severity.ERROR, since="0.1", check=check)
