"""OpenTelemetry for the recordings: a provider with a neutral resource, seeded ids, and the envelopes people have.

The resource is set explicitly and holds no host, process or path. Ids are seeded so that a new recording differs from
the old one in its times only.
"""

from __future__ import annotations

import base64
import gzip
import json
import random
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator

TRACES = Path(__file__).resolve().parents[2] / "traces"


class SeededIds(IdGenerator):
    """Trace and span ids from a seed."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def generate_span_id(self) -> int:
        return self._random.getrandbits(64) or 1

    def generate_trace_id(self) -> int:
        return self._random.getrandbits(128) or 1

    def is_trace_id_random(self) -> bool:
        return True


def provider(service: str) -> tuple[TracerProvider, InMemorySpanExporter]:
    """A tracer provider that keeps its spans in memory, in the order in which they ended."""
    resource = Resource(
        {"service.name": service, "service.version": "1.0.0", "telemetry.sdk.language": "python"}
    )
    tracers = TracerProvider(
        resource=resource,
        id_generator=SeededIds(service),
        span_limits=SpanLimits(max_span_attributes=100_000),
    )
    memory = InMemorySpanExporter()
    tracers.add_span_processor(SimpleSpanProcessor(memory))
    return tracers, memory


def otlp(spans: Sequence[ReadableSpan]) -> dict[str, Any]:
    """One OTLP/JSON export request: ids in hexadecimal, enums as numbers, as the specification has it."""
    request = MessageToDict(encode_spans(spans), use_integers_for_enums=True)
    for resource in request["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                for key in ("traceId", "spanId", "parentSpanId"):
                    if key in span:
                        span[key] = base64.b64decode(span[key]).hex()
                for link in span.get("links", ()):
                    for key in ("traceId", "spanId"):
                        link[key] = base64.b64decode(link[key]).hex()
    return request


def write_object(name: str, spans: Sequence[ReadableSpan]) -> Path:
    """Write spans as one OTLP/JSON object, as an OTLP/HTTP body."""
    return _write(name, dumps(otlp(spans)) + "\n")


def write_lines(name: str, spans: Sequence[ReadableSpan], batch: int) -> Path:
    """Write spans as the collector's file exporter does: a line per batch, so a trace is spread over lines."""
    batches = [spans[start : start + batch] for start in range(0, len(spans), batch)]
    return _write(name, "".join(dumps(otlp(part)) + "\n" for part in batches))


def write_console(name: str, spans: Sequence[ReadableSpan]) -> Path:
    """Write spans as the SDK's console exporter does: indented objects, one after the other."""
    return _write(name, "".join(span.to_json() + "\n" for span in spans))


def write_text(name: str, text: str) -> Path:
    """Write a log as it is."""
    return _write(name, text)


def dumps(value: object) -> str:
    """Compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _write(name: str, text: str) -> Path:
    """Write a sample, compressed when its name says so, without the paths of this machine."""
    clean = scrub(text)
    path = TRACES / name
    path.parent.mkdir(exist_ok=True)
    data = clean.encode()
    # No time in the gzip header: the same spans make the same file.
    path.write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)
    return path


def scrub(text: str) -> str:
    """Replace the paths of this machine, as they stand in stack traces, by neutral ones."""
    roots = {
        str(TRACES.parent): "/app",
        sys.prefix: "/venv",
        sys.base_prefix: "/usr",
        str(Path.home()): "/home/agent",
    }
    for root, neutral in sorted(roots.items(), key=lambda pair: -len(pair[0])):
        if len(root) > 4:  # never "/" or "/usr"
            text = text.replace(root, neutral)
    return re.sub(r"(127\.0\.0\.1|localhost):\d+", r"\1:8080", text)
