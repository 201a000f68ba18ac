"""`replaydbg providers`: who can be asked for a re-run."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from replaydbg.cli import render


def providers(
    local: Annotated[
        bool, typer.Option("--local", help="Also look for model servers at the usual ports of this machine.")
    ] = False,
    output: Annotated[render.Output, typer.Option("--output", help="text or json.")] = render.Output.TEXT,
) -> int:
    """Model providers and where their keys are looked for. Nothing is sent without --local, and then to this machine."""
    import asyncio

    from replaydbg.actions import providers as action

    vendors = action.vendors(os.environ)
    servers = asyncio.run(action.local_servers()) if local else ()
    if output is render.Output.JSON:
        render.document(
            {
                "vendors": [
                    {
                        "name": one.name,
                        "url": one.url,
                        "key_variable": one.key_variable,
                        "has_key": one.has_key,
                    }
                    for one in vendors
                ],
                "servers": [
                    {"program": one.program, "base_url": one.base_url, "models": list(one.models)}
                    for one in servers
                ],
            }
        )
        return 0
    for one in vendors:
        look, state = ("good", "is set") if one.has_key else ("dim", "is not set")
        render.line(f"{one.name:<17} {render.paint(f'{one.key_variable} {state}', look)}  {one.url}")
    render.line(f"{'python:…':<17} {render.paint('a function of your own: python:module:function', 'dim')}")
    for server in servers:
        render.line(f"{server.program:<17} --base-url {server.base_url} --model …")
        for model in server.models:
            render.line(f"{'':<17} {render.paint(model, 'dim')}")
    if local and not servers:
        render.line(render.paint("no model server answers at the usual ports of this machine", "dim"))
    return 0
