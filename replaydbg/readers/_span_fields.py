"""The fields of a span in every spelling: OTLP in both cases, the SDKs' own dumps, Phoenix's REST API."""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from replaydbg.core.columns import KIND_NUMBER, NOT_RECORDED, STATUS_NUMBER
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.core.step import Kind, Status
from replaydbg.readers import _dialects
from replaydbg.readers._assembly import Assembly, Known, known
from replaydbg.readers._attributes import Attributes, keyed, whole
from replaydbg.readers._dialect_native import PARENT_ID, STEP_ID, TRACE_ID
from replaydbg.readers._span import Event, Facts, Span

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_NS = (1 << 63) - 1
_FRACTION = re.compile(r"\.(\d+)")
_UNSET, _OK, _ERROR = (STATUS_NUMBER[status] for status in (Status.UNSET, Status.OK, Status.ERROR))
_STATUS = {1: _OK, 2: _ERROR, "OK": _OK, "ERROR": _ERROR, "STATUS_CODE_OK": _OK, "STATUS_CODE_ERROR": _ERROR}


def identity(value: Json, digits: int) -> str:
    """An id as `digits` lower-case hex digits where it is one (also base64, also `0x...`); zeros mean none."""
    if not isinstance(value, str):
        return "" if value is None else str(value)[:64]
    if value[:2] == "0x":
        return identity(value[2:].rjust(digits, "0"), digits)
    if len(value) == digits:
        return value.lower() if value.strip("0") else ""
    if len(value) == -(-digits // 6) * 4 and value.endswith("="):  # protobuf's JSON writes bytes as base64
        try:
            plain = binascii.a2b_base64(value, strict_mode=True).hex()
        except ValueError:
            return value
        return plain if plain.strip("0") else ""
    return value


def span_id(value: Json) -> str:
    if type(value) is str and len(value) == 16 and value[0] != "0" and value.islower():
        return value  # nearly all; what follows is for the others
    return _short_identity(value, 16)


def trace_id(value: Json) -> str:
    return _short_identity(value, 32)


_remembered = lru_cache(maxsize=1024)(identity)
"""Traces and parents are named again and again."""
_ID_LENGTH_MAX = 40
"""Longer ones are none of OpenTelemetry's, and are not remembered."""


def _short_identity(value: Json, digits: int) -> str:
    is_short = type(value) is str and len(value) <= _ID_LENGTH_MAX
    return _remembered(value, digits) if is_short else identity(value, digits)


def nanoseconds(value: Json) -> int:
    """Unix nanoseconds out of a number, digits, ISO 8601, or `[seconds, nanoseconds]`; 0 means not recorded."""
    if type(value) is int and 0 < value <= LAST_NS:
        return value
    if type(value) is str and 0 < len(value) < 20 and value.isdecimal():
        return min(int(value), LAST_NS) or NOT_RECORDED
    if isinstance(value, (list, tuple)) and len(value) == 2:
        seconds, rest = whole(value[0]), whole(value[1])
        count = None if seconds is None or rest is None else seconds * 10**9 + rest
    elif isinstance(value, str) and not value.isdecimal():
        count = _iso(value)
    else:
        count = whole(value)
    return count if count is not None and 0 < count <= LAST_NS else NOT_RECORDED


def _iso(text: str) -> int | None:
    """To the nanosecond: `datetime` alone would round to microseconds."""
    fraction = _FRACTION.search(text)
    try:
        moment = datetime.fromisoformat(_FRACTION.sub("", text))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    digits = fraction[1][:9].ljust(9, "0") if fraction else "0"
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 10**9 + int(digits)


def status(value: Json) -> int:
    """The status's number in the columns, out of `{code: 2}`, `{code: "STATUS_CODE_ERROR"}`, `{status_code: "ERROR"}`, or the bare word."""
    if not value:
        return _UNSET
    if isinstance(value, dict):
        code = value.get("code")
        value = value.get("status_code", value.get("statusCode")) if code is None else code
    if isinstance(value, str) and value not in _STATUS:
        value = int(value) if value.isdecimal() else value.rpartition("_")[2].upper()
    return _STATUS.get(value, _UNSET) if isinstance(value, (int, str)) else _UNSET


def status_message(value: Json) -> str:
    """What the state of a span says in words."""
    message = value.get("message", value.get("description")) if isinstance(value, dict) else None
    return message if isinstance(message, str) else ""


def _get(document: Mapping[str, Json], *keys: str) -> Json:
    return next((document[key] for key in keys if document.get(key) is not None), None)


def attributes(value: Json) -> Attributes:
    """OTLP's list of pairs, or a plain mapping (Phoenix nests it: `{"llm": {...}}` stays as it is)."""
    if isinstance(value, dict):
        return Attributes({key: item for key, item in value.items() if isinstance(key, str)})
    return Attributes(keyed(value))


def _event(value: Json) -> Event | None:
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return None
    return Event(value["name"], attributes(value.get("attributes")))


def span(
    document: Mapping[str, Json],
    undecoded: Mapping[str, Json] | None = None,
    text: memoryview | None = None,
) -> Span:
    """A span of its document; or of what is known of it, with its attributes undecoded and its whole text."""
    events = document.get("events")
    told = [_event(item) for item in events] if isinstance(events, list) else ()
    name, state = document.get("name"), document.get("status")
    message = state and status_message(state)
    if not message and not document.keys().isdisjoint(_MESSAGES):
        message = _get(document, *_MESSAGES)
    found = attributes(document.get("attributes")) if undecoded is None else Attributes(undecoded)
    return Span(
        name if isinstance(name, str) else "",
        _with_span_kind(found, document) if "span_kind" in document else found,
        message if isinstance(message, str) else "",
        [event for event in told if event is not None],
        document if text is None else text,
    )


_MESSAGES = ("status_message", "statusMessage")


def _with_span_kind(found: Attributes, document: Mapping[str, Json]) -> Attributes:
    """Phoenix's REST API takes the kind out of the attributes."""
    kind = document.get("span_kind")
    mark = "openinference.span.kind"
    return Attributes({**found, mark: kind}) if isinstance(kind, str) and mark not in found else found


def add_document(
    assembly: Assembly, document: Mapping[str, Json], handle: object, damaged: str | None = None
) -> bool:
    """Add the row of a span in any spelling. False where it has no id, and so is no span.

    A span of which only the beginning was read (`damaged` is its place) is shown as opaque, with a notice.
    """
    context = _get(document, "context", "spanContext")
    context = context if isinstance(context, dict) else document
    id_ = span_id(_get(context, "spanId", "span_id"))
    if not id_:
        return False
    found = span(document)
    wanted = {key: found.attributes[key] for key in _dialects.WANTED if key in found.attributes}
    parent = _get(document, "parentSpanId", "parent_span_id", "parent_id")
    above = document.get("parentSpanContext")
    if parent is None and isinstance(above, dict):
        parent = above.get("spanId")
    know = known(wanted, found.name)
    if damaged is not None:
        facts = Facts(Kind.OPAQUE, know.facts.name or "damaged span", know.facts.agent)
        know = Known(KIND_NUMBER[Kind.OPAQUE], facts)
        assembly.notices.append(Notice(damaged, f"span {id_} is damaged: only its beginning was read"))
    assembly.add(
        found.attributes.text(TRACE_ID) or trace_id(_get(context, "traceId", "trace_id")),
        found.attributes.text(STEP_ID) or id_,
        found.attributes.text(PARENT_ID) or span_id(parent),
        know,
        nanoseconds(_get(document, "startTimeUnixNano", "start_time_unix_nano", "startTime", "start_time")),
        nanoseconds(_get(document, "endTimeUnixNano", "end_time_unix_nano", "endTime", "end_time")),
        status(_get(document, "status", "status_code")),
        found.attributes,
        handle,
    )
    return True
