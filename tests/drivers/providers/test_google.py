"""The address of Google's models, and a real exchange."""

from __future__ import annotations

import pytest

from replaydbg.core.message import Role, text_message
from replaydbg.core.outcome import Reply
from replaydbg.core.request import ModelRequest
from replaydbg.drivers.providers.google import SHAPE, google
from tests.support.model_server import Fault, serving
from tests.support.weather import ANSWER, CALLS, TALK, TOOL

HI = (text_message(Role.USER, "hi"),)


@pytest.mark.parametrize(
    ("base", "model", "address"),
    [
        (
            "",
            "gemini-2.5-pro",
            "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:generateContent",
        ),
        ("http://localhost:8", "models/m", "http://localhost:8/v1beta/models/m:generateContent"),
        ("http://h/v1/", "google/m", "http://h/v1/models/m:generateContent"),
        ("http://h/v1beta?k=1", "a/../b", "http://h/v1beta/models/a%2F..%2Fb:generateContent?k=1"),
    ],
)
def test_the_model_stands_in_the_address(base: str, model: str, address: str) -> None:
    provider = google(base, "")
    assert SHAPE.address(provider.url, ModelRequest(model, HI), False) == address


async def test_a_streamed_reply_with_calls() -> None:
    with serving(ANSWER) as server:
        pieces: list[str] = []
        outcome = await google(server.url, "key-1").complete(ModelRequest("m", TALK, (TOOL,)), pieces.append)
        asked = server.requests[0]
    assert isinstance(outcome, Reply)
    assert [(call.name, call.arguments) for call in outcome.message.tool_calls] == [
        (call.name, call.arguments) for call in CALLS
    ]
    assert "".join(pieces) == "Let me look… 🌦"
    assert asked.path == "/v1beta/models/m:streamGenerateContent"
    assert asked.headers["x-goog-api-key"] == "key-1"
    assert (outcome.usage.input_tokens, outcome.usage.output_tokens) == (120, 30)


async def test_a_refusal_in_googles_words() -> None:
    refusal = {"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}
    with serving(Fault(400, refusal)) as server:
        outcome = await google(server.url, "key-1").complete(ModelRequest("m", HI))
    assert not isinstance(outcome, Reply)
    assert "API key not valid." in outcome.message
