"""Truncated answer.

What it finds:
    A reply that the token limit ended, or the end of what the model can read. Requests that ask for a handful of tokens on purpose, as probes do, are left
    alone.

Why it matters:
    What follows works with half an answer: JSON that does not parse, a plan without its end, a tool call whose
    arguments break off. Users see a sentence that stops.

Example:
    finish_reason "length" after 1024 tokens.

What to do:
    Raise `max_tokens` in the request (`/params`) and re-run what follows; if the limit is the model's own, ask for less
    at a time. Models that think spend the same limit on their thoughts.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.graph.facts import Facts
from replaydbg.graph.replies import WINDOW_FULL
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_steps

_PROBE_TOKENS_MAX = 16
_LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens")


def check(facts: Facts) -> Iterator[Finding]:
    trace = facts.trace
    for reply in facts.replies:
        if not reply.cut:
            continue
        asked = [reply.params[name] for name in _LIMITS if isinstance(reply.params.get(name), (int, float))]
        if asked and min(asked) <= _PROBE_TOKENS_MAX:
            continue
        spent = trace.output_tokens[reply.row]
        limit = f" of {min(asked):g}" if asked else ""
        after = f" after {spent:,} token{'s' * (spent > 1)}" if spent > 0 else ""
        full = reply.finish_reason == WINDOW_FULL
        what = "the end of the model's context window" if full else f"the token limit{limit}"
        message = f"{what} ended the reply{after}"
        at = Evidence(trace.ids[reply.row], "/output/finish_reason", f"it ended with {reply.finish_reason}")
        yield of_steps(RULE, trace, (reply.row,), message, at)


RULE = Rule("R003", "truncated-answer", Severity.WARNING, since="0.1", check=check)
