"""OTLP JSON as protobuf, by the parser of the OpenTelemetry project: what it takes, other people's programs take."""

from __future__ import annotations

import base64
import copy
from typing import Any

import pytest

from replaydbg.core.message import Json

_PACKAGE = "opentelemetry.proto.collector"
_IDS = ("traceId", "spanId", "parentSpanId")


def message(request: Json) -> Any:
    """The request as a message. Fails where OpenTelemetry's own parser refuses it."""
    json_format = pytest.importorskip("google.protobuf.json_format")
    traces = pytest.importorskip(f"{_PACKAGE}.trace.v1.trace_service_pb2").ExportTraceServiceRequest
    logs = pytest.importorskip(f"{_PACKAGE}.logs.v1.logs_service_pb2").ExportLogsServiceRequest
    kind = logs if "resourceLogs" in request else traces
    return json_format.ParseDict(_with_base64_ids(copy.deepcopy(request)), kind())


def protobuf(request: Json) -> bytes:
    return bytes(message(request).SerializeToString())


def _with_base64_ids(value: Json) -> Json:
    """Protobuf's JSON has bytes as base64, OTLP's has ids in hexadecimal."""
    if isinstance(value, list):
        return [_with_base64_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    for key, inner in value.items():
        if key in _IDS and isinstance(inner, str) and len(inner) in {16, 32}:
            value[key] = base64.b64encode(bytes.fromhex(inner)).decode()
        elif key != "attributes":
            value[key] = _with_base64_ids(inner)
    return value


def delimited(*messages: bytes) -> bytes:
    """Messages, each with its length as a varint before it."""
    return b"".join(_varint(len(each)) + each for each in messages)


def prefixed(*messages: bytes) -> bytes:
    """Messages, each with its length in four bytes before it, as the collector's file exporter writes."""
    return b"".join(len(each).to_bytes(4, "big") + each for each in messages)


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])
