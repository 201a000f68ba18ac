"""`replaydbg pin TRACE BRANCH -o case.json`: a branch as a regression test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from replaydbg.cli import options, render, report
from replaydbg.errors import EXIT_CLEAN, UsageProblem

if TYPE_CHECKING:  # loaded when they run
    from replaydbg.core.branch import Branch
    from replaydbg.session.state import Sitting

_BranchId = Annotated[
    str,
    typer.Argument(
        metavar="[BRANCH]", help="Its id or its name; needed where there are several.", show_default=False
    ),
]
_Out = Annotated[str, typer.Option("-o", "--out", metavar="FILE", help="Where to write the case.")]
_Oracles = Annotated[
    list[str] | None,
    typer.Option("--oracle", metavar="WHAT", help="What must hold of it, as for `replay`; repeatable."),
]


def pin(
    trace: options.TracePath,
    branch: _BranchId = "",
    *,
    out: _Out,
    oracle: _Oracles = None,
    session: options.Session = None,
    trace_id: options.TraceId = None,
    format_name: options.FormatName = None,
) -> int:
    """Write a branch of TRACE with its recording, its edits and its answers as a case that `verify` runs.

    The case holds what the recording holds: look at it before you share it.
    """
    from replaydbg.actions import cases
    from replaydbg.actions.open import open_trace
    from replaydbg.actions.sitting import open_sitting

    opened = open_trace(trace, format_name, trace_id)
    report.notices(opened.notices)
    sitting = open_sitting(opened.trace, opened.path, session, document=opened.document)
    try:
        kept = sitting.history.sitting
    finally:
        sitting.close()
    chosen = _chosen(kept, branch)
    parent = kept.branch(chosen.parent)
    cases.pin(parent.trace if parent is not None else kept.recording, chosen, oracle or (), out)
    render.line(f"branch {chosen.id} is pinned in {out}: replaydbg verify {out}")
    return EXIT_CLEAN


def _chosen(sitting: Sitting, name: str) -> Branch:
    there = ", ".join((one.label and f"{one.id} ({one.label})") or one.id for one in sitting.branches)
    if not sitting.branches:
        raise UsageProblem("no branch was kept of this trace", "make one: replaydbg replay TRACE --edit ...")
    if not name and len(sitting.branches) == 1:
        return sitting.branches[0]
    found = [one for one in sitting.branches if name in {one.id, one.label}]
    if len(found) != 1:
        raise UsageProblem(f"which branch? {name!r} names {len(found)} of them", f"branches here: {there}")
    return found[0]
