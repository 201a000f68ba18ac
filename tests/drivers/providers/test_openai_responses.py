"""OpenAI Responses against a real server: what goes out, and what comes back."""

from __future__ import annotations

from replaydbg.core.outcome import Reply
from replaydbg.core.request import ModelRequest
from replaydbg.drivers.providers.openai_responses import responses
from tests.support.model_server import serving
from tests.support.weather import ANSWER, CALLS, TALK, TOOL


def test_the_address() -> None:
    assert responses("", "").url == "https://api.openai.com/v1/responses"
    assert responses("http://localhost:8/v1/", "").url == "http://localhost:8/v1/responses"


async def test_a_streamed_reply_with_calls() -> None:
    request = ModelRequest("m", TALK, (TOOL,), {"max_completion_tokens": 9, "previous_response_id": "r"})
    with serving(ANSWER) as server:
        pieces: list[str] = []
        outcome = await responses(server.url, "key-1").complete(request, pieces.append)
        asked = server.requests[0]
    assert isinstance(outcome, Reply)
    assert outcome.message.tool_calls == CALLS
    assert "".join(pieces) == "Let me look… 🌦"
    assert (outcome.usage, outcome.interrupted) == (ANSWER.usage, False)
    assert asked.headers["authorization"] == "Bearer key-1"
    assert asked.body["max_output_tokens"] == 9
    assert "previous_response_id" not in asked.body
    assert asked.body["instructions"] == "Be brief."
