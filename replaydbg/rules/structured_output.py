"""Structured output.

What it finds:
    A final answer that the request wanted as JSON, and that is none, or that breaks the schema that was given with the
    request (`response_format`, `text.format`, `output_config`, a response schema of Gemini). An answer that the token
    limit cut is told apart, and so is JSON inside a code fence. Refusals are left alone.

Why it matters:
    The program that asked for JSON fails while reading the answer, often far from here, or takes half an object.

Example:
    response_format {"type": "json_object"}, and "Sure! Here is the JSON you asked for: ...".

What to do:
    If the answer was cut, raise the token limit. Else see whether the server honours the parameter at all: many local
    ones drop it. Correct the answer in place and re-run what follows.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.message import Json
from replaydbg.graph.facts import Facts
from replaydbg.graph.replies import REFUSAL_REASONS
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_steps, quoted, recorded, summary
from replaydbg.rules._wanted import wanted_format
from replaydbg.schema import checker
from replaydbg.wire.arguments import is_placeholder

_PLACE = "/output/content"
_FENCE = "```"


def check(facts: Facts) -> Iterator[Finding]:
    trace = facts.trace
    for reply in facts.replies:
        if reply.calls or reply.others or not reply.text_chars or not reply.params:
            continue
        wanted = wanted_format(reply.params)
        if wanted is None:
            continue
        output = trace.body(reply.row).output
        text = output.text if output is not None else ""
        if is_placeholder(text) or reply.finish_reason in REFUSAL_REASONS:
            continue
        said = _what_is_wrong(text, wanted.get("schema"), cut=reply.cut)
        if said:
            at = Evidence(trace.ids[reply.row], _PLACE, said)
            yield of_steps(RULE, trace, (reply.row,), f"the answer {said}", at)


def _what_is_wrong(text: str, schema: Json, *, cut: bool) -> str:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if cut:
            return f"is no complete JSON: it breaks off after {len(text)} character{'s' * (len(text) > 1)}, at the token limit"
        if text.strip().startswith(_FENCE):
            return "is JSON inside a code fence, not JSON" if _fenced(text) else "is a code fence, not JSON"
        return f"is no JSON: {error.msg} at character {error.pos}: {quoted(text)}"
    violations = () if schema is None else recorded(checker(schema).violations(value), value)
    return f"breaks its schema: {summary(violations)}" if violations else ""


def _fenced(text: str) -> bool:
    inner = text.strip().removeprefix(_FENCE).removesuffix(_FENCE).removeprefix("json")
    try:
        orjson.loads(inner)
    except orjson.JSONDecodeError:
        return False
    return True


RULE = Rule("S001", "structured-output", Severity.ERROR, since="0.1", check=check)
