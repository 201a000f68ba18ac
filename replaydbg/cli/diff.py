"""`replaydbg diff A B`: two traces side by side, findings gained and lost first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from replaydbg.cli import options, render, report
from replaydbg.cli.render import Output

if TYPE_CHECKING:  # readers and rules are loaded when they run
    from replaydbg.graph.facts import Facts

_Before = Annotated[str, typer.Argument(metavar="A", help="The trace before.", show_default=False)]
_After = Annotated[
    str,
    typer.Argument(
        metavar="B", help="The trace after, such as a branch written with `replay -o`.", show_default=False
    ),
]


def diff(a: _Before, b: _After, output: options.OutputOption = Output.TEXT) -> int:
    """Compare two traces: which findings were lost and gained, where they part, what changed step by step.

    Exit code 0 whether they differ or not; `check` is for judging.
    """
    from replaydbg.actions.compare import compare_traces
    from replaydbg.cli import branches
    from replaydbg.views import documents

    before, after = _facts(a), _facts(b)
    comparison = compare_traces(before, after)
    if output is Output.JSON:
        render.document(documents.comparison_document(before.trace, after.trace, comparison))
    else:
        branches.print_comparison(before.trace, after.trace, comparison)
    return 0


def _facts(path: str) -> Facts:
    from replaydbg.actions.open import open_trace
    from replaydbg.graph.facts import Facts

    opened = open_trace(path)
    report.notices(opened.notices)
    if len(opened.traces) > 1:
        report.say(f"{len(opened.traces)} traces in {path}; the first is compared")
    return Facts(opened.trace)
