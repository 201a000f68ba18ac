"""Our own files are taken as they were written."""

from __future__ import annotations

from replaydbg.core.step import Kind
from replaydbg.readers import native
from replaydbg.writers.native import write
from tests.support.otlp import document, request, span, trace


def test_our_own_files_are_known_and_others_are_not() -> None:
    content = b"".join(write(trace(span(1))))
    assert native.READER.sniff(document(content)) == 1.0
    assert native.READER.sniff(document(request(span(1)))) == 0.0
    assert native.READER.sniff(document(b'{"messages": "replaydbg.kind"}')) == 0.0


def test_kinds_and_agents_are_taken_as_they_were_written() -> None:
    chat = {"replaydbg.kind": "model-call"}
    agent = {"replaydbg.kind": "agent-invocation", "gen_ai.agent.name": "A"}
    content = request(span(1, "a", 0, agent), span(2, "outer", 1, chat), span(3, "inner", 2, chat))
    (only,) = next(native.READER.read(document(content), False)).traces
    assert [only.kind(row) for row in range(3)] == [Kind.AGENT_INVOCATION, Kind.MODEL_CALL, Kind.MODEL_CALL]
    assert [only.agent(row) for row in range(3)] == ["A", "", ""]


SAMPLES = [b"".join(write(trace(span(1), span(2, "chat m", 1, {"replaydbg.kind": "model-call"}))))]
