"""`replaydbg receive`: a receiver for what OpenTelemetry SDKs send."""

from __future__ import annotations

from typing import Annotated

import typer

from replaydbg.cli import report
from replaydbg.errors import EXIT_UNWRITTEN
from replaydbg.views.text import plural


def receive(
    output: Annotated[
        str,
        typer.Option("--output", "-o", metavar="FILE", help="Where it is written to; what is there is kept."),
    ] = "received.otlp.jsonl",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")
    ] = 4318,
    host: Annotated[
        str,
        typer.Option(
            "--host", metavar="ADDRESS", help="The address to listen on, other machines' too if it is theirs."
        ),
    ] = "127.0.0.1",
) -> int:
    """Receive OTLP over HTTP (protobuf and JSON) and write it to a trace file, one request a line, until Ctrl+C.

    Point the agent at it with OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 and look with `open FILE --follow`.
    """
    from replaydbg.actions import receive as action

    got = action.receive(host, port, output, report.say)
    refused = f"; {plural(got.refused, 'request')} refused" if got.refused else ""
    report.say(
        f"{plural(got.spans, 'span')} and {plural(got.log_records, 'log record')} "
        f"in {plural(got.requests, 'request')} written to {output}{refused}"
    )
    return EXIT_UNWRITTEN if got.unwritten else 0
