"""Edits made ready for replay: which model calls ask something else, say something else, are told something else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from replaydbg.codec import edited_step, step_document
from replaydbg.core.branch import Edit
from replaydbg.core.message import Json, Message, Part, Role, ToolCall
from replaydbg.core.step import Kind, PlainBody, Step
from replaydbg.graph.facts import Facts
from replaydbg.wire.conversation import without_reasoning

_ASKED = ("messages", "model", "params", "tools")
_SAID = ("output", "tool_calls")


@dataclass(frozen=True, slots=True)
class Edited:
    """What the edits come to, by row. Edits that say what the recording says leave nothing here.

    An edited call of a tool execution is an edited reply of the model call that made it.
    """

    steps: Mapping[int, Step] = field(default_factory=dict)
    """Every step that reads otherwise, as it reads now."""
    prompts: frozenset[int] = frozenset()
    """Model calls whose messages, model, parameters or tools are others."""
    replies: Mapping[int, Message] = field(default_factory=dict)
    results: Mapping[int, Json] = field(default_factory=dict)
    """What tool executions return."""
    begins: tuple[int, ...] = ()
    """Model calls where a thread may go on otherwise, in order."""
    alone: tuple[int, ...] = ()
    """Edited tool executions that no recorded model call asked for."""


def apply_edits(facts: Facts, edits: Iterable[Edit]) -> Edited:
    """Raises EditRefusedError (codec) for an edit that does not fit, StepNotFound for a step that is not there."""
    steps = _changed(facts, edits)
    prompts = frozenset(row for row, step in steps.items() if _differs(facts, row, step, _ASKED))
    replies: dict[int, Message] = {}
    results: dict[int, Json] = {}
    begins = set(prompts)
    alone = []
    # Model calls first: an edit of the execution is made on top of one of the call.
    for row, step in sorted(steps.items(), key=lambda item: (item[1].kind is not Kind.MODEL_CALL, item[0])):
        if step.kind is Kind.MODEL_CALL:
            if step.body.output is not None and _differs(facts, row, step, _SAID):
                replies[row] = without_reasoning(step.body.output)
                begins.add(row)
            continue
        place = facts.index.call_of(row)
        if _differs(facts, row, step, ("result",)):
            results[row] = step.body.result
        if place is None:
            alone.append(row)
            continue
        begins.add(place.row)
        if _differs(facts, row, step, ("tool_calls",)) and step.body.call is not None:
            said = replies.get(place.row) or facts.trace.body(place.row).output or Message(Role.ASSISTANT)
            replies[place.row] = _with_call(said, place.index, step.body.call, facts.index.executed_call(row))
    return Edited(steps, prompts, replies, results, tuple(sorted(begins)), tuple(alone))


def _changed(facts: Facts, edits: Iterable[Edit]) -> dict[int, Step]:
    by_row: dict[int, list[Edit]] = {}
    for edit in edits:
        by_row.setdefault(facts.trace.row(edit.step_id), []).append(edit)
    steps = {}
    for row, own in by_row.items():
        recorded = facts.trace.step(row)
        step = edited_step(recorded, own)
        if step_document(step) != step_document(recorded):
            steps[row] = _without_old_thoughts(recorded, step)
    return steps


def _without_old_thoughts(recorded: Step, step: Step) -> Step:
    """Signed reasoning of an altered turn of the prompt is refused by providers: it goes with the alteration."""
    body = step.body
    if body.messages is None:
        return step
    old = recorded.body.messages or ()
    messages = tuple(
        message if message.role is not Role.ASSISTANT or message in old else without_reasoning(message)
        for message in body.messages
    )
    if messages == body.messages:
        return step
    fields = {name: getattr(body, name) for name in PlainBody.__slots__}
    return replace(step, body=PlainBody(**{**fields, "messages": messages}))


def _differs(facts: Facts, row: int, step: Step, keys: tuple[str, ...]) -> bool:
    before, after = step_document(facts.trace.step(row)), step_document(step)
    return any(before.get(key) != after.get(key) for key in keys)


def _with_call(said: Message, index: int, call: ToolCall, executed: ToolCall | None) -> Message:
    """The reply with its call replaced by the edited one of the execution, under the id the reply had for it."""
    old = said.tool_calls[index]
    if executed is None or call.id == executed.id:
        call = replace(call, id=old.id)
    calls = iter((*said.tool_calls[:index], call, *said.tool_calls[index + 1 :]))
    parts: tuple[Part, ...] = tuple(
        next(calls) if isinstance(part, ToolCall) else part for part in said.parts
    )
    return without_reasoning(replace(said, parts=parts))
