"""Plans, branches and comparisons printed."""

from __future__ import annotations

from replaydbg.cli import render
from replaydbg.cli.findings import print_finding
from replaydbg.core.branch import Branch, Provenance
from replaydbg.core.trace import Trace
from replaydbg.diff.steps import Comparison
from replaydbg.replay.plan import Plan, Touch
from replaydbg.views.detail import PROVENANCE_WORDS
from replaydbg.views.text import one_line, plural, printable

_LOOKS = {
    Provenance.EDITED: "edited",
    Provenance.LIVE: "good",
    Provenance.HUMAN: "good",
    Provenance.RECORDED: "dim",
}
_TOUCH_LOOKS = {Touch.EDITED: "edited", Touch.RERUN: "warning", Touch.UNPROVEN: "hint"}


def print_plan(trace: Trace, plan: Plan) -> None:
    """What the edits touch, step by step where it is not simply reused, and what it would cost."""
    for step in plan.steps:
        if step.touch in (Touch.REUSED, Touch.INDEPENDENT):
            continue
        touch = render.paint(f"{step.touch:<9}", _TOUCH_LOOKS[step.touch])
        name = one_line(trace.name(step.row), 60)
        render.line(f"#{step.row + 1:<5} {touch} {name}  {render.paint(printable(step.reason), 'dim')}")
    counts = ", ".join(f"{count} {touch}" for touch, count in plan.counts().items() if count)
    render.line(f"steps: {counts}")
    calls = ", ".join(
        f"{plural(count, 'call')} to {printable(model)}" for model, count in plan.calls_by_model.items()
    )
    render.line(f"it would ask: {calls or 'nothing'}; about {plan.tokens_estimate:,} tokens")
    for need in plan.tools:
        render.line(
            f"tool {printable(need.name)}: {plural(need.calls, 'call')}, {need.recorded} answered by the recording"
        )
    for sentence in plan.missing:
        render.line(render.paint(f"missing: {printable(sentence)}", "warning"))


def print_branch(recording: Trace, branch: Branch, comparison: Comparison) -> None:
    """Findings lost and gained first; then every step that is not simply the recorded one."""
    counts = ", ".join(f"{count} {word}" for word, count in branch.counts().items() if count)
    by = f", answered by {printable(branch.model)}" if branch.model else ""
    render.line(
        f"{render.paint(f'branch {branch.id}', 'heading')} of {printable(recording.id)}: {counts}{by}"
    )
    print_changed_findings(recording, branch.trace, comparison)
    for row, step in enumerate(branch.steps):
        if step.provenance is Provenance.RECORDED:
            continue
        word = render.paint(
            f"{PROVENANCE_WORDS[step.provenance]:<13}", _LOOKS.get(step.provenance, "warning")
        )
        name = one_line(branch.trace.name(row), 60)
        render.line(f"#{row + 1:<5} {word} {name}  {render.paint(printable(step.reason), 'dim')}")


def print_changed_findings(before: Trace, after: Trace, comparison: Comparison) -> None:
    for heading, look, trace, findings in (
        ("lost", "good", before, comparison.lost),
        ("gained", "error", after, comparison.gained),
    ):
        if findings:
            render.line(render.paint(f"{plural(len(findings), 'finding')} {heading}", look))
        for finding in findings:
            print_finding(trace, finding)
    if not comparison.lost and not comparison.gained:
        render.line("no finding gained or lost")
