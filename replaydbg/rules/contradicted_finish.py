"""Contradicted finish reason.

What it finds:
    A reply that says it ended in order to call tools, and calls none; or that the model's call was malformed, so that
    the provider left it out. The other way round, calls in a reply that ended
    with "stop", is usual for several providers and not meant. Replies whose content was not recorded are left alone, and
    the last reply of a conversation is a hint only: the recording may have been cut there.

Why it matters:
    The framework waits for calls that are not there: it ends the run, asks again, or fails. A server that lost the
    calls while parsing the model's text is the usual reason; then the text often holds them.

Example:
    finish_reason "tool_calls", content "", no tool calls.

What to do:
    Look at the text of the reply for a call in the model's own notation; if it is there, the server's tool parser does
    not fit the model. Write the call into the reply (`/tool_calls`) and re-run what follows.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.graph.facts import Facts
from replaydbg.graph.replies import CALL_REASONS
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_steps

_MALFORMED = frozenset({"malformed_function_call", "malformed_tool_call", "unexpected_tool_call"})
"""How Google says so."""


def check(facts: Facts) -> Iterator[Finding]:
    yield from _malformed(facts)
    if facts.turns.executions_alone or not any(reply.calls or reply.text_chars for reply in facts.replies):
        return  # the recording keeps no calls, or no content at all
    for reply in facts.replies:
        if reply.finish_reason not in CALL_REASONS or reply.calls or reply.others:
            continue
        if not reply.recorded or _answered(facts, reply.row):
            continue
        message = f"the reply ended with {reply.finish_reason} and calls no tool"
        at = Evidence(facts.trace.ids[reply.row], "/output/finish_reason", "no call was recorded")
        ended = reply.row not in facts.threads.followers
        severity = Severity.HINT if ended else RULE.severity
        yield of_steps(RULE, facts.trace, (reply.row,), message, at, severity=severity)


def _malformed(facts: Facts) -> Iterator[Finding]:
    for reply in facts.replies:
        if reply.finish_reason in _MALFORMED and not reply.calls:
            said = f"the provider says {reply.finish_reason}"
            at = Evidence(facts.trace.ids[reply.row], "/output/finish_reason", said)
            message = (
                "the model called a tool in a way that the provider could not read, and the call is lost"
            )
            yield of_steps(RULE, facts.trace, (reply.row,), message, at)


def _answered(facts: Facts, row: int) -> bool:
    """Whether tool responses follow all the same: then the calls were made, and the recorder lost them."""
    return any(
        message.tool_responses
        for follower in facts.threads.followers.get(row, ())
        for message in facts.threads.between(follower)
    )


RULE = Rule("T010", "contradicted-finish", Severity.WARNING, since="0.1", check=check)
