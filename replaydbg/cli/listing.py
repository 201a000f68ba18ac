"""A trace printed line by line: what `show` is for, and what `open` does where there is no terminal."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from replaydbg.actions.open import Opened
from replaydbg.actions.show import Shown
from replaydbg.cli import render, report
from replaydbg.cli.findings import print_finding
from replaydbg.cli.render import Output
from replaydbg.core.tool import ToolSpec
from replaydbg.errors import UsageProblem

if TYPE_CHECKING:
    from replaydbg.views.traces import Listed

_PIPE_COLUMNS = 120
"""Where there is no terminal to ask: room for names and for the beginning of what was said."""


def width() -> int:
    return render.width() or _PIPE_COLUMNS


def refuse_in_folder(path: str, trace_id: object, step: object = None) -> None:
    """Raises UsageProblem where a trace or a step of a folder is asked for: ids are those of one file."""
    if trace_id is not None or step is not None:
        option = "--trace" if trace_id is not None else "--step"
        raise UsageProblem(f"{path} is a folder", f"name one file in it: {option} is about that")


def print_path(
    path: str,
    *,
    format_name: str | None = None,
    trace_id: str | None = None,
    step: str | None = None,
    output: Output = Output.TEXT,
    side_tools: tuple[ToolSpec, ...] = (),
) -> int:
    """The trace or the traces of the file, or those below the folder."""
    from replaydbg.actions.open import open_trace, recording

    path = recording(path)
    if Path(path).is_dir():
        refuse_in_folder(path, trace_id, step)
        return print_folder(path, output)
    opened = open_trace(path, format_name, trace_id)
    gc.freeze()
    gc.enable()
    report.notices(opened.notices)
    return print_opened(opened, trace_id=trace_id, step=step, output=output, side_tools=side_tools)


def print_opened(
    opened: Opened,
    *,
    trace_id: str | None = None,
    step: str | None = None,
    output: Output = Output.TEXT,
    side_tools: tuple[ToolSpec, ...] = (),
) -> int:
    """The traces of a file that holds several, as long as none was named, nor a step; else one trace."""
    if len(opened.traces) > 1 and trace_id is None and step is None:
        return print_traces(opened, output, side_tools)
    return print_trace(opened, step, output, side_tools)


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


def print_traces(opened: Opened, output: Output, side_tools: tuple[ToolSpec, ...] = ()) -> int:
    """A line for each trace of a file, to be named by its number or id."""
    from replaydbg.actions.traces import of_opened

    report.say(f"{len(opened.traces)} traces in {opened.path}; `--trace '#N'` or `--trace ID` shows one")
    _print_lines(of_opened(opened, side_tools), output)
    return 0


def print_folder(path: str, output: Output = Output.TEXT) -> int:
    """A line for each trace below the folder, as the chooser of the screen shows them."""
    from replaydbg.actions.traces import listed, read_listed

    gc.freeze()
    gc.enable()  # what was known of a trace goes once its line is printed
    _print_lines((line for file in listed(path) for line in read_listed(file)), output)
    return 0


def _print_lines(lines: Iterable[Listed], output: Output) -> None:
    from replaydbg.views.signs import ASCII, UNICODE
    from replaydbg.views.traces import listed_document, listed_line

    if output is Output.JSON:
        render.documents({}, "traces", map(listed_document, lines))
        return
    signs = UNICODE if render.has_signs() else ASCII
    for line in lines:
        render.spans(listed_line(line, width(), signs))
