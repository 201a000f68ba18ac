"""Aider's history of requests: each is whole."""

from __future__ import annotations

import pytest

from replaydbg.readers.aider_llm_history import READER
from tests.support.claude_sessions import told
from tests.support.readings import clear, document, opened, outline

FIRST = """TO LLM 2026-02-03T10:00:00
-------
SYSTEM Be good.
SYSTEM Always.
-------
USER add f
"""
ANSWER = """LLM RESPONSE 2026-02-03T10:00:05
ASSISTANT Sure:
ASSISTANT
ASSISTANT done
"""
LOG = (
    FIRST
    + ANSWER
    + FIRST.replace("10:00:00", "10:01:00")
    + "-------\nASSISTANT Sure:\nASSISTANT\nASSISTANT done\n-------\nUSER more\n"
)


def test_requests_and_replies() -> None:
    trace = clear(READER, LOG)
    assert outline(trace) == ["model-call chat", "model-call chat!"]
    first, last = trace.body(0), trace.body(1)
    assert first.output is not None
    assert (first.output.text, trace.duration_ms(0)) == ("Sure:\n\ndone", 5000)
    assert told(trace, 0) == ["Be good.\nAlways.", "add f"]
    assert told(trace, 1)[-1] == "more"
    assert last.error == "no reply was written down"


def test_a_reply_alone_is_told() -> None:
    reading = opened(READER, ANSWER + FIRST + ANSWER)
    assert [len(trace) for trace in reading.traces] == [1]
    assert ["without a request" in notice.message for notice in reading.notices] == [True]


@pytest.mark.parametrize("text", ["TO LLM", "TO LLM 2026-02-03T10:00:00\nhello", "{}"])
def test_other_texts_are_not_claimed(text: str) -> None:
    assert READER.sniff(document(text)) == 0.0


SAMPLES = [LOG.encode()]
