"""Refused arguments.

What it finds:
    A tool call whose result says that the runtime would not take it: arguments that failed its validation, or a tool
    that it does not know. Recognised from what runtimes write (pydantic, MCP servers, agent frameworks, coding agents)
    where a result begins. It needs no recorded schema; where the recording itself shows what is wrong with the call,
    that is another finding and nothing is added.

Why it matters:
    It is the evidence that the call was wrong where no schema was recorded, and shows what the agent was told about it.
    An agent that is told nothing about the field tends to call the tool the same way again.

Example:
    lookup_order(id=48213) -> "1 validation error for lookup_order: order_id Field required"

What to do:
    Correct the arguments in place and re-run what follows, or edit the result so that it says which field is wrong and
    what would be right, and see whether the agent mends the call by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Finding, Severity
from replaydbg.graph.calls import SeenCall
from replaydbg.graph.facts import Facts
from replaydbg.graph.failures import Refusal
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_call, quoted
from replaydbg.schema import checker


def check(facts: Facts) -> Iterator[Finding]:
    for seen, outcome in zip(facts.calls, facts.outcomes, strict=True):
        if outcome.refusal is None or _shows(seen, outcome.refusal):
            continue
        if outcome.refusal is Refusal.TOOL:
            said = "the runtime does not know the tool"
        else:
            said = "the runtime refused the arguments"
        said += f": {quoted(outcome.text, 120)}"
        place = "/name" if outcome.refusal is Refusal.TOOL else ""
        yield of_call(RULE, facts.trace, seen, f"{seen.call.name}: {said}", place, said=said)


def _shows(seen: SeenCall, refusal: Refusal) -> bool:
    """Whether the call can be seen to be wrong without the runtime."""
    if seen.call.problem is not None or not isinstance(seen.call.arguments, dict):
        return True
    if seen.in_force is None:
        # A runtime that looked at the arguments knows the tool: what is offered was left out of the recording.
        return bool(seen.offered) or (seen.offered is not None and refusal is Refusal.TOOL)
    schema = seen.in_force.spec.schema
    return schema is not None and bool(checker(schema).violations(seen.call.arguments))


RULE = Rule("T011", "refused-arguments", Severity.WARNING, since="0.1", check=check)
