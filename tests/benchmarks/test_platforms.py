"""How fast and how small exports of platforms are read, as ratios to `orjson.loads` of the same bytes, as in `test_reading`."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.readers import _registry
from replaydbg.readers._api import Document
from tests.benchmarks import platform_traces, test_reading

PLATFORMS = ["langfuse", "langsmith", "mlflow"]


@pytest.mark.benchmark
@pytest.mark.parametrize("size_mb", test_reading.SIZES_MB)
@pytest.mark.parametrize("kind", PLATFORMS)
def test_ratios(kind: str, size_mb: int, tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    with path.open("wb") as file:
        file.writelines(getattr(platform_traces, kind)(size_mb * 1_000_000))
    test_reading.tell(kind, path, in_lines=kind == "langsmith")


@pytest.mark.parametrize("kind", PLATFORMS)
def test_the_generator_makes_what_the_reader_reads(kind: str) -> None:
    data = b"".join(getattr(platform_traces, kind)(100_000))
    *_, reading = _registry.read(Document("x", memoryview(data)))
    (trace,) = reading.traces
    assert (trace.source.format, reading.notices) == (kind, ())
    assert len(trace) == data.count(b'"dotted_order"') + data.count(b'"traceId"') + data.count(b'"span_id"')
    assert {str(trace.kind(row)) for row in range(1, len(trace))} == {"model-call", "tool-execution"}
