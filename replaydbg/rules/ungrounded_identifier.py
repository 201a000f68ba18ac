"""Ungrounded identifier.

What it finds:
    An id of five characters or more with digits, or an e-mail address, in the arguments of a tool call, that stands nowhere in
    what the agent was told before: no prompt, no result, no description of a tool. Dates, amounts with separators,
    paths, text with spaces, and ids that look random are not meant. A hint: it may have been computed.

Why it matters:
    Models make up an id where they should have asked for one. In a public benchmark calls with such an argument stand
    in runs that fail twice as often.

Example:
    cancel_order(order_id="W5918442"), where the user and all results speak of W5918422.

What to do:
    Look for the nearest thing that the agent was told. Correct the argument in place and re-run what follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from replaydbg import limits
from replaydbg.core.digest import canonical
from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.message import Json, Message, Text, ToolCall, ToolResponse
from replaydbg.core.pointer import join
from replaydbg.core.step import KINDS, Kind
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import quoted

_TOOL_EXECUTION = KINDS.index(Kind.TOOL_EXECUTION)
_WORD = re.compile(r"(?<!\w)[^\W\d]*+\d\w*")
"""Tokens with a digit, found without going back. A date with separators falls into tokens too short to count."""
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_GROUPED = re.compile(r"\d{1,3}(?:[,.' ]\d{3})+")
_WORD_CHARS_MIN, _VALUE_CHARS_MAX = 5, 64
_RANDOM = re.compile(r"[0-9a-f]{12,}|\d{8}t?\d*|.*[0-9a-f]{8}-[0-9a-f]{4}-.*|call_.*|toolu_.*", re.IGNORECASE)
"""Made for the occasion: digests, UUIDs, dates without separators."""
_VALUES_PER_CALL_MAX = 50


def check(facts: Facts) -> Iterator[Finding]:
    told = _Told()
    trace, index = facts.trace, facts.index
    for row in index.in_time:
        if trace.kinds[row] == _TOOL_EXECUTION:
            body = trace.body(row)
            if body.has_result:
                told.hear(body.result)
        elif row in facts.threads.links:
            link = facts.threads.links[row]
            messages = trace.body(row).messages or ()
            told.hear_messages(messages[link.new_from if link.previous is not None else 0 :])
            told.hear_tools(facts, row)
            if told.full:
                return  # what was not heard is not known to be made up
            yield from _of_reply(facts, row, told)


def _of_reply(facts: Facts, row: int, told: _Told) -> Iterator[Finding]:
    trace = facts.trace
    for number, call in enumerate(facts.index.calls(row)):
        made_up = [(place, value) for place, value in _identifiers(call.arguments) if not told.knows(value)]
        if made_up:
            ran = facts.index.execution_of(row, number)
            step_ids = (trace.ids[row],) if ran is None else (trace.ids[row], trace.ids[ran])
            names = ", ".join(quoted(value) for _, value in made_up[:3])
            yield Finding(
                RULE.code,
                RULE.name,
                RULE.severity,
                f"{call.name}: {names} was told to the agent nowhere",
                step_ids,
                tuple(
                    Evidence(
                        trace.ids[row],
                        f"/tool_calls/{number}/arguments{place}",
                        "stands nowhere before this call",
                    )
                    for place, _ in made_up
                ),
            )
        told.hear(call.arguments)  # said once is told once


def _identifiers(arguments: Json) -> Iterator[tuple[str, str]]:
    """Values that are one id each, with their place."""
    waiting: list[tuple[tuple[str | int, ...], Json]] = [((), arguments)]
    looked = 0
    while waiting and looked < _VALUES_PER_CALL_MAX:
        path, value = waiting.pop()
        looked += 1
        if isinstance(value, dict):
            waiting.extend(((*path, key), inner) for key, inner in value.items())
        elif isinstance(value, list):
            waiting.extend(
                ((*path, number), inner) for number, inner in enumerate(value[:_VALUES_PER_CALL_MAX])
            )
        elif isinstance(value, str) and path and _is_identifier(value):
            yield join(path), value


def _is_identifier(value: str) -> bool:
    if not _WORD_CHARS_MIN <= len(value) <= _VALUE_CHARS_MAX or any(mark in value for mark in " /\\\n\t:="):
        return False
    if _EMAIL.fullmatch(value):
        return True
    if "." in value or _RANDOM.fullmatch(value):
        return False
    return any(_is_made_of_digits(word) for word in _WORD.findall(value))


def _is_made_of_digits(word: str) -> bool:
    """`boto3` is a name; `W5918442`, `HAT005` and `ZK3V2P` are ids."""
    digits = sum(map(str.isdigit, word))
    return len(word) >= _WORD_CHARS_MIN and (
        digits >= 3 or (digits > 0 and word.isupper() and digits * 4 >= len(word))
    )


class _Told:
    """Everything with a digit that the agent was told so far, and every e-mail address."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._left_chars = limits.GROUNDING_CHARS_MAX
        self._offers: set[int] = set()

    @property
    def full(self) -> bool:
        return self._left_chars <= 0

    def hear_messages(self, messages: Iterable[Message]) -> None:
        for message in messages:
            for part in message.parts:
                if isinstance(part, Text):
                    self.hear(part.text)
                elif isinstance(part, ToolResponse):
                    self.hear(part.result)
                elif isinstance(part, ToolCall):
                    self.hear(part.arguments)

    def hear_tools(self, facts: Facts, row: int) -> None:
        tools = facts.index.tools(row) or ()
        if id(tools) not in self._offers:
            self._offers.add(id(tools))
            for tool in tools:
                self.hear(tool.description)
                self.hear(tool.schema)

    def hear(self, value: Json) -> None:
        if value is None or self.full:
            return
        text = (value if isinstance(value, str) else canonical(value)).lower()
        self._left_chars -= len(text)
        for word in _WORD.findall(text):
            if len(word) >= _WORD_CHARS_MIN:
                self._words.update(map(_plain, (word, *word.split("_")) if "_" in word else (word,)))
        if "@" in text:
            self._words.update(_EMAIL.findall(text))
        self._words.update("".join(filter(str.isdigit, number)) for number in _GROUPED.findall(text))

    def knows(self, value: str) -> bool:
        value = value.lower()
        if "@" in value:
            return value in self._words
        return all(self._has(word) for word in _WORD.findall(value) if len(word) >= _WORD_CHARS_MIN)

    def _has(self, word: str) -> bool:
        """Also `order_48213` of what was called `48213`."""
        if _plain(word) in self._words:
            return True
        pieces = [_plain(piece) for piece in word.split("_") if any(map(str.isdigit, piece))]
        return pieces != [_plain(word)] and all(piece in self._words for piece in pieces)


def _plain(word: str) -> str:
    """`048213` is `48213`."""
    return word.lstrip("0") if word.isdecimal() else word


RULE = Rule("R008", "ungrounded-identifier", Severity.HINT, since="0.1", check=check)
