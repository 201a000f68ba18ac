"""`replay --dry-run`: what the edits touch, what would be sent and run, and to whom, printed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from replaydbg.actions.dry_run import Foreseen, Running, Sending
from replaydbg.cli import render
from replaydbg.cli.render import Output
from replaydbg.core.branch import Edit
from replaydbg.core.message import Json
from replaydbg.core.trace import Trace
from replaydbg.drivers.tools.toolbox import Policy
from replaydbg.replay.plan import UNNAMED, Plan, Touch
from replaydbg.views import documents
from replaydbg.views.plan import lacking
from replaydbg.views.text import cost_words, one_line, plural, printable, token_words

_TOUCH_LOOKS = {Touch.EDITED: "edited", Touch.RERUN: "warning", Touch.UNPROVEN: "hint"}
_ARGUMENTS_CHARS_MAX = 300
_POLICY_WORDS = {
    Policy.ALLOW: "which may run",
    Policy.ASK: "which may not run unasked",
    Policy.NEVER: "which never runs, by the settings",
}


def tell(trace: Trace, edits: Sequence[Edit], plan: Plan, run: Foreseen, output: Output) -> None:
    if output is Output.JSON:
        render.document(_document(trace, edits, plan, run))
        return
    _print_steps(trace, plan)
    for line in first_lines(run):
        render.line(line)
    _print_sums(plan, run)


def _print_steps(trace: Trace, plan: Plan) -> None:
    """What the edits touch, step by step where it is not simply reused."""
    for step in plan.steps:
        if step.touch in (Touch.REUSED, Touch.INDEPENDENT):
            continue
        touch = render.paint(f"{step.touch:<9}", _TOUCH_LOOKS[step.touch])
        name = one_line(trace.name(step.row), 60)
        render.line(f"#{step.row + 1:<5} {touch} {name}  {render.paint(printable(step.reason), 'dim')}")
    counts = ", ".join(f"{count} {touch}" for touch, count in plan.counts().items() if count)
    render.line(f"steps: {counts}")


def first_lines(run: Foreseen) -> Iterator[str]:
    """What would be sent and run before anything is answered, exactly."""
    if not run.first:
        yield f"first: nothing is sent and nothing runs{f': {printable(run.stopped)}' if run.stopped else ''}"
    for one in run.first:
        if isinstance(one, Running):
            call = one.call
            said = call.raw if call.problem else json.dumps(call.arguments, ensure_ascii=False)
            would = f"run {printable(call.name)} {one_line(said or '', _ARGUMENTS_CHARS_MAX)}"
            by = f" by {printable(one.by)}" if one.by else ""
        else:
            model = printable(one.model) or UNNAMED
            would = f"ask {model}, about {token_words(one.tokens)} of prompt,"
            by = f" at {printable(one.where)}" if one.where else ""
        lacks = render.paint(f"; but {printable(one.lacks)}", "warning") if one.lacks else ""
        yield f"first: {render.paint(would + by, 'strong')}{lacks}"


def _print_sums(plan: Plan, run: Foreseen) -> None:
    """What it comes to in all, going by the recording."""
    by_model = plan.calls_by_model
    if plan.instead and by_model:
        by_model = {plan.instead: sum(by_model.values())}
    calls = ", ".join(f"{plural(count, 'call')} to {printable(model)}" for model, count in by_model.items())
    cost = f", {cost_words(plan.cost_usd)}" if plan.cost_usd is not None else ""
    render.line(f"it would ask: {calls or 'nothing'}; about {plural(plan.tokens_estimate, 'token')}{cost}")
    for who in run.models:
        lacks = render.paint(f"; {printable(who.lacks)}", "warning") if who.lacks else ""
        leaves = "leaves this machine" if who.leaves else "on this machine"
        render.line(
            f"model {printable(who.model)}: {plural(who.calls, 'call')}, at {printable(who.where)}, {leaves}{lacks}"
        )
    for need in plan.tools:
        known = run.tools.get(need.name)
        by = f"; by {printable(known[0])}, {_POLICY_WORDS[known[1]]}" if known is not None else ""
        render.line(
            f"tool {printable(need.name)}: {plural(need.calls, 'call')}, {need.recorded} answered by the recording{by}"
        )
    for sentence in _missing(plan, run):
        render.line(render.paint(f"missing: {printable(sentence)}", "warning"))
    for sentence in plan.remarks:
        render.line(render.paint(f"note: {printable(sentence)}", "warning"))


def _missing(plan: Plan, run: Foreseen) -> Iterator[str]:
    return lacking(plan, {name for name, (_, policy) in run.tools.items() if policy is Policy.ALLOW})


def _document(trace: Trace, edits: Sequence[Edit], plan: Plan, run: Foreseen) -> dict[str, Json]:
    document = documents.plan_document(trace, edits, plan)
    tools = [
        tool | {"by": by or None, "policy": str(policy) if by else None}
        for tool in document["tools"]
        for by, policy in (run.tools.get(tool["name"], ("", Policy.NEVER)),)
    ]
    models = [
        {"model": who.model, "calls": who.calls, "where": who.where, "lacks": who.lacks or None}
        for who in run.models
    ]
    return document | {
        "tools": tools,
        "missing": list(_missing(plan, run)),
        "models": models,
        "first": [first_document(one) for one in run.first],
        "stopped": run.stopped or None,
    }


def first_document(one: Sending | Running) -> dict[str, Json]:
    """`body` is what would be sent, to the letter; the headers, which hold the key, are not here."""
    step: dict[str, Json] = {"step_id": one.step_id}
    lacks: dict[str, Json] = {"lacks": one.lacks or None}
    if isinstance(one, Running):
        call = {"name": one.call.name, "arguments": one.call.arguments, "by": one.by or None}
        return {"kind": "tool-execution"} | step | call | lacks
    sent = {"model": one.model, "where": one.where, "tokens_estimate": one.tokens, "body": one.body}
    return {"kind": "model-call"} | step | sent | lacks
