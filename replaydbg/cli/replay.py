"""`replaydbg replay TRACE --edit ...`: edit, re-run what follows, and say what became of it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from replaydbg import limits
from replaydbg.cli import options, render, report, terminal
from replaydbg.cli.render import Output
from replaydbg.errors import EXIT_CLEAN, EXIT_INTERRUPTED, EXIT_REPLAY, UsageProblem

if TYPE_CHECKING:  # the engine and its drivers are loaded when they run
    from replaydbg.actions.open import Opened
    from replaydbg.actions.rerun import RerunOptions
    from replaydbg.core.branch import Branch, Edit
    from replaydbg.drivers.run import OnProgress, Update
    from replaydbg.graph.facts import Facts

_STOPPED_BY_PERSON = "stopped"


_Edits = Annotated[
    list[str] | None,
    typer.Option(
        "--edit",
        metavar="STEP:/POINTER=VALUE",
        help="Change one place of one step; repeatable. STEP is an id, a prefix of it, or #N; the pointer is one into "
        "the step as `show --step --output json` prints it. Where the place holds text, VALUE is the text; elsewhere "
        "it is JSON if it reads as JSON, and text if not; `:=` instead of `=` says that it is JSON. @FILE reads the "
        "value from a file, @- from standard input; @@ begins a text with @.",
    ),
]
_Live = Annotated[bool, typer.Option("--live", help="Ask models. Without it nothing is sent anywhere.")]
_Model = Annotated[
    str, typer.Option("--model", metavar="NAME", help="Ask this model instead of the recorded ones.")
]
_BaseUrl = Annotated[
    str | None,
    typer.Option("--base-url", metavar="URL", help="Where to ask: vLLM, llama.cpp, Ollama, a gateway."),
]
_Provider = Annotated[
    str,
    typer.Option(
        "--provider",
        metavar="NAME",
        help="openai, openai-responses, anthropic, google, local (a server found on this machine), a plug-in, or python:module:function, which needs no --live.",
    ),
]
_Tools = Annotated[
    list[str] | None,
    typer.Option(
        "--tool", metavar="NAME=python:MOD:FN", help="What runs a tool; repeatable. It runs only if allowed."
    ),
]
_Allowed = Annotated[
    list[str] | None, typer.Option("--allow-tool", metavar="NAME", help="Let a bound tool run; repeatable.")
]
_MaxCalls = Annotated[int, typer.Option("--max-calls", min=0, help="Bound on live model calls.")]
_MaxTokens = Annotated[int, typer.Option("--max-tokens", min=0, help="Bound on tokens of live calls.")]
_MaxCost = Annotated[
    float | None,
    typer.Option("--max-cost", min=0, metavar="USD", help="Bound on the cost, where prices are known."),
]
_MaxTime = Annotated[float, typer.Option("--max-time", min=0, metavar="SECONDS", help="Bound on wall time.")]
_DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only say what the edits touch and what it would cost.")
]
_Out = Annotated[
    str | None, typer.Option("-o", "--out", metavar="FILE", help="Write the branch as a trace of its own.")
]
_NoSession = Annotated[bool, typer.Option("--no-session", help="Do not keep the branch for `open` to show.")]


def replay(
    trace: options.TracePath,
    *,
    edit: _Edits = None,
    live: _Live = False,
    model: _Model = "",
    base_url: _BaseUrl = None,
    provider: _Provider = "",
    tool: _Tools = None,
    allow_tool: _Allowed = None,
    max_calls: _MaxCalls = limits.REPLAY_CALLS_MAX,
    max_tokens: _MaxTokens = limits.REPLAY_TOKENS_MAX,
    max_cost: _MaxCost = None,
    max_time: _MaxTime = limits.REPLAY_SECONDS_MAX,
    dry_run: _DryRun = False,
    output: options.OutputOption = Output.TEXT,
    out: _Out = None,
    config: options.Config = None,
    session: options.Session = None,
    no_session: _NoSession = False,
    trace_id: options.TraceId = None,
    format_name: options.FormatName = None,
) -> int:
    """Edit a step and re-run what comes after it. Recorded replies and results answer what is still asked alike.

    The branch is kept in the session of the trace, where `open` shows it. Exit code 4 if the re-run stopped before its
    end; what it had got by then is printed, kept, and written with -o.
    """
    from replaydbg.actions.convert import save_branch
    from replaydbg.actions.edits import read_edits
    from replaydbg.actions.open import open_trace
    from replaydbg.actions.rerun import RerunOptions
    from replaydbg.actions.settings import settings_of_file
    from replaydbg.graph.facts import Facts

    settings = settings_of_file(config)
    opened = open_trace(trace, format_name, trace_id)
    report.notices(opened.notices)
    facts = Facts(opened.trace)
    edits = read_edits(opened.trace, edit or ())
    if dry_run:
        return _print_plan(facts, edits, output)
    wishes = RerunOptions(
        live=live,
        model=model,
        provider=provider,
        base_url=base_url,
        bindings=_bindings(tool or ()),
        allow=frozenset(allow_tool or ()),
        calls_max=max_calls,
        tokens_max=max_tokens,
        seconds_max=max_time,
        cost_max_usd=max_cost,
        environ=os.environ,
        tools=settings.tools,
        servers=settings.servers,
    )
    branch = _rerun(facts, edits, wishes)
    if out is not None:
        save_branch(branch, out, opened.path)
    if edits and not no_session:
        _keep(opened, branch, session)
    _print_branch(facts, branch, output)
    if branch.stopped is None:
        return EXIT_CLEAN
    report.say(f"stopped: {branch.stopped.reason}")
    return EXIT_INTERRUPTED if branch.stopped.kind == _STOPPED_BY_PERSON else EXIT_REPLAY


def _bindings(words: list[str] | tuple[str, ...]) -> dict[str, str]:
    bindings = {}
    for text in words:
        name, sign, spec = text.partition("=")
        if not sign or not name or not spec:
            raise UsageProblem(f"{text!r} binds no tool", "write --tool NAME=python:module:function")
        bindings[name] = spec
    return bindings


def _rerun(facts: Facts, edits: tuple[Edit, ...], wishes: RerunOptions) -> Branch:
    import asyncio

    from replaydbg.actions.rerun import rerun

    try:
        return asyncio.run(rerun(facts, edits, wishes, _progress()))
    finally:
        if terminal.is_terminal(sys.stderr):
            sys.stderr.write("\r\x1b[K")


def _progress() -> OnProgress | None:
    """One line on standard error that is written over and over, where that is a terminal."""
    if not terminal.is_terminal(sys.stderr):
        return None

    def show(update: Update) -> None:
        now = update.progress
        sys.stderr.write(
            f"\r\x1b[Kreplaydbg: {now.live_calls} live calls, {now.tokens} tokens, waiting for {now.waiting}"
        )
        sys.stderr.flush()

    return show


def _keep(opened: Opened, branch: Branch, session: str | None) -> None:
    """Before anything is printed: what was paid for must not be lost to a closed pipe.

    The same re-run of a recording alone is kept once. A session that cannot be written is said, not a failure, unless
    the person named it.
    """
    from replaydbg.actions.sitting import open_sitting
    from replaydbg.core.branch import Provenance
    from replaydbg.errors import ReplaydbgError
    from replaydbg.session.commands import AddBranch

    answered = any(step.provenance in {Provenance.LIVE, Provenance.HUMAN} for step in branch.steps)
    try:
        sitting = open_sitting(opened.trace, opened.path, session, document=opened.document)
        report.notices(sitting.notices)
        try:
            if answered or sitting.history.sitting.branch(branch.id) is None:
                sitting.do(AddBranch(branch))
        finally:
            sitting.close()
    except ReplaydbgError as error:
        if session is not None:
            raise
        report.say(f"the branch is not kept: {error.message}")


def _print_plan(facts: Facts, edits: tuple[Edit, ...], output: Output) -> int:
    from replaydbg.actions.plan import plan_edits
    from replaydbg.cli import branches
    from replaydbg.views import documents

    plan = plan_edits(facts, edits)
    if output is Output.JSON:
        render.document(documents.plan_document(facts.trace, edits, plan))
    else:
        branches.print_plan(facts.trace, plan)
    return EXIT_CLEAN


def _print_branch(facts: Facts, branch: Branch, output: Output) -> None:
    from replaydbg.actions.compare import compare_branch
    from replaydbg.cli import branches
    from replaydbg.views import documents

    comparison = compare_branch(facts, branch)
    if output is Output.JSON:
        findings = documents.changed_findings(comparison.gained, comparison.lost)
        render.document(documents.branch_document(branch, facts.trace.id) | {"findings": findings})
    else:
        branches.print_branch(facts.trace, branch, comparison)
