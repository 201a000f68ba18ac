"""Chat histories of Semantic Kernel, in Python and in .NET."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.semantic_kernel import READER
from tests.support.readings import clear, outline, sniffed


def said(role: str, *items: Any, **more: Any) -> dict[str, Any]:
    return {"content_type": "message", "role": role, "items": list(items), "metadata": {}, **more}


PYTHON = {"messages": [
    said("user", {"content_type": "text", "text": "go"}),
    said("assistant", {"content_type": "function_call", "id": "c", "name": "P-look", "plugin_name": "P", "function_name": "look", "arguments": '{"q": "x"}'},
         ai_model_id="big", metadata={"usage": {"prompt_tokens": 7, "completion_tokens": 3}}),
    said("tool", {"content_type": "function_result", "id": "c", "result": "found", "name": "P-look"}),
    said("assistant", {"content_type": "text", "text": "done"}, ai_model_id="big"),
]}  # fmt: skip
NET = [
    {"Role": {"Label": "user"}, "Items": [{"$type": "TextContent", "Text": "go"}]},
    {"Role": {"Label": "assistant"}, "ModelId": "big", "Items": [
        {"$type": "FunctionCallContent", "Id": "c", "PluginName": "P", "FunctionName": "look", "Arguments": {"q": "x"}}],
     "Metadata": {"Usage": {"InputTokenCount": 7, "OutputTokenCount": 3}}},
    {"Role": {"Label": "tool"}, "Items": [{"$type": "FunctionResultContent", "CallId": "c", "PluginName": "P", "FunctionName": "look", "Result": "found"}]},
    {"Role": {"Label": "assistant"}, "ModelId": "big", "Items": [{"$type": "TextContent", "Text": "done"}]},
]  # fmt: skip
EXTENSIONS = [
    {"role": "user", "contents": [{"$type": "text", "text": "go"}]},
    {
        "role": "assistant",
        "authorName": "ann",
        "contents": [{"$type": "functionCall", "callId": "c", "name": "look", "arguments": {"q": "x"}}],
    },
    {
        "role": "tool",
        "contents": [{"$type": "functionResult", "callId": "c", "result": None, "exception": "no"}],
    },
]


@pytest.mark.parametrize("content", [PYTHON, NET])
def test_a_history(content: Any) -> None:
    trace = clear(READER, content)
    assert outline(trace) == ["model-call chat big", "tool-execution P-look", "model-call chat big"]
    first, ran, _ = trace.steps()
    assert first.body.output is not None
    assert (first.body.output.tool_calls[0].arguments, ran.body.result) == ({"q": "x"}, "found")
    assert (first.body.usage.input_tokens, first.body.usage.output_tokens) == (7, 3)


def test_messages_of_the_extensions() -> None:
    trace = clear(READER, EXTENSIONS)
    assert (outline(trace), trace.agent(0), trace.body(1).result) == (
        ["model-call chat", "tool-execution look!"],
        "ann",
        "no",
    )


@pytest.mark.parametrize(
    "content", [{"messages": [{"role": "user", "items": []}]}, [{"role": "user", "content": "x"}], {}]
)
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [PYTHON, NET, EXTENSIONS]
