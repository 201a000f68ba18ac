"""Arguments that are no object.

What it finds:
    A tool call whose arguments are JSON, but not an object: a list, a number, a text; often the object once more
    encoded as a string. Executions that code asked for are left alone: there positional arguments are a list.

Why it matters:
    Every tool protocol names its arguments. Some frameworks refuse the call, some hand the whole value to the first
    parameter.

Example:
    The arguments of a call are JSON text that holds a string, and that string holds the object.

What to do:
    Put the object in place of the string and re-run what follows. An adapter that encodes arguments twice is the usual
    reason: look whether all calls of the run have it.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from replaydbg.core.finding import Finding, Severity
from replaydbg.core.message import Json
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_call

_KINDS = {list: "a list", str: "a string", bool: "a boolean"}


def check(facts: Facts) -> Iterator[Finding]:
    for seen in facts.calls:
        arguments = seen.call.arguments
        if isinstance(arguments, dict) or seen.call.problem is not None or seen.takes_text or seen.alone:
            continue
        if not seen.call.has_arguments:
            continue
        said = f"are {_kind(arguments)}, not an object"
        message = f"the arguments of {seen.call.name} {said}"
        yield of_call(RULE, facts.trace, seen, message, "/arguments", said=said)


def _kind(arguments: Json) -> str:
    if isinstance(arguments, str) and is_object(arguments):
        return "an object encoded twice"
    return "null" if arguments is None else _KINDS.get(type(arguments), "a number")


def is_object(text: str) -> bool:
    """Whether the text is a JSON object."""
    try:
        return isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        return False


RULE = Rule("T007", "arguments-not-an-object", Severity.ERROR, since="0.1", check=check)
