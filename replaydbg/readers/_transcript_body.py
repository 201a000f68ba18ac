"""The bodies of steps that were told as conversations (`_transcript`): decoded from their place when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from replaydbg.core.history import HEAVY_BYTES_MIN, Conversation, History, size_of_bytes
from replaydbg.core.message import Json, Message, Role, ToolCall, ToolResponse
from replaydbg.core.step import Body, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._lazy import lazy
from replaydbg.wire import genai, loose

NOTHING = Facts()
UNHEARD = "messages without a reply"
"""The name of the step that shows what nobody answered."""


def _is_message(entry: Any) -> Message:
    raise TypeError(f"a handle ({type(entry).__name__}), but no way to decode it")


def _no_facts(origin: Any) -> Facts:
    del origin
    return NOTHING


def _no_raw(origin: Any) -> Json:
    return origin


class Decoders(NamedTuple):
    """What makes values of a reader's handles, each called when somebody looks at a step."""

    message: Callable[[Any], Message] = _is_message
    """A message out of an entry."""
    facts: Callable[[Any], Facts] = _no_facts
    """Tools, parameters, usage of a reply out of its `origin`."""
    raw: Callable[[Any], Json] = _no_raw
    """The step as its format wrote it, out of its `origin`."""
    size: Callable[[Any], int] = size_of_bytes
    """Bytes of an entry's text: what is kept decoded is bounded."""
    room: Callable[[Any], int] | None = None
    """Not less than that, and quick; where there is one, bodies of steps are kept, and with them what is decoded of entries."""
    usage: Callable[[Any], Usage] | None = None
    """Tokens of a reply out of its `origin`, where they take longer to find than the other facts."""
    written: Callable[[Any], Iterable[memoryview]] | None = None
    """The bytes that an entry was written in, as `Trace.written` has them."""
    all_written: Callable[[Sequence[Any]], Sequence[memoryview]] | None = None
    """The same for many entries, as `Trace.all_written`."""

    def conversation(self, before: Conversation | None = None, kept: int = 0) -> Conversation:
        return Conversation(self.message, before, kept, self.size)


PLAIN = Decoders()
"""For readers whose entries are messages."""


class Place(NamedTuple):
    """Where a step's body stands: the handle of its row."""

    conversation: Conversation
    place: int
    """Of the reply, or of the message that the response is part of; -1 for a call that no reply is recorded of."""
    part: int
    """Of the response among the responses of its message; -1 for a model call."""
    asked: tuple[int, int] | None
    """The call that the response answers: the place of its reply, and its number there."""
    length: int
    """Messages of the prompt."""
    facts: Facts | None
    origin: Any


_TOLD_BYTES_MAX = 8 << 20
"""So much of what was said is written out together for a search."""


class Bodies:
    """Makes the bodies of a transcript's steps, whose handles are `Place`s, or bodies that a reader made itself."""

    def __init__(self, decoders: Decoders) -> None:
        self._decoders = decoders

    def __call__(self, handle: Any) -> Body:
        return TranscriptBody(handle, self._decoders) if isinstance(handle, Place) else handle

    def all_written(self, handles: list[Any]) -> tuple[list[bytes], Sequence[int]]:
        """What is in memory is written out together, which is many times as fast as asking each step what it says.

        See `Trace.all_written`. Entries that are no messages are asked about one by one, as is what is left when so
        much was written that it would fill the memory.
        """
        decoders, pieces, others, room = self._decoders, list[bytes](), list[int](), _TOLD_BYTES_MAX
        if decoders.message is not _is_message or decoders.facts is not _no_facts:
            return [], range(len(handles))
        begun: dict[int, int] = {}
        for start in range(0, len(handles), _PLACES_AT_ONCE):
            some = range(start, min(start + _PLACES_AT_ONCE, len(handles)))
            places = [handles[at] for at in some if type(handles[at]) is Place]
            written = _written_out(places, begun) if room > 0 else None
            if written is None:
                others += some
                continue
            pieces.append(written)
            room -= len(written)
            if len(places) < len(some):
                others += [at for at in some if type(handles[at]) is not Place]
        return pieces, others


_PLACES_AT_ONCE = 64
_OWN_BYTES = 400
"""What a body takes beside the message that it shows."""


def _written_out(places: Sequence[Place], begun: dict[int, int]) -> bytes | None:
    """All that the steps say that stand there, as JSON; None where that has no way to say it. A prompt is new as a whole
    as long as nobody answered in it: `begun` notes where that was first.
    """
    new: dict[tuple[int, int], Message] = {}
    errors = []
    for conversation, place, part, asked, length, facts, _ in places:
        own = id(conversation)
        if place >= 0:
            new[own, place] = conversation[place]
        if asked is not None:
            new[own, asked[0]] = conversation[asked[0]]
        if part < 0 and length:
            last = length - 1
            new[own, last] = conversation[last]
            first = begun.get(own)
            if first is None:
                first = begun[own] = _first_reply(conversation)
            if last < first:
                new |= {(own, at): conversation[at] for at in range(last)}
        if facts is not None and facts.error:
            errors.append(facts.error)
    try:
        return orjson.dumps([errors, list(new.values())])
    except (TypeError, ValueError):  # numbers of any size, halves of characters
        return None


def _first_reply(conversation: Conversation) -> int:
    places = range(len(conversation))
    return next((at for at in places if conversation[at].role is Role.ASSISTANT), len(places))


class TranscriptBody:
    """The `Body` of a reply or of a tool response."""

    __slots__ = ("_answer", "_at", "_decoders", "_prompt", "_said", "_told")

    def __init__(self, at: Place, decoders: Decoders) -> None:
        self._at = at
        self._decoders = decoders
        self._told = at.facts
        self._answer: ToolResponse | None = None
        self._said: Message | None = None
        self._prompt: History | None = None

    @property
    def weight(self) -> int | None:
        """Mostly its conversation keeps the same message."""
        at, room = self._at, self._decoders.room
        bytes_max = room(at.origin) if room is not None and at.origin is not None else HEAVY_BYTES_MIN
        return bytes_max + _OWN_BYTES if bytes_max < HEAVY_BYTES_MIN else None

    @property
    def _facts(self) -> Facts:
        if self._told is None:
            self._told = self._decoders.facts(self._at.origin) if self._at.origin is not None else NOTHING
        return self._told

    @property
    def _response(self) -> ToolResponse | None:
        at = self._at
        if self._answer is None and at.part >= 0:
            number = at.part
            for part in at.conversation[at.place].parts:
                if isinstance(part, ToolResponse):
                    if not number:
                        self._answer = part
                        break
                    number -= 1
        return self._answer

    @property
    def messages(self) -> Sequence[Message] | None:
        if self._prompt is None and self._at.part < 0:
            self._prompt = History(self._at.conversation, self._at.length)
        return self._prompt

    @property
    def output(self) -> Message | None:
        at = self._at
        if self._said is None and at.part < 0 <= at.place:
            self._said = at.conversation[at.place]
        return self._said

    @property
    def tools(self) -> tuple[ToolSpec, ...] | None:
        return self._facts.tools if self._at.part < 0 else None

    @property
    def params(self) -> Mapping[str, Json]:
        return self._facts.params if self._at.part < 0 else {}

    @property
    def call(self) -> ToolCall | None:
        if self._at.part < 0:
            return None
        if self._at.asked is not None:
            place, number = self._at.asked
            for part in self._at.conversation[place].parts:
                if isinstance(part, ToolCall):
                    if not number:
                        return part
                    number -= 1
        response = self._response
        return ToolCall(response.id, response.name) if response is not None else None

    @property
    def has_result(self) -> bool:
        return self._response is not None

    @property
    def result(self) -> Json:
        response = self._response
        return response.result if response is not None else None

    @property
    def input(self) -> Json:
        return None

    @property
    def output_value(self) -> Json:
        return None

    @property
    def error(self) -> str:
        told = self._facts.error
        response = self._response
        if told or response is None or not response.is_error:
            return told
        if isinstance(response.result, list):
            texts = (loose.mapping(block).get("text") for block in response.result)
            return next((text for text in texts if isinstance(text, str)), "")
        return response.result if isinstance(response.result, str) else ""

    @property
    def usage(self) -> Usage:
        of_origin = self._decoders.usage
        if of_origin is None or self._at.origin is None or self._at.part >= 0:
            return self._facts.usage
        return of_origin(self._at.origin)

    @property
    def response_model(self) -> str:
        return self._facts.response_model

    @property
    def provider(self) -> str:
        return self._facts.provider

    @property
    def raw(self) -> Json:
        return None if self._at.origin is None else self._decoders.raw(self._at.origin)


def said_last(messages: Sequence[Message]) -> Json:
    """What stands behind the last reply and the last result of a tool, as documents; all where they are the last."""
    end = len(messages)
    shown = (at for at in range(end - 1, -1, -1) if _is_shown(messages[at]))
    first = next(shown, -1) + 1
    return genai.write_messages(messages[first if first < end else 0 :])


def _is_shown(message: Message) -> bool:
    return message.role is Role.ASSISTANT or bool(message.tool_responses)


class UnheardBody:
    """The `Body` of a talk that nobody answered: what was said last in it is the input of its step."""

    output: Message | None = None
    tools: tuple[ToolSpec, ...] | None = None
    params: Mapping[str, Json] = MappingProxyType({})
    call: ToolCall | None = None
    has_result = False
    result: Json = None
    output_value: Json = None
    error = ""
    usage = Usage()
    response_model = ""
    provider = ""
    raw: Json = None

    def __init__(self, messages: Sequence[Message]) -> None:
        self.messages: Sequence[Message] | None = messages

    @lazy
    def input(self) -> Json:
        return said_last(self.messages or ())
