"""Ignored error.

What it finds:
    A tool that failed, and a final answer right after it that says nothing of a failure, in English. An answer that
    apologises, reports the error or says what could not be done is quiet, and so is an agent that tries again.

Why it matters:
    The user is told that something was done which was not. Nothing in the run looks wrong afterwards but this.

Example:
    issue_refund(...) -> "error: permission denied"; "Your refund is on its way!"

What to do:
    Read the result as the model got it: an error that reads like content is overlooked. Make it plain (`is_error`, or a
    first word "error"), re-run what follows, and see whether the answer becomes honest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.graph.facts import Facts
from replaydbg.graph.outcomes import Outcome
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_steps, quoted

_ADMITS = re.compile(
    r"error|fail|unable|not able|can ?(?:no|')t|could ?n[o']t|couldn|wasn|didn|doesn|isn't|is not|won't|sorry|apolog"
    r"|issue|problem|unfortunate|invalid|not found|denied|reject|unsuccess|retry|again|unavailable|no (?:such|result|match)"
    r"|missing|wrong|however|instead|not (?:been|possible|exist|available|allowed|support)|without|stuck|limit|refus|timed? ?out"
    r"|block|except|crash|incorrect|mistake|trouble|exceed|none|only|unknown|difficult|must|need|human|transfer|block",
    re.IGNORECASE,
)
"""Words of an answer that does not hide a failure. Wide on purpose: what is left is an answer of good news alone."""
_WORD = re.compile(r"\b(?:the|is|are|you|your|and|to|of|has|have)\b", re.IGNORECASE)
"""An English sentence has one of these."""


def check(facts: Facts) -> Iterator[Finding]:
    failed: dict[int, list[tuple[int, Outcome]]] = {}
    for at, outcome in enumerate(facts.outcomes):
        seen = facts.calls[at]
        if outcome.failed and not seen.alone:
            failed.setdefault(seen.row, []).append((at, outcome))
    if not failed:
        return
    final = {
        reply.row for reply in facts.replies if reply.text_chars and not reply.calls and not reply.others
    }
    for row, calls in failed.items():
        for follower in facts.threads.followers.get(row, ())[:1]:
            if follower in final:
                yield from _ignored(facts, calls, follower)


def _ignored(facts: Facts, calls: list[tuple[int, Outcome]], follower: int) -> Iterator[Finding]:
    output = facts.trace.body(follower).output
    text = output.text if output is not None else ""
    if _ADMITS.search(text) or not _WORD.search(text) or text.lstrip()[:1] in {"{", "["}:
        return
    for at, outcome in calls:
        seen = facts.calls[at]
        message = f"{seen.call.name} failed ({quoted(outcome.text)}), and the answer says nothing of it"
        ids = facts.trace.ids
        yield of_steps(
            RULE,
            facts.trace,
            (follower, *seen.rows),
            message,
            Evidence(ids[follower], "/output/content", quoted(text)),
            Evidence(ids[seen.row], seen.pointer, f"failed: {quoted(outcome.text)}"),
        )


RULE = Rule("R002", "ignored-error", Severity.INFO, since="0.1", check=check)
