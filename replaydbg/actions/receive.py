"""Receive what OpenTelemetry SDKs send, into a trace file, until the person stops it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from replaydbg.drivers import receiver
from replaydbg.wire import otlp


@dataclass(frozen=True, slots=True)
class Received:
    """What came in while the receiver ran."""

    requests: int
    spans: int
    log_records: int
    refused: int
    unwritten: int
    """Of these such as the disk would not take."""


def receive(host: str, port: int, path: str, tell: Callable[[str], None]) -> Received:
    """Returns when the process is interrupted. `tell` gets what the person should know. Raises UsageProblem."""
    bound = receiver.listener(host, port)
    try:
        file = receiver.TraceFile(path)
    except BaseException:
        bound.close()
        raise
    try:
        address = _address(*bound.getsockname()[:2])
        tell(f"receiving OTLP on {address}, writing to {path}; Ctrl+C ends it")
        tell(
            f"where the agent runs: OTEL_EXPORTER_OTLP_ENDPOINT={address} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"
        )
        tell(f"to look while it runs: replaydbg open {path} --follow")
        if not receiver.is_loopback(bound):
            tell(f"every machine that can reach {address} can write to {path}")
        if not otlp.is_available():
            tell(f"JSON only: {otlp.MISSING}; pip install 'replaydbg[otlp]'")
        server = receiver.Receiver(file, tell)
        receiver.serve(server, bound)
    finally:
        file.close()
        bound.close()
    counts = server.counts
    return Received(counts.requests, counts.spans, counts.log_records, counts.refused, counts.unwritten)


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
