"""A thread as a person would read it: what was said in turn, and between the turns the tool calls and their results.

A thread is a chain of model calls of which each goes on from the one before. Of each call only what was new is shown,
then its reply. A line leads to the step in which it was said; what a tool returned leads to its execution.

A step that holds several calls (an agent, a chain, a whole task) is read as all of its own: those of agents and tools
inside of it only where it has no other. Where they are several threads, what was said above is not said again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from replaydbg.core.message import Message, Role
from replaydbg.core.step import Kind
from replaydbg.graph.facts import Facts
from replaydbg.graph.prefixes import chain_key
from replaydbg.views.blocks import Block, Folds, fold_sign, folded_in, shown, size_words, under
from replaydbg.views.conversation import Prose, as_written, message_blocks, reply_blocks, result_blocks
from replaydbg.views.subject import Subject
from replaydbg.views.text import cost_words, duration_words, plural, token_words

_TURNS_BEFORE = 60
"""Calls shown before the one that one comes from; those before them are folded."""
_AGENTS_OF_MAX = 1_000
"""Calls whose agents the title may name."""
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
    """The thread of a model call, of the call that asked for a tool, or of the calls inside of another step."""
    calls = _calls_at(facts, row)
    if not calls:
        return None
    links, rows = facts.threads.links, set[int]()
    for call in calls:
        at: int | None = call
        while at is not None and at not in rows:
            rows.add(at)
            link = links.get(at)
            at = link.previous if link is not None else None
    ordered = [*sorted(rows), *(each for each in facts.threads.after(calls[-1]) if each not in rows)]
    return Talk(facts, tuple(ordered), ordered.index(calls[0]), about)


def _calls_at(facts: Facts, row: int) -> Sequence[int]:
    trace = facts.trace
    if trace.kind(row) is Kind.MODEL_CALL:
        return (row,)
    if trace.kind(row) is Kind.TOOL_EXECUTION and (asked := facts.index.call_of(row)) is not None:
        return (asked.row,)
    own, at, end = list[int](), row + 1, trace.subtree_ends[row]
    while at < end:
        kind = trace.kind(at)
        if kind is Kind.MODEL_CALL:
            own.append(at)
        at = trace.subtree_ends[at] if kind in (Kind.AGENT_INVOCATION, Kind.TOOL_EXECUTION) else at + 1
    return own or [each for each in range(row + 1, end) if trace.kind(each) is Kind.MODEL_CALL]


def _begins(of: Talk, place: int) -> bool:
    """Whether the call goes on from none of those before it."""
    link = of.facts.threads.links.get(of.rows[place])
    return link is None or link.previous is None or not place


def title(of: Talk) -> str:
    trace, first, last = of.facts.trace, of.rows[0], of.rows[-1]
    agents = [agent for row in of.rows[:_AGENTS_OF_MAX] if (agent := trace.agent(row))]
    named = list(dict.fromkeys(agents))
    who = ", ".join(map(shown, named[:3])) + (", …" if len(named) > 3 else "")
    where = f"#{first + 1} to #{last + 1}" if last != first else f"#{first + 1}"
    threads = sum(_begins(of, place) for place in range(len(of.rows)))
    of_threads = "one thread" if threads == 1 else f"{threads:,} threads"
    return f"{plural(len(of.rows), 'call')} of {of_threads}, {where}{f', of {who}' if who else ''}"


@dataclass(slots=True)
class _Told:
    """What has been said so far, where a talk is of several threads."""

    messages: set[int] = field(default_factory=set)
    results: set[str] = field(default_factory=set)
    agent: str = ""

    def knows(self, message: Message) -> bool:
        answers = message.tool_responses
        told = bool(answers) and all(answer.id in self.results for answer in answers)
        return told or chain_key(message) in self.messages

    def hear(self, message: Message) -> None:
        self.messages.add(chain_key(message))
        self.results.update(answer.id for answer in message.tool_responses if answer.id)


def thread_blocks(of: Talk, folds: Folds, prose: Prose = as_written) -> Iterator[Block]:
    before = max(0, of.here - _TURNS_BEFORE)
    told = _Told() if any(_begins(of, place) for place in range(1, len(of.rows))) else None
    followers, there = of.facts.threads.followers, set(of.rows)
    if before:
        is_open = folds.is_open("before", usual=False)
        yield Block(f"{fold_sign(is_open)}{plural(before, 'call')} before", "dim", fold="before")
        yield Block()
        if is_open:
            for place in range(before):
                yield from folded_in("before", _turn(of, place, folds, prose, told))
    for place in range(before, len(of.rows)):
        yield from _turn(of, place, folds, prose, told)
        row = of.rows[place]
        if there.isdisjoint(followers.get(row, ())):
            yield from _last_results(of, row, folds, told)
    forks = [row for row in of.rows if not there.issuperset(followers.get(row, ()))]
    if forks:
        said = ", ".join(f"#{row + 1}" for row in forks[:8])
        yield Block(f"the run forked after {said}: this is its first branch there", "hint", row=forks[0])


def _turn(of: Talk, place: int, folds: Folds, prose: Prose, told: _Told | None) -> Iterator[Block]:
    """What was new to the call, then its reply."""
    row = of.rows[place]
    subject = of.about(row)
    if subject is None:
        return
    messages = subject.step.body.messages
    link = of.facts.threads.links.get(row)
    begins = _begins(of, place)
    begin = link.new_from if link is not None and not begins else 0
    new = list(range(begin, len(messages or ())))
    if told is not None:
        if begins:  # who goes on says what is new, be it the same words again
            new = [index for index in new if not told.knows((messages or ())[index])]
        yield from _head(of, place, len(messages or ()) - begin - len(new), told)
        for index in new:
            told.hear((messages or ())[index])
        if subject.step.body.output is not None:
            told.hear(subject.step.body.output)
    for index in new:
        yield from _message(of, place, subject, index, folds, prose=prose)
    if messages is None:
        yield Block(f"what #{row + 1} was told was not recorded", "dim", row=row)
        yield Block()
    replied = _shortened(
        subject.step.id,
        folds,
        lambda own: reply_blocks(subject, own, _bounded(prose, own), title=_about(subject)),
    )
    yield from _leading(replied, row)
    yield Block()


def _head(of: Talk, place: int, again: int, told: _Told) -> Iterator[Block]:
    """Who speaks where that changes, and where a prompt does not go on from what was said."""
    row = of.rows[place]
    agent = of.facts.trace.agent(row)
    if agent and agent != told.agent:
        yield Block(f"{shown(agent)}, from #{row + 1} on", "heading", row=row)
        yield Block()
    told.agent = agent
    if _begins(of, place) and place:
        known = (
            f"; {plural(again, 'message')} of it {'stands' if again == 1 else 'stand'} above" if again else ""
        )
        yield Block(f"#{row + 1} has a prompt of its own{known}", "dim", row=row)
        yield Block()


def _message(
    of: Talk, place: int, subject: Subject, index: int, folds: Folds, *, prose: Prose
) -> Iterator[Block]:
    message = (subject.step.body.messages or ())[index]
    row = _row_of(of, message, place)
    if message.role in (Role.SYSTEM, Role.DEVELOPER) and len(message.text) > _TEXT_CHARS_MAX // 4:
        # The longest text of the thread, and the one that is known: it begins folded.
        name = f"{subject.step.id}system{index}"
        is_open = folds.is_open(name, usual=False)
        head = f"{fold_sign(is_open)}{message.role}, {size_words(len(message.text))}"
        yield Block(
            head, "role-system", mark="▍", mark_look="role-system", fold=name, place=f"/messages/{index}"
        )
        yield Block()
        if not is_open:
            return
        whole = under(subject.step.id, folds, lambda own: message_blocks(subject, message, index, own, prose))
        yield from folded_in(name, _leading(whole, row))
        return
    said = _shortened(
        subject.step.id,
        folds,
        lambda own: message_blocks(subject, message, index, own, _bounded(prose, own)),
    )
    yield from _leading(said, row)


def _row_of(of: Talk, message: Message, place: int) -> int:
    """The step that a message leads to: a tool's execution where it is what one tool returned, else the model call."""
    row = of.rows[place]
    answered = {response.id for response in message.tool_responses}
    link = of.facts.threads.links.get(row)
    asked = link.previous if link is not None else None
    if len(answered) != 1 or asked is None:
        return row
    for index, call in enumerate(of.facts.index.calls(asked)):
        if call.id in answered:
            ran = of.facts.index.execution_of(asked, index)
            return row if ran is None else ran
    return row


def _last_results(of: Talk, last: int, folds: Folds, told: _Told | None) -> Iterator[Block]:
    """What the tools returned that the last call of a thread asked for: no later call of it was told."""
    for index, call in enumerate(of.facts.index.calls(last)):
        ran = of.facts.index.execution_of(last, index)
        subject = of.about(ran) if ran is not None else None
        if ran is None or subject is None:
            continue
        if told is not None and call.id:
            told.results.add(call.id)
        head = f"tool  {shown(call.name)}"
        spans = ((0, 4, "role-tool"), (4, len(head), "dim"))
        yield Block(head, "strong", spans=spans, mark="▍", mark_look="role-tool", row=ran)
        for block in _leading(_shortened(subject.step.id, folds, partial(result_blocks, subject)), ran):
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
        token_words(usage.output_tokens) if usage.output_tokens is not None else "",
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
