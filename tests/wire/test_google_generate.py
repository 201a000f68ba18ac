"""Google generateContent there and back: requests, replies, streams."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import Message, Reasoning, Role, Text, text_message
from replaydbg.core.outcome import Reply
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.wire import google_generate as shape
from replaydbg.wire import loose, sse
from tests.support import said

assistant_parts = st.lists(
    said.signed_reasoning | said.plain_texts | said.calls_with_value, min_size=1, max_size=4
).map(tuple)
usages = st.builds(Usage, said.counts, st.integers(500, 10_000), st.none() | said.counts, st.integers(0, 500))
replies = said.replies(assistant_parts, ["STOP", "MAX_TOKENS"], usages)


def accumulated(stream: Any) -> Reply:
    accumulator = shape.Accumulator()
    for event in sse.parse(b"".join(stream)):
        accumulator.feed(event)
    return accumulator.reply()


def in_one_piece(reply: Reply) -> Reply:
    """Neighbouring texts, and thoughts, are one in a stream."""
    parts: list[Any] = []
    for part in reply.message.parts:
        last = parts[-1] if parts else None
        if isinstance(part, Text) and isinstance(last, Text):
            parts[-1] = Text(last.text + part.text)
        elif isinstance(part, Reasoning) and isinstance(last, Reasoning):
            parts[-1] = Reasoning(last.text + part.text, part.signature)
        else:
            parts.append(part)
    return replace(reply, message=replace(reply.message, parts=tuple(parts)))


@given(replies)
def test_replies_come_back_as_they_went(reply: Any) -> None:
    assert shape.read_reply(shape.write_reply(reply)) == reply


@given(replies)
def test_streams_say_what_the_reply_says(reply: Any) -> None:
    assert accumulated(shape.stream_reply(reply)) == in_one_piece(reply)


@given(replies)
def test_a_stream_without_its_end_is_interrupted(reply: Any) -> None:
    cut = replace(reply, interrupted=True, usage=Usage(), message=replace(reply.message, finish_reason=""))
    assert accumulated(shape.stream_reply(cut)) == in_one_piece(cut)


@given(st.data())
def test_nothing_in_a_reply_makes_reading_fail(data: Any) -> None:
    parts = (Reasoning("r", "s"), Text("t"))
    reply = Reply(Message(Role.ASSISTANT, parts), "m", Usage(9, 4, 3, 1))
    shape.read_reply(data.draw(said.twisted(shape.write_reply(reply))))
    twisted = data.draw(
        said.twisted([event.json for event in sse.parse(b"".join(shape.stream_reply(reply)))])
    )
    accumulator = shape.Accumulator()
    for event in twisted if isinstance(twisted, list) else [twisted]:
        accumulator.feed(sse.Event(loose.encoded(event)))
    accumulator.reply()


BODY = {
    "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
    "systemInstruction": {"parts": [{"text": "be brief"}]},
    "tools": [
        {"functionDeclarations": [{"name": "f", "description": "d", "parameters": {"type": "OBJECT"}}]},
        {"googleSearch": {}},
    ],
    "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}},
    "generationConfig": {
        "temperature": 0.5,
        "maxOutputTokens": 100,
        "stopSequences": ["x"],
        "thinkingConfig": {"thinkingBudget": 0},
        "responseMimeType": "application/json",
        "responseJsonSchema": {"type": "object"},
    },
    "safetySettings": [{"category": "c", "threshold": "BLOCK_NONE"}],
}


def test_a_request_is_sent_again_as_it_was() -> None:
    request = shape.read_request(BODY | {"model": "models/gemini-2.5-pro"})
    assert request.model == "gemini-2.5-pro"
    assert [tool.name for tool in request.tools] == ["f", "googleSearch"]
    assert {name: request.params[name] for name in ("temperature", "max_tokens", "stop", "tool_choice")} == {
        "temperature": 0.5,
        "max_tokens": 100,
        "stop": ["x"],
        "tool_choice": {"type": "function", "function": {"name": "f"}},
    }
    assert shape.write_request(request, stream=True) == BODY


@pytest.mark.parametrize(("choice", "mode"), [("auto", "AUTO"), ("required", "ANY"), ("none", "NONE")])
def test_tool_choice(choice: str, mode: str) -> None:
    body = shape.write_request(ModelRequest("m", (), params={"tool_choice": choice}), stream=False)
    assert body["toolConfig"] == {"functionCallingConfig": {"mode": mode}}
    assert shape.read_request(body).params == {"tool_choice": choice}


def test_a_tool_config_of_another_kind_is_kept() -> None:
    config = {"functionCallingConfig": {"mode": "AUTO"}, "retrievalConfig": {"languageCode": "de"}}
    request = shape.read_request({"contents": [], "toolConfig": config})
    assert shape.write_request(request, stream=False)["toolConfig"] == config


def test_requests_of_another_shape() -> None:
    request = ModelRequest(
        "gemini-3-pro",
        (text_message(Role.SYSTEM, "a"), text_message(Role.USER, "hi"), text_message(Role.SYSTEM, "b")),
        (ToolSpec("f", "", {"type": "object"}, {"type": "function", "function": {"name": "f"}}),),
        {"max_output_tokens": 9, "logit_bias": {}, "stop": "x", "stream_options": {}},
        "openai",
    )
    assert shape.write_request(request, stream=False) == {
        "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
        "systemInstruction": {"parts": [{"text": "a"}, {"text": "b"}]},
        "tools": [
            {
                "functionDeclarations": [
                    {"name": "f", "description": "f", "parametersJsonSchema": {"type": "object"}}
                ]
            }
        ],
        "generationConfig": {"maxOutputTokens": 9, "stopSequences": ["x"]},
    }


def test_a_blocked_prompt_says_why() -> None:
    reply = shape.read_reply({"promptFeedback": {"blockReason": "SAFETY"}, "modelVersion": "m"})
    assert (reply.message.finish_reason, reply.message.parts) == ("SAFETY", ())


def test_an_error_inside_the_stream() -> None:
    accumulator = shape.Accumulator()
    accumulator.feed(sse.Event('{"error": {"code": 503, "message": "overloaded"}}'))
    assert accumulator.problem == "overloaded"


def test_reasons_of_other_shapes() -> None:
    words = {"stop": "STOP", "length": "MAX_TOKENS", "refusal": "SAFETY", "tool_use": "STOP", "": "STOP"}
    for word, reason in words.items():
        reply = Reply(Message(Role.ASSISTANT, (), finish_reason=word))
        assert shape.write_reply(reply)["candidates"][0]["finishReason"] == reason


@pytest.mark.parametrize(
    ("total", "output"),
    [(None, 25), (125, 25), (120, 20)],
    ids=["not said", "beside", "ADK, by way of LiteLLM"],
)
def test_thoughts_stand_beside_the_candidates_or_in_them(total: int | None, output: int) -> None:
    counts = {
        "promptTokenCount": 100,
        "candidatesTokenCount": 20,
        "thoughtsTokenCount": 5,
        "totalTokenCount": total,
    }
    assert shape.read_usage(counts) == Usage(100, output, None, 5)
