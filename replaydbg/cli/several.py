"""`replay PATH...` of many traces: a line for each, what became of it or why it was passed over, and the totals."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace

from replaydbg.actions.open import Opened
from replaydbg.actions.several import Outcome, Several
from replaydbg.cli import render, report
from replaydbg.cli.dry_runs import first_document, first_lines
from replaydbg.cli.keeping import Keeper
from replaydbg.cli.render import Output
from replaydbg.cli.terminal import is_terminal
from replaydbg.core.finding import Finding
from replaydbg.core.message import Json
from replaydbg.errors import EXIT_CLEAN, EXIT_INTERRUPTED, EXIT_REPLAY
from replaydbg.session.journal import stop_document
from replaydbg.views import documents
from replaydbg.views.text import cost_words, count_words, plural, printable

_NAMES_SHOWN = 3


def run(
    several: Several, traces: Iterator[Opened | Outcome], output: Output, *, keep: bool, dry_run: bool
) -> int:
    """Exit code 4 where a re-run stopped before its end, a disk would not take one, or nothing could be done with any."""
    outcomes: list[Outcome] = []
    refused: list[bool] = []
    for number, opened in enumerate(traces, 1):
        if isinstance(opened, Outcome):
            outcome = opened
        elif dry_run:
            outcome = asyncio.run(several.planned(opened))
        else:
            outcome = _tried(several, opened, number, refused, keep=keep)
        outcomes.append(outcome)
        if output is Output.TEXT:
            _print(outcome)
    if output is Output.JSON:
        render.document({"traces": [_document(one) for one in outcomes]})
    else:
        _print_totals(outcomes)
    stops = [one.branch.stopped.kind for one in outcomes if one.branch is not None and one.branch.stopped]
    if "stopped" in stops:
        return EXIT_INTERRUPTED
    is_short = bool(stops) or any(refused) or all(one.passed_over for one in outcomes)
    return EXIT_REPLAY if is_short else EXIT_CLEAN


def _tried(several: Several, opened: Opened, number: int, refused: list[bool], *, keep: bool) -> Outcome:
    if is_terminal(sys.stderr):
        sys.stderr.write(f"\r\x1b[Kreplaydbg: trace {number}: {printable(opened.trace.id)}")
        sys.stderr.flush()
    try:
        with Keeper(opened, None) if keep else nullcontext() as keeper:
            outcome = asyncio.run(several.rerun(opened, keeper.journal if keeper is not None else None))
            if keeper is not None and outcome.branch is not None:
                outcome = replace(outcome, branch=keeper.keep(outcome.branch))
                refused.append(keeper.was_refused)
    finally:
        if is_terminal(sys.stderr):
            sys.stderr.write("\r\x1b[K")
    return outcome


def _print(outcome: Outcome) -> None:
    render.line(render.paint(f"{printable(outcome.path)} {printable(outcome.trace_id)}".rstrip(), "heading"))
    if outcome.passed_over:
        render.line(f"  {render.paint('passed over', 'warning')}: {printable(outcome.passed_over)}")
    elif outcome.plan is not None:
        calls = sum(outcome.plan.calls_by_model.values())
        cost = f", {cost_words(outcome.plan.cost_usd)}" if outcome.plan.cost_usd is not None else ""
        tokens = count_words(outcome.plan.tokens_estimate)
        for line in first_lines(outcome.dry_run) if outcome.dry_run is not None else ():
            render.line(f"  {line}")
        render.line(f"  would ask {plural(calls, 'call')}, about {tokens} tokens{cost}")
        for sentence in outcome.plan.remarks:
            render.line(f"  {render.paint(f'note: {printable(sentence)}', 'warning')}")
    elif outcome.branch is not None:
        for word, look, findings in (("lost", "good", outcome.lost), ("gained", "error", outcome.gained)):
            if findings:
                render.line(f"  {render.paint(f'{len(findings)} {word}', look)}: {_names(findings)}")
        if not outcome.lost and not outcome.gained:
            render.line("  no finding gained or lost")
        if outcome.branch.stopped is not None:
            stopped = printable(outcome.branch.stopped.reason)
            render.line(f"  {render.paint('stopped', 'warning')}: {stopped}")
        render.line(f"  branch {outcome.branch.id}, {_spent([outcome])}")


def _names(findings: tuple[Finding, ...]) -> str:
    names = list(dict.fromkeys(one.name for one in findings))
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return ", ".join(names[:_NAMES_SHOWN]) + more


def _spent(outcomes: list[Outcome]) -> str:
    calls = sum(one.spent.live_calls for one in outcomes)
    tokens = count_words(sum(one.spent.tokens for one in outcomes))
    usd = sum(one.spent.cost_usd for one in outcomes)
    return f"{plural(calls, 'live call')}, {tokens} tokens{f', {cost_words(usd)}' if usd else ''}"


def _print_totals(outcomes: list[Outcome]) -> None:
    done = [one for one in outcomes if one.branch is not None]
    passed = sum(bool(one.passed_over) for one in outcomes)
    words = [plural(len(outcomes), "trace")]
    if done:
        stopped = sum(one.branch is not None and one.branch.stopped is not None for one in done)
        lost, gained = sum(len(one.lost) for one in done), sum(len(one.gained) for one in done)
        words += [f"{len(done)} re-run", f"{stopped} of them stopped"] if stopped else [f"{len(done)} re-run"]
        words += [f"findings {lost} lost and {gained} gained", _spent(done)]
    if passed:
        words.append(f"{passed} passed over")
    render.line(render.paint("; ".join(words), "strong"))
    if passed == len(outcomes):
        report.say("nothing was done with any of them")


def _document(outcome: Outcome) -> dict[str, Json]:
    branch, plan, spent = outcome.branch, outcome.plan, outcome.spent
    document: dict[str, Json] = {
        "path": outcome.path,
        "trace": outcome.trace_id or None,
        "passed_over": outcome.passed_over or None,
    }
    if plan is not None:
        document |= {
            "calls": sum(plan.calls_by_model.values()),
            "tokens_estimate": plan.tokens_estimate,
            "cost_usd": plan.cost_usd,
            "first": [first_document(one) for one in outcome.dry_run.first] if outcome.dry_run else [],
            "remarks": list(plan.remarks),
        }
    if branch is not None:
        document |= {
            "branch": branch.id,
            "counts": branch.counts(),
            "stopped": stop_document(branch.stopped),
            "findings": documents.changed_findings(outcome.gained, outcome.lost),
            "live_calls": spent.live_calls,
            "tokens": spent.tokens,
            "cost_usd": spent.cost_usd,
        }
    return document
