"""Changed prompt.

What it finds:
    Two calls of one agent, of which the second has all the messages of the first, but another system prompt; or a
    conversation whose set of tools changed on the way, which is a hint. Times and made-up ids in a system prompt are
    not compared. Changes at one place are told once; a prompt that differs in its numbers only (a count of turns, a
    limit) is a hint.

Why it matters:
    An agent whose instructions change under it contradicts itself, and no cache of the provider holds. Mostly nobody
    meant it: a template that reads a file anew, a tool that is registered late, two versions in one deployment.

Example:
    The system prompt says "answer in German" from the fourth call on.

What to do:
    Compare the two prompts. Set the old one in the later call and re-run what follows, to see whether it mattered.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.message import Message, Role
from replaydbg.core.tool import ToolSpec
from replaydbg.graph.facts import Facts
from replaydbg.graph.prefixes import chain_key
from replaydbg.graph.wording import canonical_text, masked, roughly
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_steps, quoted

_INSTRUCTIONS = frozenset({Role.SYSTEM, Role.DEVELOPER})
_NAMES_SHOWN_MAX = 4
_ALIKE_MIN = 0.5
"""What two versions of one prompt have in common at least, at both ends together;"""
_SAME_WORDS_MIN = 0.8
"""or in their words, wherever it was changed."""
_CLOCK = re.compile(r"\b\d{1,2}:\d\d(?::\d\d)?\b")
_BEFORE_IT_CHARS, _SHOWN_CHARS = 20, 40
_PLACES_MAX = 16
"""A prompt that is changed in more places is another one each time."""


def check(facts: Facts) -> Iterator[Finding]:
    yield from _other_tools(facts)
    yield from _other_instructions(facts)


def _other_tools(facts: Facts) -> Iterator[Finding]:
    """Equal offers are one value (`TraceIndex`): most comparisons are of two identities."""
    offers, trace, told = facts.index.offers_by_row, facts.trace, set()
    if len({id(tools) for tools in offers.values()}) < 2:  # as in most runs
        return
    for row, link in facts.threads.links.items():
        before = link.previous
        old, new = (None, None) if before is None else (offers.get(before), offers.get(row))
        if before is None or not old or not new or old is new or trace.ids[row] in facts.edited:
            continue
        changes = _tool_changes(old, new)
        if changes and changes not in told:
            told.add(changes)
            at = Evidence(trace.ids[row], "/tools", changes)
            message = f"the tools of the conversation change: {changes}"
            yield of_steps(RULE, trace, (row, before), message, at, severity=Severity.HINT)


def _tool_changes(old: tuple[ToolSpec, ...], new: tuple[ToolSpec, ...]) -> str:
    before, after = ({tool.name: (tool.description, tool.schema) for tool in tools} for tools in (old, new))
    said = [
        ("new", [name for name in after if name not in before]),
        ("gone", [name for name in before if name not in after]),
        ("altered", [name for name in after if name in before and after[name] != before[name]]),
    ]
    return "; ".join(f"{word}: {_listed(names)}" for word, names in said if names)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMES_SHOWN_MAX} more" if len(names) > _NAMES_SHOWN_MAX else ""
    return ", ".join(names[:_NAMES_SHOWN_MAX]) + more


def _other_instructions(facts: Facts) -> Iterator[Finding]:
    trace = facts.trace
    for changes in _by_place(facts):
        first = changes[0]
        was, now = quoted(first.was), quoted(first.now)
        rows = dict.fromkeys(row for change in changes for row in (change.row, change.before))
        times = f" ({len(changes)} times at this place)" if len(changes) > 1 else ""
        in_numbers = all(change.in_numbers for change in changes)
        what = "a number in the system prompt" if in_numbers else "the system prompt"
        evidence = [
            Evidence(trace.ids[row], f"/messages/{_place(trace.body(row).messages or ())}", said)
            for row, said in ((first.row, now), (first.before, was))
        ]
        message = f"{what} changes: {was} becomes {now}{times}"
        severity = Severity.HINT if in_numbers else RULE.severity
        yield of_steps(RULE, trace, tuple(rows), message, *evidence, severity=severity)


class _Change(NamedTuple):
    row: int
    before: int
    was: str
    now: str
    """From a little before the change on: prompts are long, and there may be many."""
    in_numbers: bool
    at: int
    """How far both begin alike."""
    end: int
    """Where in `now` they end alike again."""


def _by_place(facts: Facts) -> Iterable[list[_Change]]:
    """The changes of each agent: those of what was changed already with the first of them."""
    told: dict[int, list[list[_Change]]] = {}
    for change in _changes(facts):
        places = told.setdefault(facts.trace.agents[change.row], [])
        again = next((one for one in places[-_PLACES_MAX:] if one[-1].at <= change.at <= one[-1].end), None)
        if again is None:
            places.append([change])
        else:
            again.append(change)
    return chain.from_iterable(told.values())


def _changes(facts: Facts) -> Iterator[_Change]:
    """Another system prompt is another thread: so each first call is held against the agent's call before it."""
    trace = facts.trace
    latest: dict[int, int] = {}
    for row, link in facts.threads.links.items():
        before = latest.get(trace.agents[row])
        latest[trace.agents[row]] = row
        if link.previous is not None or before is None or trace.ids[row] in facts.edited:
            continue
        old, new = trace.body(before).messages or (), trace.body(row).messages or ()
        was, now = _instructions(old), _instructions(new)
        if not was or not now or _timeless(was) == _timeless(now) or not _goes_on(old, new):
            continue
        at, tail = _same_chars(was, now), _same_chars(was[::-1], now[::-1])
        ends = at + tail
        # Else another agent, whose name was not recorded.
        if ends >= _ALIKE_MIN * max(len(was), len(now)) or _same_words(was, now) >= _SAME_WORDS_MIN:
            start, end = max(at - _BEFORE_IT_CHARS, 0), at + _SHOWN_CHARS
            in_numbers = _without_numbers(was) == _without_numbers(now)
            yield _Change(
                row, before, was[start:end], now[start:end], in_numbers, at, max(at, len(now) - tail)
            )


def _without_numbers(text: str) -> bytes:
    return roughly(text.encode("utf-8", "surrogatepass"))


def _timeless(text: str) -> str:
    return _CLOCK.sub("~", masked(text))


def _same_chars(one: str, other: str) -> int:
    """How far the two begin alike."""
    shorter = min(len(one), len(other))
    return next((at for at in range(shorter) if one[at] != other[at]), shorter)


def _same_words(one: str, other: str) -> float:
    """The share of words that the two have in common."""
    mine, its = Counter(one.split()), Counter(other.split())
    return 2 * (mine & its).total() / (mine.total() + its.total())


def _instructions(messages: Sequence[Message]) -> str:
    return canonical_text("\n".join(one.text for one in messages if one.role in _INSTRUCTIONS))


def _place(messages: Sequence[Message]) -> int:
    return next(number for number, one in enumerate(messages) if one.role in _INSTRUCTIONS)


def _goes_on(old: Sequence[Message], new: Sequence[Message]) -> bool:
    """Whether the new prompt begins with everything that was said in the old one."""
    before, after = ([one for one in messages if one.role not in _INSTRUCTIONS] for messages in (old, new))
    if not before or len(before) > len(after):
        return False
    return all(a is b or chain_key(a) == chain_key(b) for a, b in zip(before, after, strict=False))


RULE = Rule("R007", "changed-prompt", Severity.INFO, since="0.1", check=check)
