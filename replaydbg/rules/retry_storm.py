"""Retry storm.

What it finds:
    The same request to a model sent again and again while it fails: three failures or more of which the first and the
    third are no more than a minute apart. Told whether an answer came in the end. Quiet for retries that wait
    long, for different requests that fail, and for votes (the same request many times, each answered).

Why it matters:
    A provider that is asked too much (429) or is down (5xx) recovers later the harder it is asked; each retry may be
    paid for, and two layers that each retry three times ask nine times.

Example:
    chat gpt-x -> 429 Too Many Requests, six times in four seconds.

What to do:
    Look at the gaps between the calls: no growth means no back-off. Find who retries, and how many layers do; bound
    them in one place. The retries themselves need no replay: edit nothing here, look at what the last failure did to
    the run.

Settings:
    failures-min (3): most clients try twice more by themselves.
    seconds-max (60): between the first and the last of that many; slower ones have waited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from replaydbg.config import threshold
from replaydbg.core.finding import Evidence, Finding, LoopDetail, Severity
from replaydbg.core.step import STATUSES, Status
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule

_ERROR = STATUSES.index(Status.ERROR)
_CODE = re.compile(r"(?<!\d)(?:429|5\d\d)(?!\d)")
_NS_PER_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class RetryStorm:
    failures_min: int = threshold(3, least=2)
    seconds_max: float = threshold(60.0)


def check(facts: Facts) -> Iterator[Finding]:
    own = facts.thresholds(RetryStorm)
    for rows in _chains(facts):
        failed = [row for row in rows if facts.trace.statuses[row] == _ERROR]
        by_model: dict[int, list[int]] = {}
        for row in failed:
            by_model.setdefault(facts.trace.models[row], []).append(row)
        if any(len(of) >= own.failures_min and _dense(facts.trace, of, own) for of in by_model.values()):
            yield _finding(facts.trace, rows, failed)


def _chains(facts: Facts) -> Iterator[list[int]]:
    """Model calls of one parent and agent that ask the same one after another, and fail; the last may be answered.

    Other models may be asked between: a gateway that falls back asks them in turn.
    """
    trace = facts.trace
    open_: dict[tuple[int, int], list[int]] = {}
    for row in facts.index.model_calls:
        place = trace.parents[row], trace.agents[row]
        chain = open_.get(place)
        if chain is not None and _same_request(trace, chain[-1], row):
            chain.append(row)
        elif chain is not None:
            yield open_.pop(place)
            chain = None
        if trace.statuses[row] != _ERROR:
            if chain is not None:
                yield open_.pop(place)
        elif chain is None:
            open_[place] = [row]
    yield from open_.values()


def _same_request(trace: Trace, before: int, after: int) -> bool:
    one, other = trace.body(before).messages, trace.body(after).messages
    return one == other


def _dense(trace: Trace, failed: Sequence[int], own: RetryStorm) -> bool:
    """Whether so many failures stand in the window somewhere; where no times were recorded they are taken to."""
    for first, last in zip(failed, failed[own.failures_min - 1 :], strict=False):
        start, end = trace.start_ns(first), trace.start_ns(last)
        if start is None or end is None or end - start <= own.seconds_max * _NS_PER_SECOND:
            return True
    return False


def _finding(trace: Trace, rows: Sequence[int], failed: Sequence[int]) -> Finding:
    ids = tuple(trace.ids[row] for row in rows)
    errors = [trace.body(row).error for row in failed]
    codes = dict.fromkeys(code for error in errors for code in _CODE.findall(error))
    how = f" ({', '.join(codes)})" if codes else ""
    end = "and is then answered" if len(rows) > len(failed) else "and is never answered"
    again = rows[1:]
    starts = [trace.starts_ns[row] for row in again]
    ends = [trace.ends_ns[row] for row in again]
    known = min(starts) >= 0 and min(ends) >= 0
    tokens = [count for row in again if (count := trace.tokens(row)) is not None]
    costs = [cost for row in again if (cost := trace.cost_usd(row)) is not None]
    return Finding(
        RULE.code,
        RULE.name,
        RULE.severity,
        f"the same request fails {len(failed)} times{how}, {end}",
        ids,
        tuple(
            Evidence(trace.ids[row], "/error", error or "failed")
            for row, error in zip(failed, errors, strict=True)
        ),
        loop=LoopDetail(
            period=1,
            repeats=len(rows),
            first_step=ids[0],
            began=ids[1],
            last_step=ids[-1],
            tokens=sum(tokens) if tokens else None,
            duration_ms=(max(ends) - min(starts)) / 1e6 if known else None,
            cost_usd=sum(costs) if costs else None,
        ),
    )


RULE = Rule("L007", "retry-storm", Severity.WARNING, since="0.2", check=check, thresholds=RetryStorm)
