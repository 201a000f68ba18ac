"""Unanswered call.

What it finds:
    A tool call that neither a tool execution nor a tool response in any later prompt of its thread answers. A call in
    the last reply of a thread is a hint only: the run may have ended there on purpose, or have been cut off. Needs
    prompts that were recorded: without them nobody can say what came back. Calls of a reply that was broken off are left
    alone.

Why it matters:
    Providers refuse a conversation in which a call has no response, and where it is let through the model goes on
    without knowing what came of its call; often it makes one up. Such holes come from trimmed histories, from
    cancelled tools, and from one of several parallel calls that was lost.

Example:
    Two parallel calls, one tool response, and the next prompt.

What to do:
    Find who lost the response: a history that is trimmed by length should be cut between turns only. To see what the
    agent would have done, add the tool response to the prompt of the next model call and re-run what follows.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.graph.facts import Facts
from replaydbg.graph.index import CallPlace
from replaydbg.rules._api import Rule
from replaydbg.rules._places import part_pointer


def check(facts: Facts) -> Iterator[Finding]:
    trace = facts.trace
    for one in facts.answers.unanswered():
        step_id = trace.ids[one.place.row]
        if isinstance(one.place, CallPlace):
            place = f"/tool_calls/{one.place.index}"
        else:
            place = part_pointer(trace, one.place)
        if isinstance(one.place, CallPlace) and one.place.row in facts.broken_off:
            continue  # it was never run, and everybody knew
        if one.ended:
            severity, message = Severity.HINT, f"the run ended with the call to {one.call.name}"
        else:
            severity, message = RULE.severity, f"the call to {one.call.name} was never answered"
        yield Finding(
            RULE.code, RULE.name, severity, message, (step_id,), (Evidence(step_id, place, message),)
        )


RULE = Rule("T005", "unanswered-call", Severity.WARNING, since="0.1", check=check)
