"""`replaydbg explain CODE`: the page of a rule, which is its docstring."""

from __future__ import annotations

from typing import Annotated

import typer

from replaydbg.cli import completing, render


def explain(
    code: Annotated[
        str | None,
        typer.Argument(
            metavar="[CODE]",
            help="Code or name of a rule; without it all are listed.",
            autocompletion=completing.rules,
        ),
    ] = None,
) -> int:
    """What a rule finds, why it matters, an example, and what to do."""
    from replaydbg.actions import explain as action

    if code is None:
        rules = action.rules()
        widest = max(len(rule.name) for rule in rules)
        for rule in rules:
            look = rule.severity.label
            render.line(f"{rule.code}  {rule.name:<{widest}}  {render.paint(look, look)}")
        return 0
    heading, _, text = action.page(code).partition("\n")
    render.line(render.paint(heading, "heading"))
    render.line(text.rstrip())
    return 0
