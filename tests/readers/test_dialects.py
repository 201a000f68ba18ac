"""One file mixes dialects: each span is read by its own."""

from __future__ import annotations

from replaydbg.core.step import Kind
from replaydbg.readers import _dialects
from tests.support.otlp import span, trace


def test_each_span_has_its_dialect() -> None:
    found = trace(
        span(1, "a", 0, {"openinference.span.kind": "LLM", "gen_ai.operation.name": "execute_tool"}),
        span(2, "b", 0, {"gen_ai.operation.name": "chat", "gen_ai.input.messages": "[]"}),
        span(
            3,
            "c",
            0,
            {"llm.request.type": "chat", "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "x"},
        ),
        span(4, "d", 0, {"replaydbg.kind": "handoff", "openinference.span.kind": "LLM"}),
        span(5, "e"),
    )
    kinds = [found.kind(row) for row in range(5)]
    assert kinds == [Kind.MODEL_CALL, Kind.MODEL_CALL, Kind.MODEL_CALL, Kind.HANDOFF, Kind.OPAQUE]
    assert found.step(1).body.messages == ()
    legacy = found.step(2).body.messages
    assert legacy is not None
    assert legacy[0].text == "x"


def test_what_is_wanted_and_what_is_counted_are_apart() -> None:
    assert not _dialects.WANTED & _dialects.COUNTED
