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
    str | None,
    typer.Argument(
        metavar="[B]", help="The trace after, such as a branch written with `replay -o`.", show_default=False
    ),
]
_Branches = Annotated[
    list[str] | None,
    typer.Option(
        "--branch",
        metavar="NAME",
        help="Instead of B: a kept branch of A, by id or name, beside the recording; given twice, the two.",
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


def diff(  # noqa: PLR0917 - each is an option of the command line
    a: _Before,
    b: _After = None,
    traces: _Traces = None,
    kept: _Branches = None,
    session: options.Session = None,
    tools: options.SideTools = None,
    output: options.OutputOption = Output.TEXT,
) -> int:
    """Compare two traces, or two branches of one: findings lost and gained, where they part, what changed in each step.

    Exit code 0 whether they differ or not; `check` is for judging.
    """
    from replaydbg.cli.side_tools import tools_told

    if traces and len(traces) > 2:
        raise UsageProblem("--trace is given once, for both files, or twice, for A and for B")
    if (b is None) != bool(kept) or len(kept or ()) > 2:
        raise UsageProblem("what is A to be compared with?", "give B, or --branch NAME once or twice")
    side_tools = tools_told(tools)
    if b is None:
        return print_difference(*_branches(a, traces, session, kept or [], side_tools), output=output)
    before = facts_of(a, traces[0] if traces else None, side_tools)
    after = facts_of(b, traces[-1] if traces else None, side_tools)
    return print_difference(before, after, output=output)


def print_difference(
    before: Facts, after: Facts, same_steps: dict[str, str] | None = None, *, output: Output = Output.TEXT
) -> int:
    from replaydbg.actions.compare import compare_traces
    from replaydbg.cli import branches
    from replaydbg.views import documents

    comparison = compare_traces(before, after, same_steps)
    if output is Output.JSON:
        render.document(documents.comparison_document(before.trace, after.trace, comparison))
    else:
        branches.print_comparison(before.trace, after.trace, comparison)
    return 0


def _branches(
    path: str,
    traces: list[str] | None,
    session: str | None,
    names: list[str],
    side_tools: tuple[ToolSpec, ...],
) -> tuple[Facts, Facts, dict[str, str]]:
    """The recording and a branch of it, or two branches; and which of their steps are the same."""
    from replaydbg.actions.open import open_trace
    from replaydbg.actions.sitting import named_branch, open_sitting
    from replaydbg.core.branch import RECORDING
    from replaydbg.graph.facts import Facts

    opened = open_trace(path, trace_id=traces[0] if traces else None)
    report.notices(opened.notices)
    kept = open_sitting(opened.trace, opened.path, session, document=opened.document, look_only=True)
    report.notices(kept.notices)
    sitting = kept.history.sitting
    recording = Facts(opened.trace, side_tools)
    chosen = [named_branch(sitting, name) for name in names]
    facts = [recording.of(branch) for branch in chosen]
    ids = [branch.id for branch in chosen]
    if len(chosen) == 1:
        facts, ids = [recording, *facts], [RECORDING, *ids]
    return facts[0], facts[1], sitting.same_steps(*ids)


def facts_of(path: str, trace_id: str | None, side_tools: tuple[ToolSpec, ...]) -> Facts:
    """Of a trace of the file, the first one if none is named."""
    from replaydbg.actions.open import open_trace
    from replaydbg.graph.facts import Facts

    opened = open_trace(path, trace_id=trace_id)
    report.notices(opened.notices)
    if len(opened.traces) > 1 and trace_id is None:
        report.say(f"{len(opened.traces)} traces in {path}; the first is compared (--trace)")
    return Facts(opened.trace, side_tools)
