"""`replaydbg explain CODE`: the page of a rule, which is its docstring."""

from __future__ import annotations

from typing import Annotated

import typer

from replaydbg.cli import render


def explain(
    code: Annotated[
        str | None,
        typer.Argument(metavar="[CODE]", help="Code or name of a rule; without it all are listed."),
    ] = None,
) -> int:
    """What a rule finds, why it matters, an example, and what to do."""
    from replaydbg.actions import explain as action

    if code is None:
        pages = action.pages()
        widest = max(len(page.name) for page in pages)
        for page in pages:
            line = f"{page.code}  {page.name:<{widest}}  {page.severity.label:<7}  {page.title}"
            render.line(line.rstrip())
        return 0
    page = action.page(code)
    render.line(
        f"{render.paint(f'{page.code} {page.name}', 'heading')}  {page.severity.label}, since {page.since}"
    )
    render.line()
    render.line(page.text)
    return 0
