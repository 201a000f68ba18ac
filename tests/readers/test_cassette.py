"""HTTP cassettes: which of their exchanges are model calls."""

from __future__ import annotations

import base64

import orjson

from replaydbg.core.step import Status
from replaydbg.wire import anthropic_messages, openai_chat
from tests.support.chat_logs import (
    ANSWER,
    PROMPT,
    exchange,
    one,
    read,
    sniffed,
    user,
)
from tests.support.model_server import reply


def test_a_cassette_is_one_run_and_other_traffic_is_left_out() -> None:
    base = "https://api.example.org/v1"
    stream = b"".join(anthropic_messages.stream_reply(reply("Hello."))).decode()
    cassette = {
        "exchanges": [
            {"request": {"method": "GET", "url": f"{base}/models"}, "response": {"status": 200, "body": {}}},
            exchange(f"{base}/messages/count_tokens", PROMPT, {"body": {"input_tokens": 3}}),
            exchange(
                f"{base}/messages",
                {"type": "json", "value": PROMPT},
                {"body": {"type": "text", "value": stream}},
            ),
            exchange(
                f"{base}/chat/completions", {**PROMPT, "messages": [user("x")]}, {"status": 500, "body": "no"}
            ),
        ]
    }
    reading = read(cassette)
    (trace,) = reading.traces
    first, second = trace.steps()
    assert first.body.output is not None
    assert first.body.output.text == "Hello."
    assert first.body.raw == cassette["exchanges"][2]
    assert (second.status, second.body.error) == (Status.ERROR, "HTTP status 500")
    assert [notice.message for notice in reading.notices] == ["2 exchanges are no model calls, left out"]
    assert sniffed(cassette) == 0.6


def test_vcr_and_har() -> None:
    body, answer = orjson.dumps(PROMPT).decode(), orjson.dumps(openai_chat.write_reply(ANSWER)).decode()
    vcr = {
        "interactions": [
            {
                "request": {"uri": "https://x/v1/chat/completions", "body": body},
                "response": {"body": {"string": answer}},
            }
        ]
    }
    har = {
        "log": {
            "entries": [
                {
                    "startedDateTime": "2026-01-01T00:00:00Z",
                    "time": 900,
                    "request": {"url": "https://x/v1/chat/completions", "postData": {"text": body}},
                    "response": {
                        "content": {"text": base64.b64encode(answer.encode()).decode(), "encoding": "base64"}
                    },
                }
            ]
        }
    }
    for cassette in (vcr, har):
        (step,) = one(cassette).steps()
        assert [call.name for call in step.tool_calls] == ["search"]
        assert sniffed(cassette) == 0.6
    assert (step.started_ns, step.duration_ms) == (1_767_225_600_000_000_000, 900)
