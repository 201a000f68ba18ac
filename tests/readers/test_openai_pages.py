"""What OpenAI's API gives back."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers import _registry
from replaydbg.readers.openai_pages import READER
from tests.support.claude_sessions import told
from tests.support.readings import document, lines, opened, outline, sniffed, walked

USAGE = {"prompt_tokens": 7, "completion_tokens": 3}
CALL = {"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}


def page(*items: Any) -> dict[str, Any]:
    return {"object": "list", "data": list(items), "has_more": False}


def completion(at: int, **message: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "stop"}
    return {
        "object": "chat.completion",
        "id": f"c{at}",
        "model": "big",
        "created": 1_770_000_000 + at,
        "choices": [choice],
        "usage": USAGE,
    }


RESPONSE = {"object": "response", "id": "r", "model": "big", "created_at": 1_770_000_000, "instructions": "Be good.", "tools": [{"type": "function", "name": "look"}],
            "output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "done"}]}]}  # fmt: skip
ITEMS = [
    {
        "id": "m3",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": "done"}],
    },
    {"id": "o", "type": "function_call_output", "call_id": "c", "output": "20"},
    {
        "id": "f",
        "type": "function_call",
        "call_id": "c",
        "name": "look",
        "arguments": "{}",
        "status": "completed",
    },
    {
        "id": "m1",
        "type": "message",
        "role": "user",
        "status": "completed",
        "content": [{"type": "input_text", "text": "go"}],
    },
]
BATCH = [
    {
        "id": "b1",
        "custom_id": "one",
        "response": {"status_code": 200, "body": completion(0, content="done")},
        "error": None,
    },
    {
        "id": "b2",
        "custom_id": "two",
        "response": {"status_code": 429, "body": {"error": {"message": "slow down"}}},
        "error": None,
    },
]


def test_completions() -> None:
    content = page(completion(5, content="late"), completion(0, tool_calls=[CALL]))
    assert sniffed(READER, content) == 0.95
    reading = opened(READER, content)
    (trace,) = reading.traces
    assert (outline(trace), trace.tokens(0)) == (["model-call chat big"] * 2, 10)
    assert [step.body.output.text for step in trace.steps() if step.body.output] == ["", "late"]
    assert trace.body(0).messages is None
    assert [notice.message for notice in reading.notices] == [
        "what was asked is not recorded with 2 of the replies"
    ]


@pytest.mark.parametrize("content", [page(RESPONSE), RESPONSE])
def test_responses(content: Any) -> None:
    assert sniffed(READER, content) >= 0.9
    (trace,) = opened(READER, content).traces
    body = trace.body(0)
    assert ([tool.name for tool in body.tools or ()], told(trace, 0)) == (["look"], ["Be good."])


@pytest.mark.parametrize("items", [ITEMS, ITEMS[::-1]])
def test_items_of_a_conversation(items: list[Any]) -> None:
    (trace,) = opened(READER, page(*items)).traces
    assert outline(trace) == ["model-call chat", "tool-execution look", "model-call chat"]
    assert (told(trace, 0), trace.body(1).result) == (["go"], "20")


def test_a_batch() -> None:
    (trace,) = opened(READER, lines(*BATCH)).traces
    assert outline(trace) == ["model-call chat big", "model-call chat!"]
    assert trace.body(1).error == "slow down"


def test_a_batch_of_anthropic() -> None:
    message = {
        "type": "message",
        "role": "assistant",
        "model": "big",
        "content": [{"type": "text", "text": "done"}],
        "usage": {"input_tokens": 7, "output_tokens": 3},
    }
    results = [
        {"type": "succeeded", "message": message},
        {"type": "errored", "error": {"type": "error", "error": {"message": "no"}}},
        {"type": "expired"},
    ]
    (trace,) = opened(
        READER, lines(*({"custom_id": f"{n}", "result": result} for n, result in enumerate(results)))
    ).traces
    assert outline(trace) == ["model-call chat big", "model-call chat!", "model-call chat!"]
    assert ([trace.body(row).error for row in (1, 2)], trace.tokens(0)) == (["no", "expired"], 10)


@pytest.mark.parametrize(
    "content", [page({"object": "model"}), page(), {"object": "list"}, {"custom_id": "x", "body": {}}, []]
)
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


ANTHROPIC = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "big",
    "content": [
        {"type": "text", "text": "wait"},
        {"type": "tool_use", "id": "c", "name": "look", "input": {}},
    ],
    "stop_reason": "tool_use",
    "usage": {"input_tokens": 7, "output_tokens": 3},
}
GOOGLE = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "done"}]}, "finishReason": "STOP"}],
    "modelVersion": "big",
    "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 3},
}


@pytest.mark.parametrize(("reply", "provider"), [(ANTHROPIC, "anthropic"), (GOOGLE, "google")])
@pytest.mark.parametrize("content", [lambda one: one, lambda one: [one, one], lambda one: lines(one, one)])
def test_bare_replies_of_other_apis(reply: Any, provider: str, content: Any) -> None:
    given = content(reply)
    *_, reading = _registry.read(document(given))
    (trace,) = reading.traces
    assert trace.source.format == "openai-pages"
    assert len(trace) == (1 if given is reply else 2)
    for step in walked(reading):
        assert (step.model, step.body.provider) == ("big", provider)
        assert (step.body.usage.input_tokens, step.body.usage.output_tokens) == (7, 3)
        assert [call.name for call in step.tool_calls] == (["look"] if reply is ANTHROPIC else [])


ASKED = {"role": "user", "content": "go on"}


@pytest.mark.parametrize(
    "content", [lines(ANTHROPIC, ASKED), lines(ASKED, ANTHROPIC), [ANTHROPIC, ASKED], [ASKED, ANTHROPIC]]
)
def test_a_conversation_with_replies_as_they_came_is_one(content: Any) -> None:
    *_, reading = _registry.read(document(content))
    assert reading.traces[0].source.format == "chat-log"


SAMPLES = [
    page(completion(0, content="done")),
    page(RESPONSE),
    page(*ITEMS),
    lines(*BATCH),
    lines(ANTHROPIC, ANTHROPIC),
    GOOGLE,
]
