"""Re-run what follows an edit: the engine says what is needed, the recording, a model, tools and the person answer."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from replaydbg import limits
from replaydbg.actions.pricing import pricing
from replaydbg.codec import EditRefusedError
from replaydbg.config import ServerSetting, ToolSetting
from replaydbg.core.branch import Branch, Choice, Edit, Provenance
from replaydbg.core.digest import digest
from replaydbg.core.outcome import Failed, Outcome, Reply
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import Usage
from replaydbg.core.trace import StepNotFound, Trace
from replaydbg.drivers.providers import OnText, Provider
from replaydbg.drivers.providers._local import find_servers
from replaydbg.drivers.providers._registry import (
    as_recorded,
    make_provider,
    named_provider,
    recorded_provider,
)
from replaydbg.drivers.python_name import PREFIX
from replaydbg.drivers.run import Human, OnProgress, Permit, run
from replaydbg.drivers.running import RunJournal
from replaydbg.drivers.tools._registry import make_toolbox
from replaydbg.drivers.tools.command import unconfined
from replaydbg.errors import UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.replay.api import Asked, Given, Policy
from replaydbg.replay.choices import chosen
from replaydbg.replay.engine import Replay
from replaydbg.replay.kept import KeptAnswers, give
from replaydbg.replay.offers import given
from replaydbg.replay.plan import plan
from replaydbg.session.answers import AnswerRow, Begun, answer_row, read_answer

LOCAL = "local"
"""The provider that is looked for on this machine."""


@dataclass(frozen=True, slots=True)
class RerunOptions:
    """What the person allows. The default sends nothing and runs nothing: the recording answers, or the re-run stops."""

    live: bool = False
    """Ask models. A function of the person's own (`python:...`) needs no `live`: nothing leaves the machine by it."""
    model: str = ""
    """Who is asked instead of the recorded models: a model's name, or `python:module:function`."""
    provider: str = ""
    """openai, openai-responses, anthropic, google, python:module:function or a plug-in; `local` finds a server on this
    machine that has the model; "" goes by the model's name and the recording.
    """
    base_url: str | None = None
    bindings: Mapping[str, str] = field(default_factory=dict)
    """What runs each tool, by its name: `python:module:function`."""
    allow: frozenset[str] = frozenset()
    """Tools that may run unasked."""
    tools: Mapping[str, ToolSetting] = field(default_factory=dict)
    servers: Mapping[str, ServerSetting] = field(default_factory=dict)
    """Of the settings file that the person named."""
    calls_max: int = limits.REPLAY_CALLS_MAX
    tokens_max: int = limits.REPLAY_TOKENS_MAX
    seconds_max: float = limits.REPLAY_SECONDS_MAX
    cost_max_usd: float | None = None
    choices: Mapping[str, Choice] = field(default_factory=dict)
    """What the person decided of unproven steps, by id."""
    again: frozenset[int] = frozenset()
    afresh: bool = False
    """For sampling; see `Policy`."""
    tell_failures: bool = False
    """Tell the model of a tool that failed, instead of stopping there."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """Where keys and base URLs are looked up; they are never written anywhere."""
    branch_id: str = ""
    """"" makes one of the edits: the same edits give the same id."""
    resume: Branch | None = None
    """A branch of the same edits that was stopped (see `going_on`): what it was answered is not asked again, and not
    counted again.
    """
    label: str = ""
    parent: str = ""
    """The branch that `facts` are of, "" for the recording itself."""

    @property
    def instead(self) -> str:
        """Who is asked instead of the recorded models, "" for those themselves."""
        return self.model or (self.provider if self.provider.startswith(PREFIX) else "")


async def rerun(
    facts: Facts,
    edits: Sequence[Edit],
    options: RerunOptions,
    on_progress: OnProgress | None = None,
    human: Human | None = None,
    *,
    permit: Permit | None = None,
    journal: RunJournal | None = None,
) -> Branch:
    """The branch that the edits open. Answers are in `journal` before they are used. Raises UsageProblem before anything is asked; afterwards all problems are in it.

    Cancelling hands back the branch as far as it has come: whatever was answered was paid for. The cancellation ends here.
    """
    replay, options = await _begin(facts, edits, options)
    provider = _provider(options)
    toolbox = make_toolbox(options.tools, options.servers, options.bindings, options.allow, options.environ)
    id_ = options.branch_id or branch_id(facts.trace, edits, options)
    if journal is not None:
        journal.begin(_begun(replay, id_, options))
    try:
        async with toolbox:
            await run(
                replay,
                provider=provider,
                toolbox=toolbox,
                permit=permit,
                human=human,
                on_progress=on_progress,
                kept=_kept(options.resume),
                on_answer=None if journal is None else partial(_write_down, journal),
                on_part=None if journal is None else partial(_write_part, journal),
                seconds_max=options.seconds_max,
            )
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()
    branch = replay.branch(id_, options.label)
    return replace(_answered_by(branch, provider), choices=options.choices)


def unconfined_commands(options: RerunOptions) -> tuple[str, ...]:
    """A sentence for each command that would run unasked."""
    return tuple(
        f"{name} runs the command {' '.join(setting.command)}; {note}"
        for name, setting in options.tools.items()
        if name not in options.bindings and (setting.policy == "allow" or name in options.allow)
        if (note := confinement(setting))
    )


def confinement(setting: ToolSetting) -> str:
    """What of a command cannot be confined here; "" for what is none."""
    return f"note: {unconfined()}" if setting.way == "command" else ""


async def _begin(facts: Facts, edits: Sequence[Edit], options: RerunOptions) -> tuple[Replay, RerunOptions]:
    options = await _found_here(facts, edits, options)
    if options.resume is not None and not facts.side_tools:
        facts = _with_tools_of(facts, options.resume)
    try:
        return Replay(facts, edits, _policy(facts, edits, options), options.parent), options
    except (EditRefusedError, StepNotFound) as error:
        raise UsageProblem(str(error)) from error


def _with_tools_of(facts: Facts, branch: Branch) -> Facts:
    """What the branch was given beside the recording holds when it is gone on with, so that nothing is asked twice."""
    tools = given(facts.trace, branch.trace, [step.of for step in branch.steps])
    return Facts(facts.trace, tools, facts.settings) if tools else facts


async def opening(facts: Facts, edits: Sequence[Edit], options: RerunOptions) -> tuple[Replay, RerunOptions]:
    """The re-run before anything is asked: its requests are the first questions. Raises UsageProblem."""
    replay, options = await _begin(facts, edits, options)
    kept = _kept(options.resume)
    if kept is not None:
        give(replay, lambda asked: kept.answer(asked.request))
    return replay, options


def going_on(options: RerunOptions, branch: Branch) -> RerunOptions:
    """The options to go on with a branch that was stopped: what was decided holds, unless it is decided anew now."""
    return replace(
        options,
        resume=branch,
        branch_id=branch.id,
        parent=branch.parent,
        label=branch.label,
        choices={**branch.choices, **options.choices},
    )


def _begun(replay: Replay, id_: str, options: RerunOptions) -> Begun:
    policy = replay.policy
    return Begun(
        replay.edits,
        replay.parent,
        id_,
        options.label,
        policy.model,
        tuple(sorted(policy.again)),
        tuple(sorted(policy.kept)),
        policy.afresh,
        policy.tell_failures,
        options.resume.id if options.resume is not None else "",
        options.choices,
        replay.facts.side_tools,
    )


def _write_down(journal: RunJournal, asked: Asked, given: Given) -> asyncio.Future[None]:
    """In a thread: a disk may take its time, and other answers are streaming."""
    loop = asyncio.get_running_loop()
    if given.paid:  # it stands in the branch that this one goes on with
        done: asyncio.Future[None] = loop.create_future()
        done.set_result(None)
        return done
    return loop.run_in_executor(None, journal.keep, answer_row(asked.id, given.outcome, given.provenance))


def _write_part(journal: RunJournal, asked: Asked, at: int, text: str) -> asyncio.Future[None]:
    return asyncio.get_running_loop().run_in_executor(None, journal.keep_part, asked.id, at, text)


def cut_off(
    facts: Facts, begun: Begun, rows: Sequence[AnswerRow], resumed: Branch | None = None
) -> tuple[Branch, int]:
    """The branch of a re-run that was cut off, as far as its answers and those of `resumed` go. `facts` know `begun.tools`.

    Beside it how many answers have no place in it, which is none unless this version asks other questions than the one
    that was cut off. Raises UsageProblem, JournalUnreadable.
    """
    policy = Policy(
        calls_max=sys.maxsize,
        tokens_max=sys.maxsize,
        model=begun.model,
        again=frozenset(begun.again),
        kept=frozenset(begun.kept),
        afresh=begun.afresh,
        tell_failures=begun.tell_failures,
    )
    try:
        replay = Replay(facts, begun.edits, policy, begun.parent)
    except (EditRefusedError, StepNotFound) as error:
        raise UsageProblem(str(error)) from error
    answers = {row.asked_id: read_answer(row) for row in rows}
    before = _kept(resumed)

    def known(asked: Asked) -> tuple[Outcome, Provenance] | None:
        return answers.pop(asked.id, None) or (before.answer(asked.request) if before is not None else None)

    give(replay, known)
    if not replay.finished:
        replay.stop("cut-off", "replaydbg was ended in the middle of this re-run; what was answered is kept")
    return replace(replay.branch(begun.branch_id, begun.label), choices=begun.choices), len(answers)


def _kept(branch: Branch | None) -> KeptAnswers | None:
    return None if branch is None else KeptAnswers(Facts(branch.trace), branch.steps, whole=True)


async def _found_here(facts: Facts, edits: Sequence[Edit], options: RerunOptions) -> RerunOptions:
    """`--provider local` as the address of the server on this machine that has every model that would be asked."""
    if options.provider != LOCAL or not options.live:
        return options
    servers = await find_servers()
    asked = {options.model} if options.model else set(plan(facts, edits).calls_by_model)
    for server in servers:
        if all(map(server.serves, asked)):
            return replace(options, provider="openai", base_url=server.base_url)
    has = "; ".join(f"{one.program} has {', '.join(one.models[:8])}" for one in servers)
    raise UsageProblem(
        f"no model server on this machine has {' and '.join(sorted(asked)) or 'a model that was named'}",
        f"name one with --model: {has}"
        if has
        else "none answers: start one, or name its address with --base-url",
    )


def branch_id(trace: Trace, edits: Sequence[Edit], options: RerunOptions) -> str:
    """Eight hex digits: the same for the same edits of the same trace, asked of the same model."""
    changes = [[edit.step_id, edit.pointer, edit.before, edit.after] for edit in edits]
    asked = [options.model, options.provider]
    choices = (
        [sorted((id_, str(choice)) for id_, choice in options.choices.items())] if options.choices else []
    )
    return digest([trace.id, options.parent, changes, *asked, *choices])[:8]


def _policy(facts: Facts, edits: Sequence[Edit], options: RerunOptions) -> Policy:
    model = "" if options.model.startswith(PREFIX) else options.model
    price = pricing(facts.trace)
    by_choice = chosen(facts, options.choices)
    if options.cost_max_usd is not None:
        asked = {model} if model else set(plan(facts, edits).calls_by_model)
        unknown = sorted(one for one in asked if price(one, Usage(1, 1)) is None)
        if unknown:
            raise UsageProblem(
                f"no price is known for {', '.join(unknown)}, so cost can not be bounded",
                "bound --max-tokens or --max-calls instead",
            )
    return Policy(
        options.calls_max,
        options.tokens_max,
        options.cost_max_usd,
        price,
        model,
        options.again | by_choice.again,
        by_choice.kept,
        options.afresh,
        options.tell_failures,
    )


def _provider(options: RerunOptions) -> Provider | None:
    spec = options.provider or options.model
    if not options.live and not spec.startswith(PREFIX):
        return None
    if spec:
        make = named_provider if options.provider else make_provider
        return make(spec, base_url=options.base_url, environ=options.environ)
    return _AsRecorded(options)


def _answered_by(branch: Branch, provider: Provider | None) -> Branch:
    """A function of the person's own is told by its name: what it was asked for names the recorded model."""
    if not branch.model or provider is None or not provider.name.startswith(PREFIX):
        return branch
    uses = tuple(replace(use, requested=provider.name) for use in branch.models)
    return replace(branch, model=provider.name, models=uses)


def provider_for(request: ModelRequest, options: RerunOptions) -> Provider:
    """Who would be asked. Raises UsageProblem, also where a recording names code as its model."""
    provider = _provider(options)
    assert provider is not None, "somebody is asked"
    return provider.chosen(request) if isinstance(provider, _AsRecorded) else provider


class _AsRecorded:
    """Asks each model of the provider that the recording names, or that the model's name tells."""

    name = "as recorded"

    def __init__(self, options: RerunOptions) -> None:
        self._options = options
        self._providers: dict[str, Provider] = {}

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> Reply | Failed:
        try:
            provider = self.chosen(request)
        except UsageProblem as problem:
            return Failed("request", f"{problem.message}; {problem.hint}")
        return await provider.complete(request, on_text)

    def chosen(self, request: ModelRequest) -> Provider:
        """Raises UsageProblem."""
        spec = as_recorded(recorded_provider(request), request.model)
        if spec not in self._providers:
            options = self._options
            self._providers[spec] = make_provider(spec, base_url=options.base_url, environ=options.environ)
        return self._providers[spec]
