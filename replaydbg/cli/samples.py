"""`replay --samples`: many runs of a branch and of the step as it was, as a table with what it shows."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence

from replaydbg.actions.oracles import make_oracles
from replaydbg.actions.rerun import RerunOptions
from replaydbg.actions.sample import OnRun, Trial, Tried, sample
from replaydbg.cli import render, report, terms
from replaydbg.cli.keeping import Keeper
from replaydbg.cli.render import Output
from replaydbg.cli.terminal import is_terminal
from replaydbg.core.branch import Edit
from replaydbg.core.message import Json
from replaydbg.errors import EXIT_CLEAN, EXIT_REPLAY
from replaydbg.graph.facts import Facts
from replaydbg.views.text import plural
from replaydbg.views.trial import arm_words


def run(  # noqa: PLR0917 - of one command
    facts: Facts,
    edits: Sequence[Edit],
    options: RerunOptions,
    words: Sequence[str],
    counts: tuple[int, int],
    output: Output,
    keeper: Keeper | None = None,
) -> int:
    """`counts` are the runs with the edits and those without; `keeper` keeps the former as they come. Exit code 4 where not all of them came to their end."""
    samples, control = counts
    oracles = make_oracles(words, facts)
    terms.tell_unconfined(options)
    began = time.monotonic()
    trial = asyncio.run(
        sample(
            facts,
            edits,
            options,
            oracles,
            samples=samples,
            control=control,
            on_run=_hearing(sum(counts), keeper),
            journal=keeper.journal if keeper is not None else None,
        )
    )
    if keeper is not None:
        keeper.keep_tally(trial.tally(options.parent, edits, counts, time.monotonic() - began))
    if output is Output.JSON:
        render.document(_document(trial))
    else:
        _print(trial)
    if trial.stopped:
        report.say(f"stopped: {trial.stopped}")
    complete = all(one.held is not None for one in (*trial.edited, *trial.control)) and not trial.stopped
    complete = complete and not (keeper is not None and keeper.was_refused)
    return EXIT_CLEAN if complete else EXIT_REPLAY


def _hearing(count: int, keeper: Keeper | None) -> OnRun:
    """Keeps each branch at once, since it was paid for, and counts on standard error where that is a terminal."""
    kept = 0

    def hear(trial: Trial) -> None:
        nonlocal kept
        if keeper is not None and len(trial.edited) > kept:
            keeper.keep(trial.edited[-1].branch)
            kept = len(trial.edited)
        if is_terminal(sys.stderr):
            done = len(trial.edited) + len(trial.control)
            sys.stderr.write(
                f"\r\x1b[Kreplaydbg: {done} of {plural(count, 'run')}" + ("\r\x1b[K" if done == count else "")
            )
            sys.stderr.flush()

    return hear


def _print(trial: Trial) -> None:
    render.line(f"{'':<44}  {'holds':>9}  {'rate':>5}  95 % interval")
    for row in trial.judged():
        render.line(render.paint(row.words, "strong"))
        for name, arm in (("with the edit", row.edited), ("as it was", row.control)):
            if arm is not None:
                render.line(f"  {name:<42}  {arm_words(arm)}")
        render.line(f"  {row.verdict}")
    arms: list[tuple[str, list[Tried]]] = [("with the edit", trial.edited), ("as it was", trial.control)]
    for name, runs in arms:
        lost = [one.problem for one in runs if one.held is None]
        if lost:
            render.line(
                render.paint(
                    f"{len(lost)} of {plural(len(runs), 'run')} {name} {'was' if len(lost) == 1 else 'were'} not judged: {lost[0]}",
                    "warning",
                )
            )


def _document(trial: Trial) -> dict[str, Json]:
    def arm(runs: list[Tried], at: int | None) -> Json:
        counted = trial.arm(runs, at)
        return {
            "held": counted.held,
            "judged": counted.judged,
            "runs": len(runs),
            "interval": [round(bound, 4) for bound in counted.interval],
        }

    return {
        "oracles": [
            {
                "oracle": oracle.words,
                "edited": arm(trial.edited, at),
                "control": arm(trial.control, at),
                "verdict": trial.verdict(at),
            }
            for at, oracle in enumerate(trial.oracles)
        ],
        "edited": arm(trial.edited, None),
        "control": arm(trial.control, None),
        "verdict": trial.verdict(),
        "stopped": trial.stopped or None,
    }
