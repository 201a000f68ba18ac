"""Arguments and options that several commands share, each documented once."""

from __future__ import annotations

from typing import Annotated

import typer

from replaydbg.cli import completing
from replaydbg.cli.render import Output

TracePath = Annotated[
    str,
    typer.Argument(
        metavar="TRACE",
        help="A recorded trace: a file, plain, gzip or zstd, or - for standard input.",
        show_default=False,
    ),
]
TraceId = Annotated[
    str | None,
    typer.Option(
        "--trace",
        metavar="ID",
        help="Which trace of a file that holds several: its id, a prefix of it, or #N.",
    ),
]
FormatName = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="The format of the file, where it is not to be guessed.",
        autocompletion=completing.formats_read,
    ),
]
OutputOption = Annotated[Output, typer.Option("--output", help="Text for people or JSON for programs.")]
Follow = Annotated[
    bool,
    typer.Option(
        "--follow", help="Go on with what is written to the file, until Ctrl+C: an agent that still runs."
    ),
]
Against = Annotated[
    str | None,
    typer.Option(
        "--against", metavar="FILE", help="Compare with this trace: where the two part, and what differs."
    ),
]
NoHints = Annotated[
    bool,
    typer.Option("--no-hints", help="No hints for somebody new; `hints = false` in --config says the same."),
]
Session = Annotated[
    str | None,
    typer.Option(
        "--session", metavar="FILE", help="Keep branches and edits here instead of beside the trace."
    ),
]
Web = Annotated[
    bool,
    typer.Option(
        "--web", help="Show it in a browser of this machine, read-only, at an address that is printed."
    ),
]
Port = Annotated[
    int | None, typer.Option("--port", min=0, max=65535, help="With --web: the port; a free one otherwise.")
]
WebEdit = Annotated[
    bool, typer.Option("--web-edit", help="With --web: whoever has the address may edit and re-run, too.")
]
SideTools = Annotated[
    str | None,
    typer.Option("--tools", metavar="FILE", help="Tool definitions, for traces that did not record them."),
]
Select = Annotated[
    list[str] | None,
    typer.Option("--select", metavar="RULES", help="Only these rules, by code or name; commas or repeated."),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore", metavar="RULES", help="Without these rules, by code or name; commas or repeated."
    ),
]
Config = Annotated[
    str | None,
    typer.Option(
        "--config", metavar="FILE", help="Settings (TOML): rules, severities, thresholds. See `explain`."
    ),
]


def words(given: list[str] | None) -> tuple[str, ...]:
    """`--select a,b --select c` is a, b and c."""
    return tuple(word.strip() for text in given or () for word in text.split(",") if word.strip())
