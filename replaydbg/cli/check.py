"""`replaydbg check PATH...`: the rules over files and folders, for people and for CI."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from replaydbg.cli import completing, options
from replaydbg.cli.checking import print_checked
from replaydbg.core.finding import Severity


class Level(StrEnum):
    """`core.finding.Severity` in the words of the command line."""

    HINT = "hint"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


_Output = Annotated[
    str,
    typer.Option(
        "--output",
        metavar="FORMAT",
        help="text, json, sarif, junit or github.",
        autocompletion=completing.reports,
    ),
]


def check(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Traces, and folders of traces.", show_default=False),
    ],
    *,
    output: _Output = "text",
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="With the evidence of each finding.")
    ] = False,
    select: options.Select = None,
    ignore: options.Ignore = None,
    fail_on: Annotated[
        Level, typer.Option("--fail-on", help="Exit with 1 from this severity on.")
    ] = Level.WARNING,
    tools: options.SideTools = None,
    trace_id: options.TraceId = None,
    format_name: options.FormatName = None,
    config: options.Config = None,
    suspects: Annotated[
        bool, typer.Option("--suspects", help="Also the steps to look at first, with reasons; no verdict.")
    ] = False,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", metavar="FILE", help="Tell only what is new since this --output json."),
    ] = None,
) -> int:
    """Look for loops, broken tool calls and the other misbehaviour that `explain` lists.

    Exit code 1 if there is a finding of the severity of --fail-on or worse, 3 if a file named here can not be read.

    The JSON is {schema_version, traces, not_read}: of each trace path, format, counts, findings with their evidence, notices;
    of each file that is none path and message.
    """
    return print_checked(
        paths,
        output=output,
        verbose=verbose,
        select=options.words(select),
        ignore=options.words(ignore),
        fail_on=Severity[fail_on.name],
        tools=tools,
        trace_id=trace_id,
        format_name=format_name,
        config=config,
        suspects=suspects,
        baseline=baseline,
    )
