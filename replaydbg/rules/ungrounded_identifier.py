"""Ungrounded identifier.

What it finds:
    An id of five characters or more with digits, or an e-mail address, in the arguments of a tool call, that stands nowhere in
    what the agent was told before: no prompt, no result, no description of a tool, however its digits are grouped. Dates
    and years, round amounts, paths, text with spaces, names of standards, and ids that look random are not meant. A hint:
    it may have been computed.

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
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

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
_NAMES_AN_ID = re.compile(r"(?:^|_)(?:id|number|no|code|account|phone)$|(?<=[a-z])(?:Id|ID|Number|Code)$")
"""Of a field whose number is a name and no amount."""
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SEVERAL = re.compile(r"[ /\\\n\t:=]")
"""In what is more than one word."""
_SEPARATORS = {ord(mark): None for mark in " -./()\u00a0"}
_WORD_CHARS_MIN, _VALUE_CHARS_MAX = 5, 64
_NUMBER_MIN = 10 ** (_WORD_CHARS_MIN - 1)
_RANDOM = re.compile(
    r"(?=\d*[a-f])[0-9a-f]{12,}|(?:19|20)\d\d(?:0\d|1[0-2])[0-3]\dt?\d{0,6}|1[5-9]\d{8}(?:\d{3})?"
    r"|.*[0-9a-f]{8}-[0-9a-f]{4}-.*|call_.*|toolu_.*|\#(?=\d*[a-f])(?:[0-9a-f]{6}|[0-9a-f]{8})",
    re.IGNORECASE,
)
"""Made for the occasion: digests, UUIDs, dates and times without separators, colours."""
_KNOWN = re.compile(
    r"[1-9]\d*000|(?:[a-z]{1,4}[1-4]?)?(?:19|20)\d\d|(?:sha|md|rfc|iso|utf|base|h|mp|en|x|arm|cp)\d{1,5}|\d{3,4}[pi]|\d+(?:px|ms|kb|mb|gb|hz|k|m)",
    re.IGNORECASE,
)
"""Round amounts, years and quarters, standards, sizes: everybody knows them."""
_VALUES_PER_CALL_MAX = 50


def check(facts: Facts) -> Iterator[Finding]:
    trace, index, links = facts.trace, facts.index, facts.threads.links
    # What a call was told is known only where its messages were recorded.
    asked = {seen.row for seen in facts.calls if seen.row in links and _may_hold_one(seen.call.arguments)}
    told = _Told()
    for row in index.in_time if asked else ():  # most runs ask for nothing that could be made up
        if trace.kinds[row] == _TOOL_EXECUTION:
            told.hear(facts.result(row))
        elif row in links:
            link = links[row]
            messages = trace.body(row).messages or ()
            told.hear_messages(messages[link.new_from if link.previous is not None else 0 :])
            told.hear_tools(facts, row)
        if row in asked:
            if told.full:  # what was not heard is not known to be made up
                yield _ended(facts, row)
                return
            yield from _of_reply(facts, row, _identifiers_of(index.calls(row)), told)
            asked.remove(row)
            if not asked:
                return


def _ended(facts: Facts, row: int) -> Finding:
    message = "the search for made-up identifiers ended here: there was too much text to look through"
    return Finding(RULE.code, RULE.name, Severity.HINT, message, (facts.trace.ids[row],))


_Asked: TypeAlias = list[tuple[int, str, str]]
"""Number of the call, place in its arguments, and the identifier."""


def _identifiers_of(calls: Sequence[ToolCall]) -> _Asked:
    return [
        (number, place, value)
        for number, call in enumerate(calls)
        for place, value in _identifiers(call.arguments)
    ]


def _may_hold_one(arguments: Json) -> bool:
    """A glance, since nearly all hold none: places need not be kept for it."""
    waiting, looked = [arguments], 0
    while waiting:
        value = waiting.pop()
        looked += 1
        if looked > _VALUES_PER_CALL_MAX:
            return True
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            if type(item) is str:
                if _WORD_CHARS_MIN <= len(item) <= _VALUE_CHARS_MAX and _is_identifier(item):
                    return True
            elif isinstance(item, (dict, list)):
                waiting.append(item)
            elif type(item) is int and not -_NUMBER_MIN < item < _NUMBER_MIN:
                return True  # a number may be a name
    return False


def _of_reply(facts: Facts, row: int, asked: _Asked, told: _Told) -> Iterator[Finding]:
    trace = facts.trace
    made_up: dict[int, list[tuple[str, str]]] = {}
    for number, place, value in asked:
        if not told.knows(value):
            made_up.setdefault(number, []).append((place, value))
        told.hear(value)  # said once is told once
    for number, values in made_up.items():
        ran = facts.index.execution_of(row, number)
        step_ids = (trace.ids[row],) if ran is None else (trace.ids[row], trace.ids[ran])
        names = ", ".join(quoted(value) for _, value in values[:3])
        name = facts.index.calls(row)[number].name
        yield Finding(
            RULE.code,
            RULE.name,
            RULE.severity,
            f"{name}: {names} was told to the agent nowhere",
            step_ids,
            tuple(
                Evidence(
                    trace.ids[row],
                    f"/tool_calls/{number}/arguments{place}",
                    "stands nowhere before this call",
                )
                for place, _ in values
            ),
        )


def _identifiers(arguments: Json) -> Iterator[tuple[str, str]]:
    """Values that are one id each, with their place."""
    waiting: list[tuple[tuple[str | int, ...], Json]] = [((), arguments)]
    looked = 0
    while waiting and looked < _VALUES_PER_CALL_MAX:
        path, value = waiting.pop()
        looked += 1
        if isinstance(value, str):
            if path:
                yield join(path), value
            continue
        items: Iterable[tuple[str | int, Json]] = ()
        if isinstance(value, dict):
            items = value.items()
        elif isinstance(value, list):
            items = enumerate(value[:_VALUES_PER_CALL_MAX])
        for key, item in items:
            if type(item) is int and _NAMES_AN_ID.search(str(key)):
                item = str(item)  # noqa: PLW2901 - a number that is a name
            may_be_one = isinstance(item, str) and _WORD_CHARS_MIN <= len(item) <= _VALUE_CHARS_MAX
            if isinstance(item, (dict, list)) or (may_be_one and _is_identifier(item)):
                waiting.append(((*path, key), item))


def _is_identifier(value: str) -> bool:
    if not _WORD_CHARS_MIN <= len(value) <= _VALUE_CHARS_MAX or _SEVERAL.search(value):
        return False
    if _EMAIL.fullmatch(value):
        return True
    if "." in value or _RANDOM.fullmatch(value):
        return False
    return any(_is_made_of_digits(word) for word in _WORD.findall(value))


def _is_made_of_digits(word: str) -> bool:
    """`boto3` is a name, as is `h264_1080p`; `W5918442`, `HAT005` and `ZK3V2P` are ids."""
    word = "".join(piece for piece in word.split("_") if not _KNOWN.fullmatch(piece))
    digits = sum(map(str.isdigit, word))
    return len(word) >= _WORD_CHARS_MIN and (
        digits >= 3 or (digits > 0 and word.isupper() and digits * 4 >= len(word))
    )


class _Told:
    """Everything that the agent was told so far, latest first when it is searched: what is used was mostly just told."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._grouped: list[str] = []
        """The texts without what groups digits, as far as somebody asked."""
        self._known: set[str] = set()
        self._left_chars = limits.GROUNDING_CHARS_MAX
        self._left_to_look_through = limits.GROUNDING_LOOKED_THROUGH_MAX
        self._offers: set[int] = set()

    @property
    def full(self) -> bool:
        return self._left_chars <= 0 or self._left_to_look_through <= 0

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
        self._texts.append(text)

    def knows(self, value: str) -> bool:
        value = value.lower()
        if _EMAIL.fullmatch(value):
            return self._has(value)
        words = [word for word in _WORD.findall(value) if len(word) >= _WORD_CHARS_MIN]
        return all(any(map(self._has, _spellings(word))) for word in words)

    def _has(self, word: str) -> bool:
        if word in self._known:
            return True
        found = self._stands_in(self._texts, word) or self._has_grouped(word)
        if found:
            self._known.add(word)
        return found

    def _has_grouped(self, word: str) -> bool:
        """Whether the word stands there in groups: `4111 1111 1111 1111`, `+49 170 1234567`, `W-5918442`."""
        for text in self._texts[len(self._grouped) :]:
            self._grouped.append(text.translate(_SEPARATORS))
        return self._stands_in(self._grouped, word)

    def _stands_in(self, texts: Sequence[str], word: str) -> bool:
        for text in reversed(texts):
            self._left_to_look_through -= len(text)
            if word in text:
                return True
        return False


def _spellings(word: str) -> Iterator[str]:
    """`order_048213` is also `048213`, `48213` and `48,213`."""
    yield word
    for piece in word.split("_"):
        if any(map(str.isdigit, piece)) and len(piece) >= _WORD_CHARS_MIN:
            yield piece
        if piece.isdecimal() and len(piece) >= _WORD_CHARS_MIN:
            number = piece.lstrip("0")
            if len(number) >= _WORD_CHARS_MIN:
                yield number
                yield from (f"{int(number):,}".replace(",", mark) for mark in ",.' ")


RULE = Rule("R008", "ungrounded-identifier", Severity.HINT, since="0.1", check=check)
