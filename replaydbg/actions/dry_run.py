"""What a re-run would send and run before anything answers: the first questions, exactly, and who would hear them.

What comes after depends on the answers; of that there is the plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from replaydbg.actions.addressees import Addressee, addressees, provider_of
from replaydbg.actions.rerun import RerunOptions, opening, provider_for
from replaydbg.core.branch import Edit
from replaydbg.core.message import Json, ToolCall
from replaydbg.core.request import ModelRequest
from replaydbg.core.size import tokens_estimate
from replaydbg.core.step import KINDS, Kind
from replaydbg.drivers.providers._http import HttpProvider
from replaydbg.drivers.python_name import PREFIX
from replaydbg.drivers.run import unfit
from replaydbg.drivers.tools._registry import make_toolbox
from replaydbg.drivers.tools.toolbox import Policy, Toolbox
from replaydbg.errors import UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.replay.api import Asked
from replaydbg.replay.plan import Plan, Touch
from replaydbg.wire import openai_chat


@dataclass(frozen=True, slots=True)
class Sending:
    """One request to a model, for the recorded step of that id where there is one. `lacks` says why it would not be sent after all, "" where it would."""

    step_id: str | None
    model: str
    where: str
    body: Json
    tokens: int
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """One tool execution. `by` is what would run it, "" for nothing; `lacks` says why it would not run after all."""

    step_id: str | None
    call: ToolCall
    by: str
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Foreseen:
    first: tuple[Sending | Running, ...] = ()
    """All that would be asked at once; after it come answers that nobody knows."""
    models: tuple[Addressee, ...] = ()
    """Who would be asked in all, going by the recording."""
    stopped: str = ""
    """Why nothing can be asked at all, "" where something can or need not."""
    tools: Mapping[str, tuple[str, Policy]] = field(default_factory=dict)
    """What would run each tool of the plan, and whether it may; tools that nothing would run are not here."""


async def dry_run(facts: Facts, edits: Sequence[Edit], options: RerunOptions, plan: Plan) -> Foreseen:
    """Nothing is sent and no tool runs; a provider `local` is looked for on this machine. Raises UsageProblem."""
    live = options.live or (options.provider or options.model).startswith(PREFIX)
    replay, would = await opening(facts, edits, replace(options, live=True))
    toolbox = make_toolbox(options.tools, options.servers, options.bindings, options.allow, options.environ)
    first = tuple(
        _sending(_id(facts, asked), asked.request, would, live=live)
        if isinstance(asked.request, ModelRequest)
        else _running(_id(facts, asked), asked, asked.request.call, toolbox)
        for asked in replay.requests()
    )
    tools = {need.name: known for need in plan.tools if (known := toolbox.foreseen(need.name)) is not None}
    models = addressees(would, plan.calls_by_model, _recorded_provider(facts, plan))
    return Foreseen(first, models, replay.stopped.reason if replay.stopped is not None else "", tools)


def _recorded_provider(facts: Facts, plan: Plan) -> str:
    """Of the first call that would be asked anew."""
    kinds = facts.trace.kinds
    calls = (
        step.row
        for step in plan.steps
        if step.touch in (Touch.EDITED, Touch.RERUN) and KINDS[kinds[step.row]] is Kind.MODEL_CALL
    )
    row = next(calls, None)
    return "" if row is None else provider_of(facts.trace, row)


def _id(facts: Facts, asked: Asked) -> str | None:
    return None if asked.row is None else facts.trace.ids[asked.row]


def _sending(step_id: str | None, request: ModelRequest, options: RerunOptions, *, live: bool) -> Sending:
    tokens = tokens_estimate(request.messages)
    try:
        provider = provider_for(request, options)
    except UsageProblem as problem:
        return Sending(step_id, request.model, "", None, tokens, problem.message)
    offline = "" if live else "nothing is sent without --live"
    if isinstance(provider, HttpProvider):
        impossible = provider.impossible(request)
        url, body, _ = provider.written(request)
        lacks = offline or (impossible.message if impossible is not None else "")
        return Sending(step_id, request.model, url, body, tokens, lacks)
    body = openai_chat.write_request(request, stream=False)
    return Sending(step_id, request.model, provider.name, body, tokens, offline)


def _running(step_id: str | None, asked: Asked, call: ToolCall, toolbox: Toolbox) -> Running:
    known = toolbox.foreseen(call.name)
    by, policy = known if known is not None else ("", Policy.NEVER)
    misfit = unfit(call, asked.spec)
    if known is None:
        lacks = "nothing is bound that would run it"
    elif policy is Policy.NEVER:
        lacks = "the settings say that it never runs"
    elif misfit:
        lacks = misfit if asked.unproven else f"{misfit}: the model is told that"
    elif policy is Policy.ASK:
        lacks = f"it may not run unasked: --allow-tool {call.name} lets it"
    else:
        return Running(step_id, call, by)
    return Running(
        step_id, call, by, f"{lacks}; the recorded result stands, unproven" if asked.unproven else lacks
    )
