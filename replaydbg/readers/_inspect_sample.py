"""One sample of an Inspect log, split into its events but not decoded."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import msgspec

from replaydbg.core.message import Json
from replaydbg.readers import _salvage
from replaydbg.wire import loose

_NONE = msgspec.Raw(b"null")
_REFERENCE = "attachment://"
_DEPTH_MAX = 200


class _Transcript(msgspec.Struct):
    """Logs of 2024 keep events and their attachments here."""

    events: msgspec.Raw = _NONE
    content: msgspec.Raw = _NONE


class _Pools(msgspec.Struct):
    """What model events of current logs refer to."""

    messages: msgspec.Raw = _NONE


class Fields(msgspec.Struct):
    """Fields of a sample, decoded as far as every step needs them."""

    id: Any = None
    epoch: Any = None
    error: Any = None
    limit: Any = None
    started_at: Any = None
    completed_at: Any = None
    input: msgspec.Raw = _NONE
    target: msgspec.Raw = _NONE
    messages: msgspec.Raw = _NONE
    scores: msgspec.Raw = _NONE
    attachments: msgspec.Raw = _NONE
    message_pool: msgspec.Raw = _NONE
    events_data: msgspec.Raw = _NONE
    events: list[msgspec.Raw] | None = None
    transcript: msgspec.Raw = _NONE


_FIELDS = msgspec.json.Decoder(Fields)
_TRANSCRIPT = msgspec.json.Decoder(_Transcript)
_POOLS = msgspec.json.Decoder(_Pools)
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])


class Sample:
    """A sample and what its events refer to."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields

    @cached_property
    def events(self) -> list[msgspec.Raw]:
        return self.fields.events or items(_part(self.fields.transcript, _TRANSCRIPT).events)

    @cached_property
    def _attachments(self) -> dict[str, Json]:
        found = value_of(self.fields.attachments)
        return loose.mapping(found or value_of(_part(self.fields.transcript, _TRANSCRIPT).content))

    @cached_property
    def _pool(self) -> list[msgspec.Raw]:
        return items(_part(self.fields.events_data, _POOLS).messages) or items(self.fields.message_pool)

    @property
    def pools(self) -> tuple[msgspec.Raw, msgspec.Raw]:
        """Where the messages stand that model events refer to, as they were written."""
        return self.fields.events_data, self.fields.message_pool

    def event(self, path: tuple[int, ...]) -> dict[str, Json]:
        """The event at this place, whole; the second number is a place among the events inside the first one."""
        value = value_of(self.events[path[0]]) if path[0] < len(self.events) else None
        for at in path[1:]:
            inner = loose.sequence(loose.mapping(value).get("events"))
            value = inner[at] if at < len(inner) else None
        return loose.mapping(self.resolved(value))

    def resolved(self, value: Json) -> Json:
        """The value with the texts that it refers to in their place."""
        return _resolved(value, self._attachments) if self._attachments else value

    def pooled(self, ranges: Json) -> list[Json]:
        """Messages of the pool that the ranges [from, to) name, in their order."""
        found: list[Json] = []
        for pair in loose.sequence(ranges):
            if isinstance(pair, list) and len(pair) == 2 and all(isinstance(end, int) for end in pair):
                found += map(value_of, self._pool[max(pair[0], 0) : max(pair[1], 0)])
        return loose.sequence(self.resolved(found))


def opened(text: bytes | memoryview) -> Sample:
    """The sample that the text is, also where the text is damaged. Raises ValueError."""
    try:
        return Sample(_FIELDS.decode(text))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        value = loose.mapping(plain(text))
    if not isinstance(value.get("events"), list):
        value.pop("events", None)
    try:
        return Sample(_FIELDS.decode(loose.encoded(value)))
    except msgspec.DecodeError as error:
        raise ValueError(f"{error}") from error


def plain(text: bytes | memoryview) -> Json:
    """The value of JSON text with what Python's writers put into it (NaN), or its whole beginning. Raises ValueError."""
    try:
        return _salvage.loads(text)
    except ValueError:
        value = _salvage.repaired(text)
        if value is None:
            raise
        return value


def items(raw: msgspec.Raw) -> list[msgspec.Raw]:
    """The items of an array, undecoded; of anything else none."""
    try:
        return _ITEMS.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []


def value_of(raw: msgspec.Raw) -> Json:
    try:
        return _salvage.loads(memoryview(raw))
    except ValueError:
        return None


def _part(raw: msgspec.Raw, shape: msgspec.json.Decoder[Any]) -> Any:
    try:
        return shape.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return shape.decode(b"{}")


def _resolved(value: Json, attachments: dict[str, Json], depth: int = 0) -> Json:
    if isinstance(value, str):
        if value.startswith(_REFERENCE):
            return attachments.get(value.removeprefix(_REFERENCE), value)
        return value
    if depth > _DEPTH_MAX:
        return value
    if isinstance(value, dict):
        return {key: _resolved(item, attachments, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item, attachments, depth + 1) for item in value]
    return value
