"""Threads of Zed, in both of its shapes."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.zed_thread import READER
from tests.support.readings import clear, outline, sniffed

MODEL = {"provider": "zed.dev", "model": "big"}
OLDER = {"version": "0.2.0", "summary": "s", "model": MODEL, "messages": [
    {"id": 0, "role": "user", "segments": [{"type": "text", "text": "go"}], "tool_uses": [], "tool_results": [], "context": "a.py"},
    {"id": 1, "role": "assistant", "segments": [{"type": "thinking", "text": "hm"}], "tool_uses": [{"id": "c", "name": "read", "input": {"path": "a"}}], "tool_results": []},
    {"id": 2, "role": "user", "segments": [], "tool_uses": [], "tool_results": [{"tool_use_id": "c", "is_error": True, "content": "no"}]},
    {"id": 3, "role": "assistant", "segments": [{"type": "text", "text": "done"}], "tool_uses": [], "tool_results": []},
]}  # fmt: skip
USE = {
    "id": "c",
    "name": "read",
    "raw_input": '{"path":"a"}',
    "input": {"path": "a"},
    "is_input_complete": True,
}
RESULT = {"tool_use_id": "c", "tool_name": "read", "is_error": True, "content": {"Text": "no"}}
NEWER = {"version": "0.3.0", "title": "s", "model": MODEL, "messages": [
    {"User": {"id": "u", "content": [{"Text": "go"}, {"Mention": {"uri": {"File": "a"}, "content": "x"}}]}},
    {"Agent": {"content": [{"Thinking": {"text": "hm", "signature": "s"}}, {"ToolUse": USE}], "tool_results": {"c": RESULT}}},
    "Resume",
    {"Agent": {"content": [{"Text": "done"}], "tool_results": {}}},
]}  # fmt: skip


@pytest.mark.parametrize("content", [OLDER, NEWER])
def test_a_thread(content: Any) -> None:
    trace = clear(READER, content)
    assert outline(trace) == ["model-call chat big", "tool-execution read!", "model-call chat big"]
    first, ran, _ = trace.steps()
    assert first.body.output is not None
    assert (first.body.output.tool_calls[0].arguments, ran.body.result) == ({"path": "a"}, "no")


@pytest.mark.parametrize(
    "content", [{"messages": [{"User": {}}]}, {"messages": [{"role": "user"}], "version": "0.2"}, []]
)
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [OLDER, NEWER]
