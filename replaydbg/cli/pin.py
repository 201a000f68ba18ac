"""`replaydbg pin TRACE BRANCH -o case.json`: a branch as a regression test."""

from __future__ import annotations

from typing import Annotated

import typer

from replaydbg.cli import options, render, report
from replaydbg.errors import EXIT_CLEAN

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
    from replaydbg.actions.sitting import kept_branch

    opened = open_trace(trace, format_name, trace_id)
    report.notices(opened.notices)
    chosen, parent = kept_branch(
        opened.trace, opened.path, session, branch, document=opened.document, tell=report.notices
    )
    cases.pin(parent, chosen, oracle or (), out)
    render.line(f"branch {chosen.id} is pinned in {out}: replaydbg verify {out}")
    return EXIT_CLEAN
