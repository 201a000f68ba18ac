"""`replaydbg formats`: what is read and written."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from replaydbg.cli import options, render, report
from replaydbg.cli.render import Output
from replaydbg.errors import UsageProblem
from replaydbg.views.text import printable

_NO_BREAK = "\0"
_INDENT = "    "


def formats(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WORD", help="Only those that name it: a product, a command.", show_default=False
        ),
    ] = None,
    output: options.OutputOption = Output.TEXT,
) -> int:
    """List the formats that are read and written, and how to get such a file out of each product.

    The JSON is {schema_version, read, written}, each a list of {name, title, get_one}.
    """
    from replaydbg.actions import formats as action

    known, notices = action.read()
    read, written = action.about(known, words or ()), action.about(action.written(), words or ())
    report.notices(notices)
    if not read and not written:
        raise UsageProblem(
            f"no format names {' '.join(words or ())!r}", "`replaydbg formats` lists all of them"
        )
    if output is Output.JSON:
        render.document(
            {"read": [asdict(each) for each in read], "written": [asdict(each) for each in written]}
        )
        return 0
    width = render.width() or 100
    for heading, listed in (("Read", read), ("Written", written)):
        if not listed:
            continue
        render.line(
            render.paint(f"{heading}, by the name for {'--format' if listed is read else '--to'}:", "strong")
        )
        for each in listed:
            render.line(f"  {render.paint(printable(each.name), 'key')}  {printable(each.title)}")
            for line in _lines(printable(each.get_one), width - len(_INDENT)):
                render.line(_INDENT + render.paint(line, "dim"))
        render.line()
    return 0


def _lines(text: str, width: int) -> Iterator[str]:
    """A line or more for each way to get one; a command is never broken: the terminal wraps it, and copies it whole."""
    whole = re.sub(r"`[^`]*`", lambda command: command[0].replace(" ", _NO_BREAK), text)
    for way in whole.split("; "):
        for line in textwrap.wrap(way, width, break_long_words=False, break_on_hyphens=False):
            yield line.replace(_NO_BREAK, " ")
