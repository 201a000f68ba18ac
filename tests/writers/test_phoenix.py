"""What `convert --to native` writes, in a real Arize Phoenix server. Written by name: pytest -m phoenix."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from replaydbg.actions.open import open_trace
from replaydbg.writers._api import Losses, Written
from replaydbg.writers.native import WRITER
from tests.support.phoenix import phoenix, send, spans
from tests.support.protobuf import protobuf

TRACES = sorted(path for path in (Path(__file__).resolve().parents[2] / "traces").glob("*.json*"))

pytestmark = pytest.mark.phoenix


def test_phoenix_shows_the_same_spans_with_the_same_parents(tmp_path: Path) -> None:
    expected: dict[str, tuple[str, str | None, str]] = {}
    with phoenix(tmp_path) as url:
        for path in TRACES:
            traces = open_trace(str(path)).traces
            request = orjson.loads(b"".join(WRITER.write([Written(each) for each in traces], Losses())))
            send(url, protobuf(request))
            written = [
                span
                for top in request["resourceSpans"]
                for scope in top["scopeSpans"]
                for span in scope["spans"]
            ]
            steps = [step for each in traces for step in each.steps()]
            for span, step in zip(written, steps, strict=True):
                expected[span["spanId"]] = (span["traceId"], span.get("parentSpanId"), step.name)
        shown = spans(url, len(expected))
    found = {
        each["context"]["span_id"]: (each["context"]["trace_id"], each["parent_id"], each["name"])
        for each in shown
    }
    assert found == expected
    assert len(shown) == len(expected)
