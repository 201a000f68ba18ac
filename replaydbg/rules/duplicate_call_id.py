"""Duplicate call id.

What it finds:
    Two tool calls of one reply with the same id; and, as a hint and once for each thread, ids that later calls of
    the same conversation use again. Calls without ids are left alone: some formats have none.

Why it matters:
    Responses belong to calls by their ids. With two calls of one id a provider refuses the next request, or the model
    reads one result as that of the other call. Ids that come again confuse whatever pairs calls with results by id
    alone, which many trace viewers and caches do.

Example:
    Two parallel calls, both with the id call_0.

What to do:
    Give each call an id of its own where the calls are made into messages; local model servers and adapters that count
    calls from zero in each reply are the usual reason.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.graph.calls import SeenCall
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_steps


def check(facts: Facts) -> Iterator[Finding]:
    ids = [seen.call.id for seen in facts.calls]
    if len(set(ids)) == len(ids):  # as in most runs
        return
    used: dict[tuple[int, str], SeenCall] = {}
    again: dict[int, list[tuple[SeenCall, SeenCall]]] = {}
    root = facts.threads.roots.get
    for seen in facts.calls:
        call, row, _, ran, _, _ = seen
        if not call.id or ran == row:
            continue
        key = (root(row, row), call.id)
        before = used.setdefault(key, seen)
        if before is seen:
            continue
        if before.row == seen.row:
            yield _in_one_reply(facts, before, seen)
        elif before.call != seen.call:  # a retried reply has the calls that it had
            again.setdefault(key[0], []).append((before, seen))
    for pairs in again.values():
        yield _used_again(facts, pairs)


def _in_one_reply(facts: Facts, before: SeenCall, seen: SeenCall) -> Finding:
    message = (
        f"two calls of one reply, to {before.call.name} and {seen.call.name}, have the id {seen.call.id}"
    )
    evidence = Evidence(facts.trace.ids[seen.row], seen.pointer + "/id", "the same id again")
    return of_steps(RULE, facts.trace, (seen.row,), message, evidence)


def _used_again(facts: Facts, pairs: list[tuple[SeenCall, SeenCall]]) -> Finding:
    first, second = pairs[0]
    rows = tuple(dict.fromkeys(row for before, seen in pairs for row in (before.row, seen.row)))
    many = f", and {len(pairs) - 1} more ids" if len(pairs) > 1 else ""
    message = f"the id {first.call.id} is used again by a later call{many}"
    ids = facts.trace.ids
    return of_steps(
        RULE,
        facts.trace,
        rows,
        message,
        Evidence(ids[first.row], first.pointer + "/id", "used here"),
        Evidence(ids[second.row], second.pointer + "/id", "and again here"),
        severity=Severity.HINT,
    )


RULE = Rule("T008", "duplicate-call-id", Severity.WARNING, since="0.1", check=check)
