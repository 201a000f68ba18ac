"""`replaydbg receive` as a process of its own, and agents with real instrumentations that send to it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_AGENT = """
import sys
import openai
from {package} import OpenAIInstrumentor
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

traces, logs = TracerProvider(), LoggerProvider()
traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
OpenAIInstrumentor({options}).instrument(tracer_provider=traces, logger_provider=logs)
client = openai.OpenAI(base_url=sys.argv[1], api_key="none")
with traces.get_tracer("agent").start_as_current_span("agent run"):
    client.chat.completions.create(
        model="m",
        messages=[{{"role": "user", "content": "hi"}}],
        tools=[{{"type": "function", "function": {{"name": "find", "parameters": {{"type": "object"}}}}}}],
    )
traces.shutdown()
logs.shutdown()
"""


@dataclass
class Receiving:
    """`url` is where it listens; `said` what it said on standard error, whole once it has been stopped."""

    url: str
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def stop(self, by: signal.Signals = signal.SIGINT) -> int:
        """Interrupt it, as Ctrl+C does, or otherwise. Returns its exit code."""
        self.process.send_signal(by)
        _, rest = self.process.communicate(timeout=30)
        self.said += rest.splitlines()
        return self.process.returncode


@contextmanager
def receiving(path: Path, *options: str) -> Iterator[Receiving]:
    command = [sys.executable, "-m", "replaydbg", "receive", "--port", "0", "-o", str(path), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            first = process.stderr.readline()
            url = re.search(r"http://[^, ]+", first)
            assert url is not None, first + process.stderr.read()
            yield Receiving(url[0], process, [first.rstrip()])
        finally:
            if process.poll() is None:
                process.kill()


def run_agent(
    receiver: Receiving, model_url: str, package: str, options: str = "", **environment: str
) -> None:
    """One model call by the vendor's client, recorded by the instrumentation that `package` is."""
    script = _AGENT.format(package=package, options=options)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, f"{model_url}/v1"],
        env={**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
