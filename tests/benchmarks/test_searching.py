"""How long words are looked for that nowhere stand, in files of several formats, as ratios to `orjson.loads` of the bytes.

    pytest -m benchmark -s tests/benchmarks/test_searching.py

Processor time, the best of three. What a person waits for is in `test_million`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from replaydbg.actions.open import open_trace
from replaydbg.core.trace import Trace
from replaydbg.views.expressions import Expression
from replaydbg.views.search import Saying
from tests.benchmarks import otlp_traces, platform_traces, session_traces
from tests.benchmarks.test_reading import SIZES_MB, escaped

FILES: dict[str, Callable[[int], Iterator[bytes]]] = {
    "OTLP, whole histories": lambda size: otlp_traces.document("full", size),
    "OTLP, new messages only": lambda size: otlp_traces.document("delta", size),
    "the same, escaped": lambda size: escaped(otlp_traces.document("delta", size)),
    "Claude Code": session_traces.claude_code,
    "Codex": session_traces.codex,
    "Langfuse": platform_traces.langfuse,
    "LangSmith": platform_traces.langsmith,
    "MLflow": platform_traces.mlflow,
    "ATIF": platform_traces.atif,
}
SOUGHT: list[str | Expression] = [
    "zebrafish",
    "größenwahn",
    "привет",
    "8472913",
    Expression(r"zebra.*fish\d"),
]


@pytest.mark.benchmark
@pytest.mark.parametrize("size_mb", SIZES_MB)
@pytest.mark.parametrize("kind", FILES)
def test_ratios(kind: str, size_mb: int, tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    with path.open("wb") as file:
        file.writelines(FILES[kind](size_mb * 1_000_000))
    trace = open_trace(str(path)).trace
    megabytes = path.stat().st_size / 1e6
    parsed = best(lambda: [orjson.loads(line) for line in path.read_bytes().splitlines()])
    print(
        f"\n{kind}: {megabytes:.0f} MB, {len(trace)} steps; orjson {parsed / megabytes * 1e3:.2f} s a gigabyte"
    )
    for sought in SOUGHT:
        first = best(lambda sought=sought: looked_through(trace, sought), trace.without_escapes.clear)  # type: ignore[misc]
        seconds = best(lambda sought=sought: looked_through(trace, sought))  # type: ignore[misc]
        words = sought if isinstance(sought, str) else f"/{sought.source}/"
        print(
            f"  {words:16} {seconds / megabytes * 1e3:.2f} s a gigabyte = {seconds / parsed:.2f} x;"
            f" where nobody has looked for escapes {first / megabytes * 1e3:.2f} s = {first / parsed:.2f} x"
        )


def looked_through(trace: Trace, sought: str | Expression) -> list[int]:
    saying = Saying(trace, sought)
    return list(filter(saying, saying.among(range(len(trace)))))


def best(work: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    took = []
    for _ in range(3):
        before()
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took)
