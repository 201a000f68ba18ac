"""The receiver as a process, fed by the real OpenTelemetry SDK, its exporter, and two real instrumentations."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from replaydbg.actions.open import open_trace
from replaydbg.core.step import Kind
from replaydbg.views.text import plural
from tests.support.command_line import run
from tests.support.model_server import reply, serving
from tests.support.receiving import receiving, run_agent

OPENLLMETRY = "opentelemetry.instrumentation.openai"
OPENINFERENCE = "openinference.instrumentation.openai"


@pytest.mark.parametrize(
    ("package", "options", "log_records"),
    [(OPENINFERENCE, "", 0), (OPENLLMETRY, "", 0), (OPENLLMETRY, "use_attributes=False", 2)],
    ids=["OpenInference", "OpenLLMetry", "OpenLLMetry, content in logs"],
)
def test_an_agent_with_a_real_instrumentation(
    tmp_path: Path, package: str, options: str, log_records: int
) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
    pytest.importorskip(package)
    path = tmp_path / "run.jsonl"
    with serving(reply("hello")) as model, receiving(path) as receiver:
        run_agent(receiver, model.url, package, options, OTEL_EXPORTER_OTLP_COMPRESSION="gzip")
        assert receiver.stop() == 0
    assert f"2 spans and {log_records} log records" in receiver.said[-1]
    opened = open_trace(str(path))
    trace = opened.trace
    assert [trace.kind(row) for row in range(len(trace))] == [Kind.OPAQUE, Kind.MODEL_CALL]
    assert trace.names[0] != trace.names[1]
    assert trace.step(1).parent_id == trace.ids[0]
    body = trace.step(1).body
    assert body.messages is not None
    assert body.output is not None
    assert (body.messages[0].text, body.output.text) == ("hi", "hello")
    assert (body.usage.input_tokens, body.usage.output_tokens) == (11, 7)
    assert opened.notices == ()


def test_what_is_refused_is_said_on_standard_error(tmp_path: Path) -> None:
    import httpx2

    with receiving(tmp_path / "run.jsonl") as receiver:
        answer = httpx2.post(
            f"{receiver.url}/v1/traces", content=b"x", headers={"content-type": "text/plain"}
        )
        assert answer.status_code == 415
        taken = httpx2.post(f"{receiver.url}/v1/traces", json={"resourceSpans": []})
        assert (taken.status_code, taken.json()) == (200, {})
        receiver.stop()
    assert any("415" in line for line in receiver.said)
    assert receiver.said[-1].endswith("1 request refused")
    assert orjson.loads((tmp_path / "run.jsonl").read_bytes()) == {"resourceSpans": []}


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows ends processes without asking them")
@pytest.mark.parametrize("by", ["SIGTERM", "SIGHUP"])
def test_what_ends_it_lets_it_finish_and_say_what_it_got(tmp_path: Path, by: str) -> None:
    """A real exporter sends as fast as it can when the signal comes: what was acknowledged is counted, and in the file."""
    exporter = pytest.importorskip("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    spans = real_spans(50)
    path, sent, over = tmp_path / "run.jsonl", list[int](), threading.Event()
    with receiving(path) as receiver:
        sender = exporter.OTLPSpanExporter(endpoint=f"{receiver.url}/v1/traces", timeout=2)

        def send() -> None:
            while not over.is_set():
                if sender.export(spans).name == "SUCCESS":
                    sent.append(len(spans))

        thread = threading.Thread(target=send)
        thread.start()
        while len(sent) < 3:
            time.sleep(0.01)
        assert receiver.stop(signal.Signals[by]) == 0
        over.set()
        thread.join()
    requests = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    kept = [len(one["resourceSpans"][0]["scopeSpans"][0]["spans"]) for one in requests]
    assert f"{sum(kept):,} spans and 0 log records in {plural(len(kept), 'request')}" in receiver.said[-1]
    assert sum(kept) >= sum(sent)


def real_spans(count: int) -> Any:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    memory, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    for number in range(count):
        provider.get_tracer("agent").start_span(f"step {number}").end()
    return memory.get_finished_spans()


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with receiving(tmp_path / "run.jsonl") as receiver:
        port = receiver.url.rpartition(":")[2]
        done = run("receive", "--port", port, "-o", str(tmp_path / "other.jsonl"))
    assert done.code == 2
    assert "cannot be listened on" in done.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_what_the_disk_would_not_take_is_no_success() -> None:
    import httpx2

    with receiving(Path("/dev/full")) as receiver:
        answer = httpx2.post(f"{receiver.url}/v1/traces", json={"resourceSpans": []})
        assert answer.status_code == 503
        assert receiver.stop() == 74
    assert receiver.said[-1].endswith("1 request refused")
