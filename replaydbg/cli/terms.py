"""The options of a re-run, for the commands that make one: who is asked, what may run, within which bounds."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from replaydbg.cli import report
from replaydbg.errors import UsageProblem

if TYPE_CHECKING:  # the engine and its drivers are loaded when they run
    from replaydbg.actions.rerun import RerunOptions

Live = Annotated[bool, typer.Option("--live", help="Ask models. Without it nothing is sent anywhere.")]
Model = Annotated[
    str, typer.Option("--model", metavar="NAME", help="Ask this model instead of the recorded ones.")
]
BaseUrl = Annotated[
    str | None,
    typer.Option("--base-url", metavar="URL", help="Where to ask: vLLM, llama.cpp, Ollama, a gateway."),
]
Provider = Annotated[
    str,
    typer.Option(
        "--provider",
        metavar="NAME",
        help="openai, openai-responses, anthropic, google, local (a server found on this machine), a plug-in, or python:module:function, which needs no --live.",
    ),
]
Tools = Annotated[
    list[str] | None,
    typer.Option(
        "--tool", metavar="NAME=python:MOD:FN", help="What runs a tool; repeatable. It runs only if allowed."
    ),
]
Allowed = Annotated[
    list[str] | None, typer.Option("--allow-tool", metavar="NAME", help="Let a bound tool run; repeatable.")
]
MaxCalls = Annotated[int, typer.Option("--max-calls", min=0, help="Bound on live model calls.")]
MaxTokens = Annotated[int, typer.Option("--max-tokens", min=0, help="Bound on tokens of live calls.")]
MaxCost = Annotated[
    float | None,
    typer.Option("--max-cost", min=0, metavar="USD", help="Bound on the cost, where prices are known."),
]
MaxTime = Annotated[float, typer.Option("--max-time", min=0, metavar="SECONDS", help="Bound on wall time.")]


def wishes(
    *,
    live: bool,
    model: str,
    provider: str,
    base_url: str | None,
    tools: Sequence[str],
    allowed: Sequence[str],
    bounds: tuple[int, int, float, float | None],
    config: str | None,
) -> RerunOptions:
    """`bounds` are calls, tokens, seconds and USD. Raises UsageProblem."""
    from replaydbg.actions.rerun import RerunOptions
    from replaydbg.actions.settings import settings_of_file

    settings = settings_of_file(config)
    calls_max, tokens_max, seconds_max, cost_max_usd = bounds
    return RerunOptions(
        live=live,
        model=model,
        provider=provider,
        base_url=base_url,
        bindings=_bindings(tools),
        allow=frozenset(allowed),
        calls_max=calls_max,
        tokens_max=tokens_max,
        seconds_max=seconds_max,
        cost_max_usd=cost_max_usd,
        environ=os.environ,
        tools=settings.tools,
        servers=settings.servers,
    )


def tell_unconfined(wishes: RerunOptions) -> None:
    """Before anything runs."""
    from replaydbg.actions.rerun import unconfined_commands
    from replaydbg.views.text import printable

    for sentence in unconfined_commands(wishes):
        report.say(printable(sentence))


def _bindings(words: Sequence[str]) -> dict[str, str]:
    bindings = {}
    for text in words:
        name, sign, spec = text.partition("=")
        if not sign or not name or not spec:
            raise UsageProblem(f"{text!r} binds no tool", "write --tool NAME=python:module:function")
        bindings[name] = spec
    return bindings
