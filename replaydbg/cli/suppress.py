"""`replaydbg suppress TRACE FINDING --reason TEXT`: a finding that is known and accepted."""

from __future__ import annotations

from typing import Annotated

import typer

from replaydbg.cli import options, render
from replaydbg.views.text import plural, printable


def suppress(
    trace: options.TracePath,
    finding: Annotated[
        str,
        typer.Argument(
            metavar="FINDING", help="Its fingerprint, as `check -v` and `check --output json` tell it."
        ),
    ],
    *,
    reason: Annotated[
        str,
        typer.Option(
            "--reason", metavar="TEXT", help="Why; it is told wherever the finding would have been."
        ),
    ] = "",
    again: Annotated[bool, typer.Option("--again", help="Hear of it again.")] = False,
    trace_id: options.TraceId = None,
    format_name: options.FormatName = None,
) -> int:
    """Do not hear of a finding of this recording any more, for a reason. Kept in its session; `--again` takes it back."""
    from replaydbg.actions import suppressions as action
    from replaydbg.errors import UsageProblem

    if bool(reason.strip()) is again:
        raise UsageProblem("say why with --reason, or take it back with --again")
    count = action.suppress_finding(
        trace, finding, reason.strip(), trace_id=trace_id, format_name=format_name
    )
    what = "heard of again" if again else f"suppressed: {printable(reason)}"
    render.line(f"{plural(count, 'finding')} {what}")
    return 0
