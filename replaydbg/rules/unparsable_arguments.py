"""Unparsable arguments.

What it finds:
    A tool call whose arguments are no JSON object: text that breaks off or is malformed, or JSON of another kind.
    Text that was cut off by the token limit is told apart, and so is text that the recorder removed (that is absent,
    not malformed). Tools that take free text are left alone. Formats that keep only the parsed value cannot show this.

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

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.step import Kind
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule
from replaydbg.rules._calls import SeenCall, seen_calls
from replaydbg.wire.arguments import REDACTED

_AROUND_CHARS = 12
"""Shown on each side of the place where parsing failed."""

_CUT_BY_LIMIT = frozenset({"length", "max_tokens", "MAX_TOKENS", "max_output_tokens"})


def check(facts: Facts) -> Iterator[Finding]:
    for seen in seen_calls(facts):
        said = None if seen.takes_text else _what_is_wrong(facts, seen)
        if said is not None:
            place = seen.pointer + ("/arguments_raw" if seen.call.problem else "/arguments")
            yield Finding(
                RULE.code,
                RULE.name,
                RULE.severity,
                f"the arguments of {seen.call.name} {said}",
                seen.step_ids,
                (Evidence(seen.step_ids[0], place, said),),
            )


def _what_is_wrong(facts: Facts, seen: SeenCall) -> str | None:
    call, problem = seen.call, seen.call.problem
    if problem is None:
        alone = (
            facts.trace.kind(seen.row) is Kind.TOOL_EXECUTION
        )  # code called it: positional arguments are a list
        if alone or isinstance(call.arguments, dict):
            return None
        kind = {list: "an array", str: "a string", bool: "a boolean"}.get(type(call.arguments), "a number")
        return f"are {kind}, not an object"
    if problem.message == REDACTED:
        return None
    raw = call.raw or ""
    if problem.truncated:
        output = facts.trace.body(seen.row).output
        by_limit = output is not None and output.finish_reason in _CUT_BY_LIMIT
        return f"break off after {len(raw)} characters" + (", at the token limit" if by_limit else "")
    at = max(problem.offset, 0)
    near = raw[max(at - _AROUND_CHARS, 0) : at + _AROUND_CHARS]
    return f"are no JSON: {problem.message} at character {at}, near {near!r}"


RULE = Rule("T002", "unparsable-arguments", Severity.ERROR, since="0.1", check=check)
