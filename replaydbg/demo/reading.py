"""What the stand-in can make out of a Chat Completions request: who said what, and what the tools answered.

Nothing here decides anything; `model` holds the rules.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

REGION_WORDS: Mapping[str, tuple[str, ...]] = {
    "Europe": ("europe", "germany", "berlin", "france", "paris", "spain", "italy", "netherlands"),
    "United States": ("united states", "usa", "texas", "chicago", "new york", "california"),
    "Asia-Pacific": ("asia", "japan", "tokyo", "australia", "sydney", "singapore", "india"),
}
"""Words of a customer that give a region away, by the name the stand-in has for the region."""

REGION_CODES: Mapping[str, str] = {"Europe": "EU", "United States": "US", "Asia-Pacific": "APAC"}
"""What the order system calls the regions. The stand-in uses a code only after it has read it somewhere."""

_WORD = re.compile(r"\w+|[^\w\s]")
_ORDER_ID = re.compile(r"\bORD-\d+\b")
_ORDER_NUMBER = re.compile(r"\b\d{4,6}\b")
_ID_WIDTHS = (
    re.compile(r"ORD-(?:\[0-9\]|\\+d)\{(\d)\}"),  # a pattern: ORD-[0-9]{6} or ORD-\d{6}
    re.compile(r"ORD-.{0,80}?\b(\d|four|five|six|seven|eight) digits", re.DOTALL),
)
_NUMBER_WORDS = {"four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_BUDGET = re.compile(r"at most (\d+) tool calls", re.IGNORECASE)
_TODAY = re.compile(r"\bToday is (\d{4}-\d{2}-\d{2})")

TOOL_CALLS_MAX = 10
"""Tool calls after which the stand-in gives up, unless the system prompt names another bound."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One tool response, together with the call it answers."""

    tool: str
    text: str
    value: Any
    """The text as JSON, or the text itself where it is not JSON."""

    def field(self, name: str) -> Any:
        """The named field of a JSON object; None for anything else."""
        return self.value.get(name) if isinstance(self.value, dict) else None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A request, read."""

    instructions: str
    user: str
    descriptions: str
    """The prose of the offered tools. The stand-in does not read their JSON Schemas: that is its flaw."""
    answers: tuple[Answer, ...]
    offered: frozenset[str]

    def taught(self) -> str:
        """All the text from which the stand-in is willing to learn how a value is written."""
        return "\n".join([self.instructions, self.descriptions, *(answer.text for answer in self.answers)])

    def of(self, tool: str) -> list[Answer]:
        """The answers of one tool, in order."""
        return [answer for answer in self.answers if answer.tool == tool]

    def tool_calls_max(self) -> int:
        """The bound on tool calls in force."""
        named = _BUDGET.search(self.instructions)
        return int(named[1]) if named else TOOL_CALLS_MAX

    def today(self) -> str | None:
        """The date in the system prompt, as ISO text."""
        named = _TODAY.search(self.instructions)
        return named[1] if named else None

    def order_id(self) -> int | str | None:
        """The order the customer means, written as well as the stand-in knows how: an integer until it is taught."""
        written = _ORDER_ID.search(self.user)
        if written:
            return written[0]
        number = _ORDER_NUMBER.search(self.user)
        if number is None:
            return None
        taught = self.taught()
        if "ORD-" not in taught:
            return int(number[0])
        return f"ORD-{int(number[0]):0{_id_width(taught)}d}"

    def region_name(self) -> str | None:
        """The region the customer writes from, by its everyday name."""
        heard = self.user.lower()
        for name, words in REGION_WORDS.items():
            if any(re.search(rf"\b{word}\b", heard) for word in words):
                return name
        return None

    def region(self) -> str | None:
        """The region as the stand-in would send it: the everyday name until it has read the code."""
        for code in REGION_CODES.values():
            if re.search(rf"\b{code}\b", self.user):
                return code
        name = self.region_name()
        if name is None:
            return None
        code = REGION_CODES[name]
        return code if re.search(rf"\b{code}\b", self.taught()) else name


def read(request: Mapping[str, Any]) -> Conversation:
    """Read a Chat Completions request body.

    Raises:
        ValueError: the request has no list of messages.
    """
    messages = request.get("messages")
    if not isinstance(messages, list):
        raise ValueError("a Chat Completions request needs a list of messages")  # noqa: TRY004 - data, not a type error of the caller
    functions = [tool.get("function", tool) for tool in request.get("tools") or [] if isinstance(tool, dict)]
    return Conversation(
        instructions="\n".join(_texts(messages, {"system", "developer"})),
        user="\n".join(_texts(messages, {"user"})),
        descriptions="\n".join(str(function.get("description", "")) for function in functions),
        answers=tuple(_answers(messages)),
        offered=frozenset(str(function.get("name")) for function in functions),
    )


def essence(request: Mapping[str, Any]) -> list[Any]:
    """What was said, without ids and without the white space of JSON: equal conversations have equal essences."""
    return [
        [
            message.get("role"),
            _value(_text(message.get("content"))),
            [
                [call.get("function", {}).get("name"), _value(str(call.get("function", {}).get("arguments")))]
                for call in message.get("tool_calls") or []
            ],
        ]
        for message in request["messages"]
        if isinstance(message, dict)
    ]


def count_words(value: object) -> int:
    """The stand-in's tokens: words and punctuation marks of a text, or of a value written as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return len(_WORD.findall(text))


def _id_width(taught: str) -> int:
    """Digits of an order id as the text tells it, by an example, a pattern or in words; 0 when it does not."""
    example = _ORDER_ID.search(taught)
    if example:
        return len(example[0]) - len("ORD-")
    for pattern in _ID_WIDTHS:
        named = pattern.search(taught)
        if named:
            return _NUMBER_WORDS.get(named[1]) or int(named[1])
    return 0


def _texts(messages: Iterable[Any], roles: set[str]) -> list[str]:
    return [_text(message.get("content")) for message in messages if _role(message) in roles]


def _role(message: Any) -> str | None:
    return message.get("role") if isinstance(message, dict) else None


def _text(content: Any) -> str:
    """The text of a message's content: a string, or a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return ""


def _answers(messages: Iterable[Any]) -> Iterable[Answer]:
    """Pair tool responses with the nearest earlier call of their id: ids may be used again later in a conversation."""
    waiting: list[tuple[str, str]] = []
    for message in messages:
        if _role(message) == "assistant":
            calls = message.get("tool_calls") or []
            waiting += [(str(call.get("id")), str(call.get("function", {}).get("name"))) for call in calls]
        elif _role(message) == "tool":
            text = _text(message.get("content"))
            mine = [pair for pair in waiting if pair[0] == message.get("tool_call_id")]
            if mine:
                waiting.remove(mine[-1])
            yield Answer(mine[-1][1] if mine else "", text, _value(text))


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
