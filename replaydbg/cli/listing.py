"""A trace printed line by line: what `show` is for, and what `open` does where there is no terminal."""

from __future__ import annotations

from replaydbg.actions.open import Opened
from replaydbg.actions.show import Shown
from replaydbg.cli import render, report
from replaydbg.cli.findings import print_finding
from replaydbg.cli.render import Output
from replaydbg.core.tool import ToolSpec

_PIPE_COLUMNS = 120
"""Where there is no terminal to ask: room for names and for the beginning of what was said."""


def width() -> int:
    return render.width() or _PIPE_COLUMNS


def print_trace(
    opened: Opened,
    step: str | None = None,
    output: Output = Output.TEXT,
    side_tools: tuple[ToolSpec, ...] = (),
) -> int:
    """The chain, or one step whole. Raises UsageProblem where no step answers to `step`."""
    if len(opened.traces) > 1:
        number = opened.traces.index(opened.trace) + 1
        report.say(f"trace #{number} of {len(opened.traces)} in this file; `--trace '#N'` shows another")
    shown = Shown(opened.trace, side_tools)
    if output is Output.JSON:
        head = {"trace_id": opened.trace.id, "format": opened.trace.source.format}
        render.documents(head, "steps", shown.documents(step))
    elif step is None:
        render.line(render.paint(shown.heading(), "dim"))
        for line in shown.chain(width(), ascii_only=not render.has_signs()):
            render.spans(line)
        if shown.findings:
            render.line()
        for finding in shown.findings:
            print_finding(opened.trace, finding)
    else:
        render.blocks(shown.step_blocks(step))
    return 0


def print_folder(path: str) -> int:
    """A line for each trace below the folder, as the chooser of the screen shows them."""
    from replaydbg.actions.traces import listed, read_listed
    from replaydbg.views.signs import ASCII, UNICODE
    from replaydbg.views.traces import listed_line

    signs = UNICODE if render.has_signs() else ASCII
    for file in listed(path):
        for line in read_listed(file):
            render.spans(listed_line(line, render.width() or _PIPE_COLUMNS, signs))
    return 0
