"""OTLP's protobuf messages as documents of OTLP JSON. The only file that imports `opentelemetry-proto`.

`parts` walks the frames of a message and decodes nothing: a file is split into its spans, and what stands before a
place where it was cut off is kept. Messages that are asked for are decoded by the package.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

from replaydbg.core.message import Json
from replaydbg.errors import UnreadableInput

_MODULES = {
    "Span": "trace.v1.trace_pb2",
    "LogRecord": "logs.v1.logs_pb2",
    "ExportTraceServiceRequest": "collector.trace.v1.trace_service_pb2",
    "ExportTraceServiceResponse": "collector.trace.v1.trace_service_pb2",
    "ExportLogsServiceRequest": "collector.logs.v1.logs_service_pb2",
    "ExportLogsServiceResponse": "collector.logs.v1.logs_service_pb2",
}
_IDS = ("traceId", "spanId", "parentSpanId")
_VARINT, _EIGHT_BYTES, _LENGTH, _FOUR_BYTES = 0, 1, 2, 5
_VARINT_BYTES_MAX = 10

MISSING = "OTLP protobuf is read with the package opentelemetry-proto, which is not installed"


class Damaged(ValueError):
    """The bytes are no protobuf message from `offset` on."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"byte {offset}")
        self.offset = offset


@cache
def message(name: str) -> Any:
    """The class of a message. Raises UnreadableInput where the package is missing."""
    try:
        return getattr(import_module(f"opentelemetry.proto.{_MODULES[name]}"), name)
    except ImportError as error:
        raise UnreadableInput(MISSING, "pip install 'replaydbg[otlp]'") from error


def is_available() -> bool:
    try:
        message("Span")
    except UnreadableInput:
        return False
    return True


def decoded(name: str, raw: bytes | memoryview) -> Any:
    """The message. Raises ValueError where the bytes are none, UnreadableInput where the package is missing."""
    kind = message(name)
    problem = import_module("google.protobuf.message").DecodeError
    try:
        return kind.FromString(bytes(raw))
    except problem as error:
        raise ValueError(str(error)) from None


def document(found: Any) -> dict[str, Json]:
    """The message as OTLP JSON has it: ids in hexadecimal, enumerations as numbers, 64 bits as text."""
    converted = import_module("google.protobuf.json_format").MessageToDict(found, use_integers_for_enums=True)
    return _with_hexadecimal_ids(converted)  # type: ignore[no-any-return]


def _with_hexadecimal_ids(value: Json) -> Json:
    """Where messages hold messages; attributes are values, and are left alone."""
    if isinstance(value, list):
        for item in value:
            _with_hexadecimal_ids(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in _IDS and isinstance(inner, str):
                value[key] = base64.b64decode(inner).hex()
            elif key not in {"attributes", "body"}:
                _with_hexadecimal_ids(inner)
    return value


def any_value(found: Any) -> Json:
    """The JSON value of an `AnyValue` message."""
    kind = found.WhichOneof("value")
    if kind == "array_value":
        return [any_value(item) for item in found.array_value.values]
    if kind == "kvlist_value":
        return {pair.key: any_value(pair.value) for pair in found.kvlist_value.values}
    if kind == "bytes_value":
        return base64.b64encode(found.bytes_value).decode()
    return None if kind is None else getattr(found, kind)


def parts(raw: memoryview, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Number, start and end of each field of a message that holds text, bytes or a message. Raises Damaged."""
    at = start
    while at < end:
        key, after = varint(raw, at, end)
        kind, size = key & 7, 0
        if kind == _LENGTH:
            size, after = varint(raw, after, end)
        elif kind == _VARINT:
            _, after = varint(raw, after, end)
        elif kind in {_EIGHT_BYTES, _FOUR_BYTES}:
            size = 8 if kind == _EIGHT_BYTES else 4
        else:
            raise Damaged(at)
        if after + size > end or not key >> 3:
            if kind == _LENGTH and key >> 3 and after < end:
                yield key >> 3, after, end  # cut off: what is there may hold whole messages
            raise Damaged(at)
        if kind == _LENGTH:
            yield key >> 3, after, after + size
        at = after + size


def varint(raw: memoryview, at: int, end: int) -> tuple[int, int]:
    """A whole number and the offset after it. Raises Damaged."""
    value = 0
    for place in range(at, min(end, at + _VARINT_BYTES_MAX)):
        byte = raw[place]
        value |= (byte & 0x7F) << 7 * (place - at)
        if byte < 0x80:
            return value, place + 1
    raise Damaged(at)
