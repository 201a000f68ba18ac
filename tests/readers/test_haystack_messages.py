"""Messages of Haystack."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.haystack_messages import READER
from tests.support.readings import clear, outline, sniffed

CALL = {"tool_name": "look", "arguments": {"q": "x"}, "id": "c"}
META = {"model": "big", "usage": {"prompt_tokens": 7, "completion_tokens": 3}, "finish_reason": "tool_calls"}
TALK: list[dict[str, Any]] = [
    {"role": "user", "meta": {}, "name": None, "content": [{"text": "go"}]},
    {
        "role": "assistant",
        "meta": META,
        "content": [{"reasoning": {"reasoning_text": "hm"}}, {"tool_call": CALL}],
    },
    {
        "role": "tool",
        "meta": {},
        "content": [{"tool_call_result": {"result": "no", "origin": CALL, "error": True}}],
    },
    {"role": "assistant", "meta": {}, "content": [{"text": "done"}]},
]
OLD = [
    {"_role": message["role"], "_meta": message["meta"], "_content": message["content"]} for message in TALK
]


@pytest.mark.parametrize("content", [TALK, OLD, {"messages": TALK}])
def test_messages(content: Any) -> None:
    trace = clear(READER, content)
    assert outline(trace) == ["model-call chat big", "tool-execution look!", "model-call chat"]
    first, ran, _ = trace.steps()
    assert first.body.output is not None
    assert (first.body.output.finish_reason, first.body.usage.input_tokens, ran.body.result) == (
        "tool_calls",
        7,
        "no",
    )


@pytest.mark.parametrize(
    "content",
    [[{"role": "user", "content": [{"text": "go"}]}], [{"role": "user", "meta": {}, "content": "x"}], []],
)
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [TALK, OLD]
