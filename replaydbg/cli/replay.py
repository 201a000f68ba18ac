"""`replaydbg replay TRACE --edit ...`: edit, re-run what follows, and say what became of it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from replaydbg import limits
from replaydbg.cli import options, render, report, terminal, terms
from replaydbg.cli.keeping import Keeper
from replaydbg.cli.render import Output
from replaydbg.errors import EXIT_CLEAN, EXIT_INTERRUPTED, EXIT_REPLAY, UsageProblem
from replaydbg.views.text import plural, printable

if TYPE_CHECKING:  # the engine and its drivers are loaded when they run
    from replaydbg.actions.open import Opened
    from replaydbg.actions.rerun import RerunOptions
    from replaydbg.core.branch import Branch, Edit
    from replaydbg.core.tool import ToolSpec
    from replaydbg.drivers.run import OnProgress, Update
    from replaydbg.graph.facts import Facts

_STOPPED_BY_PERSON = "stopped"


_Edits = Annotated[
    list[str] | None,
    typer.Option(
        "--edit",
        metavar="STEP:/POINTER=VALUE",
        help="Change one place of one step; repeatable. STEP is an id, a prefix of it, #N, or name:PATTERN for the first step of that name; the pointer is one into "
        "the step as `show --step --output json` prints it. Where the place holds text, VALUE is the text; elsewhere "
        "it is JSON if it reads as JSON, and text if not; `:=` instead of `=` says that it is JSON. @FILE reads the "
        "value from a file, @- from standard input; @@ begins a text with @.",
    ),
]
_Rerun = Annotated[
    list[str] | None,
    typer.Option(
        "--rerun", metavar="STEP", help="Re-run this step, too, which nothing proves independent; repeatable."
    ),
]
_Kept = Annotated[
    list[str] | None,
    typer.Option(
        "--keep",
        metavar="STEP",
        help="Keep this step as recorded, though nothing proves that it may; repeatable.",
    ),
]
_Resume = Annotated[
    str | None,
    typer.Option(
        "--resume",
        metavar="BRANCH",
        help="Go on with a branch that was stopped: its edits, and what it was answered.",
    ),
]
_DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Only say what the edits touch, what would be sent and run first, to whom, and what it would cost.",
    ),
]
_Out = Annotated[
    str | None, typer.Option("-o", "--out", metavar="FILE", help="Write the branch as a trace of its own.")
]
_Samples = Annotated[
    int,
    typer.Option("--samples", min=0, metavar="N", help="Re-run so often, and judge each run by the oracles."),
]
_Control = Annotated[
    int,
    typer.Option(
        "--control", min=0, metavar="N", help="Also re-run the step as it was so often: chance or effect?"
    ),
]
_Oracles = Annotated[
    list[str] | None,
    typer.Option(
        "--oracle",
        metavar="WHAT",
        help="What is wanted; repeatable. gone:RULE, absent:RULE, regex:PATTERN, not-regex:PATTERN or pointer:/PATH=VALUE "
        "of the final answer, python:module:function. Without it: the errors of the recording are gone.",
    ),
]
_NoSession = Annotated[bool, typer.Option("--no-session", help="Do not keep the branch for `open` to show.")]


_Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="TRACE...",
        help="A recorded trace: a file, plain, gzip or zstd, or - for standard input. Several files, or a folder: the same "
        "edits on each of their traces.",
        show_default=False,
    ),
]


def replay(
    traces: _Paths,
    *,
    edit: _Edits = None,
    resume: _Resume = None,
    rerun: _Rerun = None,
    keep: _Kept = None,
    live: terms.Live = False,
    model: terms.Model = "",
    base_url: terms.BaseUrl = None,
    provider: terms.Provider = "",
    tool: terms.Tools = None,
    allow_tool: terms.Allowed = None,
    tools: options.SideTools = None,
    max_calls: terms.MaxCalls = limits.REPLAY_CALLS_MAX,
    max_tokens: terms.MaxTokens = limits.REPLAY_TOKENS_MAX,
    max_cost: terms.MaxCost = None,
    max_time: terms.MaxTime = limits.REPLAY_SECONDS_MAX,
    dry_run: _DryRun = False,
    samples: _Samples = 0,
    control: _Control = 0,
    oracle: _Oracles = None,
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
    end; what it had got by then is printed, kept, and written with -o. Of many traces it tells what became of each,
    and why some were passed over (an edit does not fit); bounds hold for all together.
    """
    from replaydbg.actions.open import open_trace
    from replaydbg.actions.several import is_several
    from replaydbg.cli.side_tools import tools_told

    wishes = terms.wishes(
        live=live,
        model=model,
        provider=provider,
        base_url=base_url,
        tools=tool or (),
        allowed=allow_tool or (),
        bounds=(max_calls, max_tokens, max_time, max_cost),
        config=config,
    )
    words = (edit or (), rerun or (), keep or ())
    side_tools = tools_told(tools)
    if is_several(traces):
        _refuse({"--resume": resume, "-o": out, "--samples": samples or control, "--session": session})
        how = {"keep": not no_session, "dry_run": dry_run}
        return _of_several((traces, trace_id, format_name), words, wishes, output, side_tools, **how)
    _refuse_resumed(resume, samples=samples or control)
    opened = open_trace(traces[0], format_name, trace_id)
    report.notices(opened.notices)
    facts, edits, wishes = _set_out(opened, session, resume, words, wishes, side_tools=side_tools)
    if dry_run:
        return _print_plan(facts, edits, wishes, output)
    with nullcontext() if no_session or not edits else Keeper(opened, session) as keeper:
        if samples or control:
            from replaydbg.cli import samples as sampling

            return sampling.run(facts, edits, wishes, oracle or (), (samples, control), output, keeper)
        branch = _rerun(facts, edits, wishes, keeper)
        branch = _kept(opened, branch, out, keeper, goes_on=wishes.resume is not None)
    return _told(facts, branch, output, keeper)


def _told(facts: Facts, branch: Branch, output: Output, keeper: Keeper | None) -> int:
    _print_branch(facts, branch, output)
    if branch.stopped is None:
        return EXIT_REPLAY if keeper is not None and keeper.was_refused else EXIT_CLEAN
    report.say(f"stopped: {branch.stopped.reason}")
    if keeper is not None and keeper.has_kept:
        report.say(f"--resume {branch.id} goes on with it")
    return EXIT_INTERRUPTED if branch.stopped.kind == _STOPPED_BY_PERSON else EXIT_REPLAY


def _refuse(of_one: Mapping[str, object]) -> None:
    given = [name for name, value in of_one.items() if value]
    if given:
        raise UsageProblem(f"{' and '.join(given)} can not be had with several traces", "name one trace")


def _refuse_resumed(resume: str | None, *, samples: int) -> None:
    if resume is not None and samples:
        raise UsageProblem(
            "samples of a branch begin anew, so none can be gone on with", "leave --resume out"
        )


def _of_several(
    where: tuple[Sequence[str], str | None, str | None],
    words: tuple[Sequence[str], Sequence[str], Sequence[str]],
    wishes: RerunOptions,
    output: Output,
    side_tools: tuple[ToolSpec, ...],
    *,
    keep: bool,
    dry_run: bool,
) -> int:
    from replaydbg.actions.several import Several, Wanted, opened_each
    from replaydbg.cli import several

    if not words[0]:
        raise UsageProblem("nothing is edited", "name the edit that all traces get with --edit")
    if not dry_run:
        terms.tell_unconfined(wishes)
    return several.run(
        Several(Wanted(*words), wishes, side_tools), opened_each(*where), output, keep=keep, dry_run=dry_run
    )


def _set_out(
    opened: Opened,
    session: str | None,
    resume: str | None,
    words: tuple[Sequence[str], Sequence[str], Sequence[str]],
    wishes: RerunOptions,
    *,
    side_tools: tuple[ToolSpec, ...],
) -> tuple[Facts, tuple[Edit, ...], RerunOptions]:
    """What is re-run, with which edits, and how: for a branch that was stopped as it began. Raises UsageProblem."""
    from replaydbg.actions.edits import read_choices, read_edits
    from replaydbg.actions.rerun import going_on
    from replaydbg.actions.sitting import kept_branch
    from replaydbg.graph.facts import Facts

    edits, rerun, keep = words
    if resume is None:
        of = opened.trace
        choices = read_choices(of, rerun, keep)
        return Facts(of, side_tools), read_edits(of, edits), replace(wishes, choices=choices)
    if edits:
        raise UsageProblem(
            "--resume goes on with the edits of the branch", "leave --edit out, or start a new branch"
        )
    branch, of = kept_branch(
        opened.trace, opened.path, session, resume, document=opened.document, tell=report.notices
    )
    wishes = replace(wishes, choices=read_choices(of, rerun, keep))
    if branch.asked and wishes.live and not wishes.model:
        report.say(f"asks {branch.asked}, as the branch was asked: --model names another")
        wishes = replace(wishes, model=branch.asked)
    return Facts(of, side_tools), branch.edits, going_on(wishes, branch)


def _kept(opened: Opened, branch: Branch, out: str | None, keeper: Keeper | None, *, goes_on: bool) -> Branch:
    """Keep and write the branch before anything is printed: what was paid for must not be lost to a closed pipe.

    It is told by the name that it has in the session.
    """
    from replaydbg.actions.convert import save_branch

    try:
        return branch if keeper is None else keeper.keep(branch, goes_on=goes_on)
    finally:  # whichever of the two fails, the other is done
        if out is not None:
            save_branch(branch, out, opened.path)


def _rerun(facts: Facts, edits: tuple[Edit, ...], wishes: RerunOptions, keeper: Keeper | None) -> Branch:
    import asyncio

    from replaydbg.actions.rerun import rerun

    terms.tell_unconfined(wishes)
    try:
        journal = keeper.journal if keeper is not None else None
        return asyncio.run(rerun(facts, edits, wishes, _progress(), journal=journal))
    finally:
        if terminal.is_terminal(sys.stderr):
            sys.stderr.write("\r\x1b[K")


def _progress() -> OnProgress | None:
    """One line on standard error that is written over and over, where that is a terminal."""
    if not terminal.is_terminal(sys.stderr):
        return None

    def show(update: Update) -> None:
        now = update.progress
        if update.waits:
            sys.stderr.write(f"\r\x1b[Kreplaydbg: {printable(update.waits)}\n")
        sys.stderr.write(
            f"\r\x1b[Kreplaydbg: {plural(now.live_calls, 'live call')}, {plural(now.tokens, 'token')}, waiting for {now.waiting}"
        )
        sys.stderr.flush()

    return show


def _print_plan(facts: Facts, edits: tuple[Edit, ...], wishes: RerunOptions, output: Output) -> int:
    import asyncio

    from replaydbg.actions.dry_run import dry_run
    from replaydbg.actions.plan import plan_edits
    from replaydbg.cli import dry_runs

    plan = plan_edits(facts, edits, wishes.choices, wishes.instead)
    run = asyncio.run(dry_run(facts, edits, wishes, plan))
    dry_runs.tell(facts.trace, edits, plan, run, output)
    return EXIT_CLEAN


def _print_branch(facts: Facts, branch: Branch, output: Output) -> None:
    from replaydbg.actions.compare import compare_branch
    from replaydbg.cli import branches
    from replaydbg.views import documents

    comparison = compare_branch(facts, branch)
    if output is Output.JSON:
        findings = documents.changed_findings(comparison.gained, comparison.lost)
        models = documents.models_document(branch)
        document = documents.branch_document(branch, facts.trace.id)
        render.document(document | {"findings": findings, "models": models})
    else:
        branches.print_branch(facts.trace, branch, comparison)
