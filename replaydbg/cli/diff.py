"""`replaydbg diff A B`: two traces side by side, findings gained and lost first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from replaydbg.cli import options, render, report
from replaydbg.cli.render import Output
from replaydbg.errors import UsageProblem

if TYPE_CHECKING:  # readers and rules are loaded when they run
    from replaydbg.core.tool import ToolSpec
    from replaydbg.graph.facts import Facts

_Before = Annotated[str, typer.Argument(metavar="A", help="The trace before.", show_default=False)]
_After = Annotated[
    str,
    typer.Argument(
        metavar="B", help="The trace after, such as a branch written with `replay -o`.", show_default=False
    ),
]


_Traces = Annotated[
    list[str] | None,
    typer.Option(
        "--trace",
        metavar="ID",
        help="Which trace of a file that holds several, as `show` lists them; given twice, that of A and that of B.",
    ),
]


def diff(
    a: _Before,
    b: _After,
    traces: _Traces = None,
    tools: options.SideTools = None,
    output: options.OutputOption = Output.TEXT,
) -> int:
    """Compare two traces: which findings were lost and gained, where they part, what changed step by step.

    Exit code 0 whether they differ or not; `check` is for judging.
    """
    from replaydbg.actions.compare import compare_traces
    from replaydbg.actions.side_tools import tools_of_file
    from replaydbg.cli import branches
    from replaydbg.views import documents

    if traces and len(traces) > 2:
        raise UsageProblem("--trace is given once, for both files, or twice, for A and for B")
    side_tools = tools_of_file(tools)
    before = _facts(a, traces[0] if traces else None, side_tools)
    after = _facts(b, traces[-1] if traces else None, side_tools)
    comparison = compare_traces(before, after)
    if output is Output.JSON:
        render.document(documents.comparison_document(before.trace, after.trace, comparison))
    else:
        branches.print_comparison(before.trace, after.trace, comparison)
    return 0


def _facts(path: str, trace_id: str | None, side_tools: tuple[ToolSpec, ...]) -> Facts:
    from replaydbg.actions.open import open_trace
    from replaydbg.graph.facts import Facts

    opened = open_trace(path, trace_id=trace_id)
    report.notices(opened.notices)
    if len(opened.traces) > 1 and trace_id is None:
        report.say(f"{len(opened.traces)} traces in {path}; the first is compared (--trace)")
    return Facts(opened.trace, side_tools)
