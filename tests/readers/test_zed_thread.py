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


def said(text: str) -> dict[str, Any]:
    return {"User": {"id": "u", "content": [{"Text": text}]}}


def answered(text: str) -> dict[str, Any]:
    return {"Agent": {"content": [{"Text": text}], "tool_results": {}}}


def test_a_summary_stands_for_what_was_said_before_but_the_last_words_of_the_user() -> None:
    begun = [
        said("x" * 80_000),
        answered("a"),
        said("go"),
        answered("b"),
        {"User": {"id": "u", "content": []}},
    ]
    rest = [{"Compaction": {"Summary": "in short"}}, said("on"), answered("c")]
    trace = clear(READER, {**NEWER, "messages": begun + rest})
    prompt = [message.text for message in trace.body(2).messages or ()]
    assert prompt[::2] == ["go", "on"]
    assert len(prompt) == 3
    assert prompt[1].endswith("\n\nin short")


def test_what_a_provider_compacted_itself_is_not_told() -> None:
    native = {"Compaction": {"ProviderNative": {"provider": "openai", "items": [{"type": "compaction"}]}}}
    trace = clear(
        READER, {**NEWER, "messages": [said("go"), answered("a"), native, said("on"), answered("b")]}
    )
    assert [message.text for message in trace.body(1).messages or ()] == ["on"]


@pytest.mark.parametrize(
    "content", [{"messages": [{"User": {}}]}, {"messages": [{"role": "user"}], "version": "0.2"}, []]
)
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [OLDER, NEWER]
