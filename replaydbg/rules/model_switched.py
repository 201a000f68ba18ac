"""Model switched.

What it finds:
    An answer that names another model than the request asked for, once for each pair; and, as information, a
    conversation that goes on with another model than it began with. Dated snapshots, `latest`, and the server's
    prefix are no other model. Names that are not publicly known (deployments) are left alone.

Why it matters:
    Gateways fall back to another model when one is overloaded; prompts that were made for one fail with the other, and
    two runs are compared that were not alike.

Example:
    gpt-4o was asked, gpt-4o-mini answered.

What to do:
    Look at the settings of the gateway. To see what it cost, re-run from here with the model that was meant.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.graph.facts import Facts
from replaydbg.rules import _models
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_steps


def check(facts: Facts) -> Iterator[Finding]:
    trace = facts.trace
    others: dict[tuple[str, str], list[int]] = {}
    for reply in facts.replies:
        answered = reply.answered_by
        if answered and (asked := trace.model(reply.row)) and asked != answered:
            others.setdefault((asked, reply.answered_by), []).append(reply.row)
    for (asked, answered), rows in others.items():
        if _models.differ(asked, answered):
            times = f", {len(rows)} times" if len(rows) > 1 else ""
            at = Evidence(trace.ids[rows[0]], "/model", f"asked was {asked}")
            yield of_steps(RULE, trace, tuple(rows), f"{asked} was asked, {answered} answered{times}", at)
    yield from _within_a_conversation(facts)


def _within_a_conversation(facts: Facts) -> Iterator[Finding]:
    trace, told = facts.trace, set()
    if sum(bool(trace.strings[model]) for model in set(trace.models)) < 2:  # as in most runs
        return
    for row, link in facts.threads.links.items():
        before = link.previous
        if before is None or trace.models[row] == trace.models[before]:
            continue
        pair = (trace.model(before), trace.model(row))
        if pair in told or not all(pair) or not _models.differ(*pair):
            continue
        told.add(pair)
        message = f"the conversation goes on with {pair[1]}, and was with {pair[0]} until here"
        evidence = Evidence(trace.ids[row], "/model", f"before it was {pair[0]}")
        yield of_steps(RULE, trace, (row, before), message, evidence, severity=Severity.INFO)


RULE = Rule("R006", "model-switched", Severity.WARNING, since="0.1", check=check)
