"""`replaydbg show TRACE`: the chain, or one step, without a screen."""

from __future__ import annotations

from typing import Annotated

import typer

from replaydbg.cli import options
from replaydbg.cli.render import Output
from replaydbg.errors import UsageProblem


def show(  # noqa: PLR0917 - each is an option of the command line
    trace: options.TracePath,
    step: Annotated[
        str | None,
        typer.Option(
            "--step", metavar="STEP", help="One step: its id, a unique prefix of it, or #N as shown."
        ),
    ] = None,
    output: options.OutputOption = Output.TEXT,
    trace_id: options.TraceId = None,
    format_name: options.FormatName = None,
    tools: options.SideTools = None,
    follow: options.Follow = False,
) -> int:
    """Print the steps of a trace, or one step whole; of a file that holds several traces, or of a folder, the list of them.

    The JSON is {schema_version, trace_id, format, steps}; of a list it is {schema_version, traces}. With --step the list
    of steps holds that one step, whole: the pointers of `replay --edit` point into it. With --follow steps are printed
    when they are first seen, as JSON one document a line.
    """
    if follow:
        from replaydbg.cli.following import print_news

        if step is not None:
            raise UsageProblem(
                "--follow shows steps as they come, --step one that is there", "leave one of them out"
            )
        return print_news(trace, format_name, trace_id, output, has_tools=tools is not None)
    from replaydbg.cli.listing import print_path
    from replaydbg.cli.side_tools import tools_told

    return print_path(
        trace,
        format_name=format_name,
        trace_id=trace_id,
        step=step,
        output=output,
        side_tools=tools_told(tools),
    )
