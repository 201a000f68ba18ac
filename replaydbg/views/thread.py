"""One thread as a person would read it: what was said in turn, and between the turns the tool calls and their results.

A thread is a chain of model calls of which each goes on from the one before. Of each call only what was new is shown,
then its reply. A line leads to the step in which it was said; what a tool returned leads to its execution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from replaydbg.core.message import Message, Role
from replaydbg.core.step import Kind
from replaydbg.graph.facts import Facts
from replaydbg.views.blocks import Block, Folds, fold_sign, folded_in, shown, size_words, under
from replaydbg.views.conversation import Prose, as_written, message_blocks, reply_blocks, result_blocks
from replaydbg.views.subject import Subject
from replaydbg.views.text import cost_words, count_words, duration_words, plural

_TURNS_BEFORE = 60
"""Calls shown before the one that one comes from; those before them are folded."""
_TEXT_CHARS_MAX = 4_000
"""Of a longer text the beginning is shown, and the rest folded."""


@dataclass(frozen=True, slots=True)
class Talk:
    """`rows` are the calls of the thread, `here` the place among them of the one that one comes from."""

    facts: Facts
    rows: tuple[int, ...]
    here: int
    about: Callable[[int], Subject | None]
    """The step at a row with everything that is said of it."""


def talk(facts: Facts, row: int, about: Callable[[int], Subject | None]) -> Talk | None:
    """The thread of a model call, of the call that asked for a tool, or of the first call inside of another step."""
    call = _call_at(facts, row)
    if call is None:
        return None
    links, before = facts.threads.links, list[int]()
    at: int | None = call
    while at is not None and at not in before[-1:]:
        before.append(at)
        link = links.get(at)
        at = link.previous if link is not None else None
    rows = (*reversed(before), *facts.threads.after(call))
    return Talk(facts, rows, len(before) - 1, about)


def _call_at(facts: Facts, row: int) -> int | None:
    trace = facts.trace
    if trace.kind(row) is Kind.MODEL_CALL:
        return row
    if trace.kind(row) is Kind.TOOL_EXECUTION and (asked := facts.index.call_of(row)) is not None:
        return asked.row
    inside = range(row + 1, trace.subtree_ends[row])
    return next((each for each in inside if trace.kind(each) is Kind.MODEL_CALL), None)


def title(of: Talk) -> str:
    trace, first, last = of.facts.trace, of.rows[0], of.rows[-1]
    agent = trace.agent(first)
    where = f"#{first + 1} to #{last + 1}" if last != first else f"#{first + 1}"
    return f"{plural(len(of.rows), 'call')} of one thread, {where}{f', of {shown(agent)}' if agent else ''}"


def thread_blocks(of: Talk, folds: Folds, prose: Prose = as_written) -> Iterator[Block]:
    before = max(0, of.here - _TURNS_BEFORE)
    if before:
        is_open = folds.is_open("before", usual=False)
        yield Block(f"{fold_sign(is_open)}{plural(before, 'call')} before", "dim", fold="before")
        yield Block()
        if is_open:
            for place in range(before):
                yield from folded_in("before", _turn(of, place, folds, prose))
    for place in range(before, len(of.rows)):
        yield from _turn(of, place, folds, prose)
    yield from _last_results(of, folds)
    others = len(of.facts.threads.followers.get(of.rows[-1], ()))
    forks = [row for row in of.rows if len(of.facts.threads.followers.get(row, ())) > 1]
    if forks and not others:
        said = ", ".join(f"#{row + 1}" for row in forks[:8])
        yield Block(f"the run forked after {said}: this is its first branch there", "hint", row=forks[0])


def _turn(of: Talk, place: int, folds: Folds, prose: Prose) -> Iterator[Block]:
    """What was new to the call, then its reply."""
    row = of.rows[place]
    subject = of.about(row)
    if subject is None:
        return
    messages = subject.step.body.messages
    link = of.facts.threads.links.get(row)
    begin = link.new_from if link is not None and place else 0
    for index in range(begin, len(messages or ())):
        yield from _message(of, place, subject, index, folds, prose=prose)
    if messages is None:
        yield Block(f"what #{row + 1} was told was not recorded", "dim", row=row)
        yield Block()
    replied = _shortened(
        f"{row}", folds, lambda own: reply_blocks(subject, own, _bounded(prose, own), title=_about(subject))
    )
    yield from _leading(replied, row)
    yield Block()


def _message(
    of: Talk, place: int, subject: Subject, index: int, folds: Folds, *, prose: Prose
) -> Iterator[Block]:
    message = (subject.step.body.messages or ())[index]
    row = _row_of(of, message, place)
    if message.role in (Role.SYSTEM, Role.DEVELOPER) and len(message.text) > _TEXT_CHARS_MAX // 4:
        # The longest text of the thread, and the one that is known: it begins folded.
        name = f"{subject.row}system{index}"
        is_open = folds.is_open(name, usual=False)
        head = f"{fold_sign(is_open)}{message.role}, {size_words(len(message.text))}"
        yield Block(
            head, "role-system", mark="▍", mark_look="role-system", fold=name, place=f"/messages/{index}"
        )
        yield Block()
        if not is_open:
            return
        whole = under(
            f"{subject.row}", folds, lambda own: message_blocks(subject, message, index, own, prose)
        )
        yield from folded_in(name, _leading(whole, row))
        return
    said = _shortened(
        f"{subject.row}",
        folds,
        lambda own: message_blocks(subject, message, index, own, _bounded(prose, own)),
    )
    yield from _leading(said, row)


def _row_of(of: Talk, message: Message, place: int) -> int:
    """The step that a message leads to: a tool's execution where it is what one tool returned, else the model call."""
    row = of.rows[place]
    answered = {response.id for response in message.tool_responses}
    if len(answered) != 1 or not place:
        return row
    asked = of.rows[place - 1]
    for index, call in enumerate(of.facts.index.calls(asked)):
        if call.id in answered:
            ran = of.facts.index.execution_of(asked, index)
            return row if ran is None else ran
    return row


def _last_results(of: Talk, folds: Folds) -> Iterator[Block]:
    """What the tools returned that the last call asked for: no later call was told of it."""
    last = of.rows[-1]
    for index, call in enumerate(of.facts.index.calls(last)):
        ran = of.facts.index.execution_of(last, index)
        subject = of.about(ran) if ran is not None else None
        if ran is None or subject is None:
            continue
        head = f"tool  {shown(call.name)}"
        spans = ((0, 4, "role-tool"), (4, len(head), "dim"))
        yield Block(head, "strong", spans=spans, mark="▍", mark_look="role-tool", row=ran)
        for block in _leading(_shortened(f"{ran}", folds, partial(result_blocks, subject)), ran):
            yield replace(block, mark="▍", mark_look="role-tool")
        yield Block()


def _leading(blocks: Iterator[Block], row: int) -> Iterator[Block]:
    """Each line leads to the step; the line of a fold opens it."""
    return (block if block.fold or block.row >= 0 else replace(block, row=row) for block in blocks)


def _about(subject: Subject) -> str:
    step = subject.step
    usage = step.body.usage
    said = (
        f"#{step.number}",
        shown(step.body.response_model or step.model),
        duration_words(step.duration_ms),
        f"{count_words(usage.output_tokens)} tokens" if usage.output_tokens is not None else "",
        cost_words(step.cost_usd),
    )
    return "assistant  " + "  ".join(each for each in said if each)


def _bounded(prose: Prose, folds: Folds) -> Prose:
    """The beginning of a long text; the rest of it is folded."""

    def beginning(text: str) -> Iterator[Block]:
        cut = _cut(text)
        yield from prose(text[:cut])
        if cut < len(text):
            yield from _rest(text[cut:], folds, "text", prose)

    return beginning


def _shortened(prefix: str, folds: Folds, make: Callable[[Folds], Iterator[Block]]) -> Iterator[Block]:
    """The same of the results of tools."""

    def blocks(own: Folds) -> Iterator[Block]:
        for block in make(own):
            cut = len(block.text) if block.spans or block.fold or block.inside else _cut(block.text)
            if cut == len(block.text):
                yield block
                continue
            yield replace(block, text=block.text[:cut])
            for more in _rest(block.text[cut:], own, block.place, _as_shown):
                yield replace(block, text=more.text, look=more.look, fold=more.fold, inside=more.inside)

    return under(prefix, folds, blocks)


def _cut(text: str) -> int:
    if len(text) <= _TEXT_CHARS_MAX + _TEXT_CHARS_MAX // 4:
        return len(text)
    return max(text.rfind("\n", 0, _TEXT_CHARS_MAX), _TEXT_CHARS_MAX // 2)


def _rest(text: str, folds: Folds, name: str, prose: Prose) -> Iterator[Block]:
    name = f"{name}…{len(text)}"
    is_open = folds.is_open(name, usual=False)
    yield Block(f"{fold_sign(is_open)}{size_words(len(text))} more", "dim", fold=name)
    if is_open:
        yield from folded_in(name, prose(text.removeprefix("\n")))


def _as_shown(text: str) -> Iterator[Block]:
    """A text that has been made printable."""
    yield Block(text)
