"""Parameters of one shape in the words of another."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import Role, text_message
from replaydbg.core.request import ModelRequest
from replaydbg.wire import anthropic_messages, openai_chat, openai_responses
from replaydbg.wire._foreign_params import for_chat, for_responses, speaks_responses

FORMAT = {"name": "answer", "schema": {"type": "object"}, "strict": True}
CHAT = {
    "temperature": 0,
    "max_completion_tokens": 5,
    "reasoning_effort": "low",
    "verbosity": "high",
    "response_format": {"type": "json_schema", "json_schema": FORMAT},
    "tool_choice": {"type": "function", "function": {"name": "f"}},
}
RESPONSES = {
    "temperature": 0,
    "max_output_tokens": 5,
    "reasoning": {"effort": "low"},
    "text": {"verbosity": "high", "format": {"type": "json_schema", **FORMAT}},
    "tool_choice": {"type": "function", "name": "f"},
}


def test_there_and_back() -> None:
    assert for_responses(CHAT) == RESPONSES
    assert for_chat(RESPONSES) == CHAT
    assert for_chat(CHAT) == CHAT
    assert for_responses(RESPONSES) == RESPONSES
    assert (speaks_responses(CHAT), speaks_responses(RESPONSES)) == (False, True)


def test_what_the_other_has_not_is_left_out() -> None:
    assert for_responses({"stop": ["x"], "seed": 1, "store": False}) == {"store": False}
    assert for_chat({"previous_response_id": "r", "include": [], "store": False}) == {"store": False}


def test_a_history_that_is_sent_whole_is_not_named_by_an_id() -> None:
    assert for_responses({"previous_response_id": "r", "truncation": "auto"}) == {"truncation": "auto"}


@pytest.mark.parametrize("shape", [openai_chat, openai_responses, anthropic_messages])
@pytest.mark.parametrize(
    ("provider", "params"),
    [
        ("google", {"generationConfig": {"x": 1}, "safetySettings": [], "temperature": 1}),
        ("anthropic", {"mcp_servers": [], "temperature": 1}),
    ],
)
def test_what_only_the_recorded_provider_has_is_not_sent_to_another(
    shape: Any, provider: str, params: dict[str, Any]
) -> None:
    request = ModelRequest("m", (text_message(Role.USER, "hi"),), (), params, provider)
    sent = shape.write_request(request, stream=False)
    kept = {"temperature"} | (
        {"mcp_servers"} if provider == "anthropic" and shape is anthropic_messages else set()
    )
    assert set(params) & set(sent) == kept
