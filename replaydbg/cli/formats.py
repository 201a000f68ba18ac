"""`replaydbg formats`: what is read and written."""

from __future__ import annotations

import textwrap
from dataclasses import asdict

from replaydbg.cli import options, render, report
from replaydbg.cli.render import Output
from replaydbg.views.text import printable

_INDENT = "    "


def formats(output: options.OutputOption = Output.TEXT) -> int:
    """List the formats that are read and written, and how to get such a file out of each product.

    The JSON is {schema_version, read, written}, each a list of {name, title, get_one}.
    """
    from replaydbg.actions import formats as action

    read, notices = action.read()
    written = action.written()
    report.notices(notices)
    if output is Output.JSON:
        render.document(
            {"read": [asdict(each) for each in read], "written": [asdict(each) for each in written]}
        )
        return 0
    width = render.width() or 100
    for heading, listed in (("Read", read), ("Written", written)):
        render.line(
            render.paint(f"{heading}, by the name for {'--format' if listed is read else '--to'}:", "strong")
        )
        for each in listed:
            render.line(f"  {render.paint(printable(each.name), 'key')}  {printable(each.title)}")
            for line in textwrap.wrap(printable(each.get_one), width - len(_INDENT)):
                render.line(_INDENT + render.paint(line, "dim"))
        render.line()
    return 0
