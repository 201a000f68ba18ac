"""Chat stores of LlamaIndex."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.readers.llama_index_chat import READER
from tests.support.readings import clear, opened, outline, sniffed


def said(role: str, *blocks: Any, **beside: Any) -> dict[str, Any]:
    return {"role": role, "additional_kwargs": beside, "blocks": list(blocks)}


CALL = {"id": "c", "type": "function", "function": {"name": "look", "arguments": '{"q": "x"}'}}
TALK = [
    said("user", {"block_type": "text", "text": "go"}),
    said("assistant", {"block_type": "thinking", "content": "hm"}, tool_calls=[CALL]),
    said("tool", {"block_type": "text", "text": "found"}, tool_call_id="c", name="look"),
    said("assistant", {"block_type": "text", "text": "done"}),
]
STORE = {"store": {"ann": TALK}, "class_name": "SimpleChatStore"}


@pytest.mark.parametrize(
    ("content", "id_"),
    [
        (STORE, "ann"),
        ({"chat_store": STORE, "token_limit": 9}, "ann"),
        ({"chat_store": json.dumps(STORE)}, "ann"),
        (TALK, "log"),
    ],
)
def test_a_conversation(content: Any, id_: str) -> None:
    trace = clear(READER, content)
    assert (trace.id, outline(trace)) == (id_, ["model-call chat", "tool-execution look", "model-call chat"])
    assert trace.body(1).result == "found"


def test_calls_in_blocks_of_their_own() -> None:
    block = {"block_type": "tool_call", "tool_call_id": "c", "tool_name": "look", "tool_kwargs": {"q": "x"}}
    (trace,) = opened(READER, [said("user"), said("assistant", block)]).traces
    assert trace.body(0).output.tool_calls[0].arguments == {"q": "x"}  # type: ignore[union-attr]


def test_each_key_is_a_trace() -> None:
    assert [trace.id for trace in opened(READER, {"store": {"a": TALK, "b": TALK}}).traces] == ["a", "b"]


@pytest.mark.parametrize("content", [{"store": {}}, [{"role": "user", "content": "x"}], []])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [STORE, TALK]
