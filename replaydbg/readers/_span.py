"""What every reader of spans hands to the dialects, and what it gets back: facts for columns, bodies for steps."""

from __future__ import annotations

import ast
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar, cast

import msgspec

from replaydbg.core.message import Json, Message, ToolCall
from replaydbg.core.step import Kind, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _salvage
from replaydbg.readers._attributes import Attributes
from replaydbg.readers._histories import Histories
from replaydbg.readers._lazy import lazy

_DOCUMENT_BYTES = 4 << 10
"""About what a span takes that has no text of its own."""

_LITERAL_CHARS_MAX = 100_000
"""Longer Python literals stay text: reading one takes a hundred times its size in memory."""


class Facts(NamedTuple):
    """What the columns want to know of a span, and what many spans of a trace share."""

    kind: Kind = Kind.OPAQUE
    name: str = ""
    agent: str = ""
    model: str = ""
    failed: bool = False
    """Where an attribute says so, which the span's own status need not."""


class Counts(NamedTuple):
    """Where tokens and cost of a model call stand. On spans of other kinds they are sums, and are not counted."""

    input_tokens: tuple[str, ...]
    output_tokens: tuple[str, ...]
    cost_usd: str
    folded: tuple[str, ...] = ()
    """Attributes that hold several counts as JSON text,"""
    unfold: Callable[[Mapping[str, Json]], Mapping[str, Json]] | None = None
    """and what adds those counts under names of their own."""

    @property
    def keys(self) -> tuple[str, ...]:
        return (*self.input_tokens, *self.output_tokens, self.cost_usd, *self.folded)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened during the span. `fields` is the body of a log record, or an event's attributes."""

    name: str
    fields: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Span:
    """One span, decoded as far as its envelope goes."""

    name: str
    attributes: Attributes
    status_message: str = ""
    events: Sequence[Event] = ()
    raw: Json | memoryview = None
    """As its format wrote it, or the text of that."""

    @property
    def document(self) -> Json:
        return _salvage.value(self.raw) if isinstance(self.raw, memoryview) else self.raw

    def joined(self, attributes: Mapping[str, Json], events: Sequence[Event], records: list[Json]) -> Span:
        """With what log records say of it; where both say something the span is right."""
        document = self.document
        raw = {**document, "logRecords": records} if isinstance(document, dict) else records
        merged = Attributes({**attributes, **self.attributes.undecoded})
        return Span(self.name, merged, self.status_message, [*self.events, *events], raw)


_Made = TypeVar("_Made")


class Repeats:
    """What was made of attributes that every request of an agent repeats, such as the tools that it offers."""

    KEPT_MAX, BYTES_MAX = 64, 256 << 10

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, bytes], tuple[Any]] = OrderedDict()

    def made(self, attributes: Attributes, key: str, read: Callable[[Json], _Made]) -> _Made:
        """See `SpanBody.repeated`."""
        raw = attributes.undecoded[key]
        if not isinstance(raw, msgspec.Raw) or len(memoryview(raw)) > self.BYTES_MAX:
            return read(attributes.json(key))
        name = key, bytes(raw)
        known = self._kept.get(name)
        if known is not None:
            return cast("_Made", known[0])
        made = read(attributes.json(key))
        self._kept[name] = (made,)
        if len(self._kept) > self.KEPT_MAX:
            self._kept.popitem(last=False)
        return made


class SpanBody:
    """A span that no dialect knows: its error and its raw form. Dialects override what they can tell."""

    histories: Histories | None = None
    repeats: Repeats | None = None
    """Both shared by the bodies of one file (`_assembly`)."""

    def __init__(self, span: Span) -> None:
        self.span = span
        self.attributes = span.attributes

    def repeated(self, key: str, read: Callable[[Json], _Made]) -> _Made:
        """What `read` makes of an attribute's JSON: once for all spans that say the same there."""
        if self.repeats is None:
            return read(self.attributes.json(key))
        return self.repeats.made(self.attributes, key, read)

    @property
    def weight(self) -> int | None:
        """The bytes of its text: what a trace may keep of bodies is bounded."""
        raw = self.span.raw
        return len(raw) if isinstance(raw, memoryview) else _DOCUMENT_BYTES

    @lazy
    def messages(self) -> tuple[Message, ...] | None:
        return None

    @lazy
    def output(self) -> Message | None:
        return None

    @lazy
    def tools(self) -> tuple[ToolSpec, ...] | None:
        return None

    @lazy
    def params(self) -> Mapping[str, Json]:
        return {}

    @lazy
    def call(self) -> ToolCall | None:
        return None

    @lazy
    def has_result(self) -> bool:
        return False

    @lazy
    def result(self) -> Json:
        return None

    @lazy
    def input(self) -> Json:
        return None

    @lazy
    def output_value(self) -> Json:
        return None

    @lazy
    def error(self) -> str:
        """The status message, else the exception that was recorded as an event, else the type of the error."""
        if self.span.status_message:
            return self.span.status_message
        for event in reversed(self.span.events):
            if event.name == "exception":
                words = (event.fields.get("exception.type"), event.fields.get("exception.message"))
                return ": ".join(word for word in words if isinstance(word, str) and word)
        return self.attributes.text("exception.message", "error.message", "error.type")

    @lazy
    def usage(self) -> Usage:
        return Usage()

    @lazy
    def response_model(self) -> str:
        return ""

    @lazy
    def provider(self) -> str:
        return ""

    @property
    def raw(self) -> Json:
        return self.span.document


def is_glue(name: str) -> bool:
    """Whether a framework made this span for its own plumbing, though it says *agent*: LangChain and OpenAI Agents do."""
    return (
        name.startswith(("Runnable", "ChatPromptTemplate"))
        or name.lower() == "agent workflow"
        or "Parser" in name
    )


def merged(messages: Sequence[Message]) -> Message | None:
    """One reply out of what some recorders write as one message for each output item."""
    if len(messages) < 2:
        return messages[0] if messages else None
    parts = tuple(part for message in messages for part in message.parts)
    finish = next((message.finish_reason for message in reversed(messages) if message.finish_reason), "")
    return Message(messages[0].role, parts, messages[0].name, finish)


def python_literal(text: str) -> Json | None:
    """The value of a Python literal, as LangChain records arguments; None where the text is none."""
    if not text.lstrip().startswith(("{", "[")) or len(text) > _LITERAL_CHARS_MAX:
        return None
    try:
        return as_json(ast.literal_eval(text))
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None


def as_json(value: object) -> Json:
    """Tuples become lists, keys text, what JSON has no word for its `repr`."""
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    return value if value is None or isinstance(value, (str, int, float)) else repr(value)
