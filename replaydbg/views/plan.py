"""What pending edits touch and what a re-run would ask, in words: for the panel, the footer and the confirmation."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence

from replaydbg.core.branch import Edit
from replaydbg.core.changes import Change
from replaydbg.core.trace import Trace
from replaydbg.diff.fields import PieceKind, changed_words
from replaydbg.replay.plan import Plan, PlanStep, Touch
from replaydbg.views.blocks import Block, Folds, fold_sign, one_line, shown
from replaydbg.views.text import clip, cost_words, plural, token_words

TOUCH_WORDS: Mapping[Touch, tuple[str, str, str]] = {
    Touch.EDITED: ("✎", "edited", "edited"),
    Touch.RERUN: ("»", "to re-run", "origin-rerun"),
    Touch.UNPROVEN: ("?", "unproven: kept, though nothing proves that the edit leaves them alone", "warning"),
    Touch.REUSED: ("=", "reused as recorded", "dim"),
    Touch.INDEPENDENT: ("=", "independent of the edit", "dim"),
}
"""Sign, words and look, in the order of the panel."""


def headline(plan: Plan) -> str:
    """The plan in one line."""
    return f"{touched(plan)}: a re-run asks {asked(plan)}"


def touched(plan: Plan) -> str:
    """`1 edited, 18 to re-run, 7 reused as recorded`."""
    counts = plan.counts()
    return ", ".join(
        f"{counts[touch]} {words.split(':')[0]}"
        for touch, (_, words, _) in TOUCH_WORDS.items()
        if counts[touch]
    )


def asked(plan: Plan) -> str:
    """Who would be asked, and how often: `gpt-4o 4 times, about 12k tokens, $0.04`."""
    if not plan.calls_by_model:
        return "no model"
    calls_by_model = plan.calls_by_model
    if plan.instead:
        calls_by_model = {plan.instead: sum(calls_by_model.values())}
    models = [
        f"{shown(model) or 'a model'} {'once' if calls == 1 else f'{calls} times'}"
        for model, calls in calls_by_model.items()
    ]
    cost = f", {cost_words(plan.cost_usd)}" if plan.cost_usd is not None else ""
    return f"{' and '.join(models)}, about {token_words(plan.tokens_estimate)}{cost}"


def touch_marks(plan: Plan) -> Sequence[str]:
    """The word for each row, for the marks in the list of steps."""
    return plan.steps.words()


def plan_blocks(
    trace: Trace, plan: Plan, edits: Sequence[Edit], folds: Folds, may_run: Container[str] = ()
) -> Iterator[Block]:
    """The panel: the edits, the cost, then the steps by what becomes of them, with the reasons. `may_run` are tools."""
    for edit in edits:
        yield edit_block(trace, edit)
    yield Block()
    yield Block(f"a re-run asks {asked(plan)}", "strong")
    yield from cost_blocks(plan, may_run)
    for touch, (sign, words, look) in TOUCH_WORDS.items():
        rows = plan.steps.rows(touch)
        if not rows:
            continue
        is_open = folds.is_open(str(touch), usual=touch in (Touch.EDITED, Touch.RERUN, Touch.UNPROVEN))
        yield Block(f"{fold_sign(is_open)}{sign} {len(rows)} {words}", look, fold=str(touch))
        if is_open:
            yield from (_step_block(trace, plan.steps[row]) for row in rows)


def edit_block(trace: Trace, edit: Edit) -> Block:
    """One edit in a line or two: where, and from what to what; of texts only what differs."""
    row = trace.row(edit.step_id)
    lead = f"✎ #{row + 1} {shown(edit.pointer)}: "
    text, spans = lead, [(0, len(lead), "edited")]
    for said, look in _difference(edit):
        spans.append((len(text), len(text) + len(said), look))
        text += said
    return Block(text, spans=tuple(spans), row=row, hang=2)


_SHORT_CHARS = 60
_DIFFERENCE_CHARS = 240


def _difference(edit: Edit) -> Iterator[tuple[str, str]]:
    pieces = changed_words(Change(edit.pointer, edit.before, edit.after))
    if pieces is None:
        yield _short(edit.before), "gone"
        yield " → ", "dim"
        yield _short(edit.after), "added"
        return
    room = _DIFFERENCE_CHARS
    for piece in pieces:
        if room <= 0:
            yield " …", "dim"
            return
        if piece.kind is PieceKind.EQUAL:
            said = _flat(piece.before)
            yield said if len(said) <= _CONTEXT_CHARS else "…" + said[-_CONTEXT_CHARS:], "dim"
            continue
        if piece.kind is PieceKind.REMOVED:
            yield "−", "dim"
        for said, look in ((_flat(piece.before), "gone"), (_flat(piece.after), "added")):
            if look == "added" and piece.kind is PieceKind.REPLACED:
                yield " → ", "dim"
            yield clip(said, max(room, 1)), look
            room -= len(said)


_CONTEXT_CHARS = 20
"""Of what is equal, shown before a difference."""


def _flat(text: str) -> str:
    return shown(text).replace("\n", " ")


def _short(value: object) -> str:
    text = _flat(one_line(value))
    return text if len(text) <= _SHORT_CHARS else text[: _SHORT_CHARS - 1] + "…"


def lacking(plan: Plan, may_run: Container[str]) -> Iterator[str]:
    """What the recording lacks and no tool that is bound and allowed would give."""
    yield from plan.unasked
    yield from (need.missing for need in plan.tools if need.missing and need.name not in may_run)


def cost_blocks(plan: Plan, may_run: Container[str]) -> Iterator[Block]:
    """Tools that may run, and what the recording lacks. The costs are those of the recording, so they are guesses."""
    for need in plan.tools:
        if need.recorded == need.calls:
            text = f"{shown(need.name)}: {plural(need.calls, 'call')}, each answered by its recording while it stays equal"
        else:
            text = f"{shown(need.name)}: {plural(need.calls, 'call')}, {need.recorded} of which the recording can answer"
        yield Block(text, "dim", indent=2, hang=2)
    for sentence in (*lacking(plan, may_run), *plan.remarks):
        yield Block(f"! {shown(sentence)}", "warning", indent=2, hang=2)


def _step_block(trace: Trace, step: PlanStep) -> Block:
    name = f"#{step.row + 1} {shown(trace.name(step.row))}"
    text = f"{name}  {shown(step.reason)}"
    return Block(text, spans=((len(name), len(text), "dim"),), indent=2, hang=4, row=step.row)
