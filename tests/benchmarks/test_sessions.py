"""How fast and how small sessions of coding agents are read, as ratios to `orjson.loads` of their lines, as in `test_reading`."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.readers import _registry
from replaydbg.readers._api import Document
from tests.benchmarks import session_traces, test_reading


@pytest.mark.benchmark
@pytest.mark.parametrize("size_mb", test_reading.SIZES_MB)
@pytest.mark.parametrize("kind", ["claude_code", "codex"])
def test_ratios(kind: str, size_mb: int, tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    with path.open("wb") as file:
        file.writelines(getattr(session_traces, kind)(size_mb * 1_000_000))
    test_reading.tell(kind, path, in_lines=True)


@pytest.mark.parametrize(("kind", "format_name"), [("claude_code", "claude-code"), ("codex", "codex")])
def test_the_generator_makes_what_the_reader_reads(kind: str, format_name: str) -> None:
    data = b"".join(getattr(session_traces, kind)(100_000))
    *_, reading = _registry.read(Document("x", memoryview(data)))
    (trace,) = reading.traces
    assert (trace.source.format, reading.notices) == (format_name, ())
    replies = len({line.split(b'"id":"msg_')[1][:24] for line in data.splitlines() if b'"id":"msg_' in line})
    results = data.count(b'"tool_result"') + data.count(b'"function_call_output"')
    assert len(trace) == (replies or data.count(b'"reasoning"')) + results
