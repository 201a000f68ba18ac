"""Orphan result.

What it finds:
    A tool response in a prompt that no call before it asked for, or a second response to one call; and a tool
    execution that ran before the call that asked for it. Responses belong to calls by position, since ids repeat and
    may be empty. The first responses of a prompt whose beginning was not recorded are left alone.

Why it matters:
    Providers refuse a response without its call. Where it is let through, the model reads a result without knowing
    what it is a result of. Trimmed histories and retries that were put in twice are the usual reasons.

Example:
    system, user, tool response "shipped": the assistant message with the call was trimmed away.

What to do:
    Cut histories between turns, never between a call and its response. Put the call back into the prompt and re-run
    what follows to see whether the agent does better with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.request import call_digest
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule
from replaydbg.rules._places import part_pointer


def check(facts: Facts) -> Iterator[Finding]:
    trace = facts.trace
    for place, response in facts.answers.orphans:
        which = f"for {response.id}" if response.id else f"of {response.name}" if response.name else ""
        message = f"a tool response {which} that no call before it waits for".replace("  ", " ")
        step_id = trace.ids[place.row]
        evidence = Evidence(step_id, part_pointer(trace, place), message)
        yield Finding(RULE.code, RULE.name, RULE.severity, message, (step_id,), (evidence,))
    yield from _ran_before_asked(facts)


def _ran_before_asked(facts: Facts) -> Iterator[Finding]:
    """Executions whose call comes only later. One that nobody asked for at all is the harness's own doing."""
    index, trace = facts.index, facts.trace
    if not facts.turns.executions_alone:
        return
    order = {row: at for at, row in enumerate(index.in_time)}
    asked: dict[tuple[str, str], list[int]] = {}
    for row in index.model_calls:
        for number, call in enumerate(index.calls(row)):
            if call.id and index.execution_of(row, number) is None:
                asked.setdefault((call.id, call_digest(call)), []).append(row)
    for row in facts.turns.executions_alone:
        ran = index.executed_call(row)
        later = asked.get((ran.id, call_digest(ran)), []) if ran is not None and ran.id else []
        for caller in later:
            if ran is not None and order[caller] > order[row]:
                message = f"{ran.name} ran before the model asked for it"
                step_ids = (trace.ids[row], trace.ids[caller])
                evidence = Evidence(step_ids[0], "/tool_calls/0", message)
                yield Finding(RULE.code, RULE.name, RULE.severity, message, step_ids, (evidence,))
                break


RULE = Rule("T006", "orphan-result", Severity.WARNING, since="0.1", check=check)
