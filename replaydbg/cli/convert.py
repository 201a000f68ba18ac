"""`replaydbg convert TRACE --to FORMAT`: the same run in another format."""

from __future__ import annotations

from typing import Annotated

import typer

from replaydbg.cli import completing, options, render, report
from replaydbg.views.text import plural, printable


def convert(
    trace: options.TracePath,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="FORMAT",
            help="native, atif, openai-chat or markdown; see `formats`.",
            autocompletion=completing.formats_written,
        ),
    ],
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="A file instead of standard output.")
    ] = None,
    findings: Annotated[
        bool, typer.Option("--findings", help="With what the rules find, where the format is for people.")
    ] = False,
    *,
    trace_id: options.TraceId = None,
    format_name: options.FormatName = None,
) -> int:
    """Write a trace in another format. What that format cannot hold is said on standard error."""
    from replaydbg.actions.convert import conversion, write_to
    from replaydbg.actions.open import open_trace

    opened = open_trace(trace, format_name, trace_id)
    report.notices(opened.notices)
    traces = opened.traces if trace_id is None else (opened.trace,)
    converted = conversion(traces, to, findings=findings, path=opened.path)
    if output is None or output == "-":
        render.raw(converted.pieces)
    else:
        write_to(output, converted, opened.path)
        steps = sum(map(len, traces))
        report.say(
            f"{plural(steps, 'step')} of {plural(len(traces), 'trace')} written to {printable(output)}"
        )
    for loss in converted.losses:
        report.say(f"not in {to}: {printable(loss)}")
    return 0
