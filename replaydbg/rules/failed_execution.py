"""Failed execution.

What it finds:
    A step that the recording says has failed, where it began: of steps inside each other the innermost one. A model
    call or an agent that failed is an error; a model call that was asked again and answered, and any other step, is a
    warning. A tool that failed is information, since agents are meant to deal with that, also one that the provider ran
    inside a reply (an MCP server, a search of its own); calls that the runtime refused are another finding.

Why it matters:
    It is where to look first. The error of an inner step is usually repeated by all steps around it.

Example:
    A tool execution with the status error, "connection refused".

What to do:
    Of a tool read what the agent was told: an error without a hint what to do instead is how loops begin. Edit the result
    to what the tool would have said on a good day and re-run what follows, to see whether the rest holds. Of a model call
    the error tells what to edit: where the request was refused (too long, malformed, not allowed) a message of it, which
    has it asked again; after an outage or a limit there is nothing wrong with the request, and the client should wait and
    try again. Of an agent that failed the steps inside it say why.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.step import STATUSES, Kind, Status
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_steps, quoted

_ERROR = STATUSES.index(Status.ERROR)
_WORDS = {
    Kind.MODEL_CALL: "the model call",
    Kind.TOOL_EXECUTION: "the tool",
    Kind.AGENT_INVOCATION: "the agent",
    Kind.RETRIEVAL: "the retrieval",
    Kind.HANDOFF: "the hand-off",
}


def check(facts: Facts) -> Iterator[Finding]:
    yield from _of_steps(facts)
    yield from _inside_replies(facts)


def _of_steps(facts: Facts) -> Iterator[Finding]:
    trace = facts.trace
    failing = [row for row, status in enumerate(trace.statuses) if status == _ERROR]
    if not failing:
        return
    around = {trace.parents[row] for row in failing}
    refused = {
        seen.ran
        for seen, outcome in zip(facts.calls, facts.outcomes, strict=True)
        if outcome.refusal is not None
    }
    for row in failing:
        if row in around or row in refused:
            continue
        kind = trace.kind(row)
        error = trace.body(row).error
        told = f": {quoted(error, 120)}" if error else ""
        message = f"{_WORDS.get(kind, 'the step')} {trace.name(row)} failed{told}"
        at = Evidence(trace.ids[row], "/error" if error else "", "here it failed")
        yield of_steps(RULE, trace, (row,), message, at, severity=_severity(facts, row, kind))


def _inside_replies(facts: Facts) -> Iterator[Finding]:
    trace = facts.trace
    for reply in facts.replies:
        for failure in reply.hosted:
            if failure.marked:
                told = f": {quoted(failure.text, 120)}" if failure.text else ""
                message = f"{failure.name}, which the provider ran inside the reply, failed{told}"
                at = Evidence(
                    trace.ids[reply.row], "/output", f"part {failure.part + 1} of the reply says so"
                )
                yield of_steps(RULE, trace, (reply.row,), message, at, severity=Severity.INFO)


def _severity(facts: Facts, row: int, kind: Kind) -> Severity:
    if kind is Kind.TOOL_EXECUTION:
        return Severity.INFO
    if kind is Kind.AGENT_INVOCATION or (kind is Kind.MODEL_CALL and not _asked_again(facts, row)):
        return RULE.severity
    return Severity.WARNING


def _asked_again(facts: Facts, row: int) -> bool:
    """Whether a later call of the same agent was answered: clients try again after errors of the network."""
    trace = facts.trace
    answered = {reply.row for reply in facts.replies if reply.recorded}
    calls = facts.index.model_calls
    after = calls[calls.index(row) + 1 :]
    return any(
        other in answered
        and trace.parents[other] == trace.parents[row]
        and trace.agents[other] == trace.agents[row]
        for other in after[:8]
    )


RULE = Rule("R001", "failed-execution", Severity.ERROR, since="0.1", check=check)
