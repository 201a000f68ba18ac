"""A talk about the weather, as each vendor's own client is asked to carry it."""

from __future__ import annotations

from typing import Any

from replaydbg.core.message import Message, Role, Text, ToolResponse, text_message
from replaydbg.core.step import Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.wire.arguments import call_from_raw
from tests.support.model_server import reply

RAW = '{"city": "Oslo",  "days": 2}'
SECOND = '{"city":"Zürich"}'
CALLS = (call_from_raw("call_1", "weather", RAW), call_from_raw("call_2", "weather", SECOND))
ANSWER = reply("Let me look… 🌦", *CALLS, usage=Usage(120, 30, 100, 5))
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = ToolSpec("weather", "The weather of a city.", SCHEMA)

TALK = (
    text_message(Role.SYSTEM, "Be brief."),
    text_message(Role.USER, "Weather?"),
    Message(Role.ASSISTANT, (Text("Looking."), *CALLS)),
    Message(Role.TOOL, (ToolResponse("call_1", "rain"),)),
    Message(Role.TOOL, (ToolResponse("call_2", "sun"),)),
    text_message(Role.USER, "And tomorrow?"),
)


def user(text: str) -> Any:
    return [{"role": "user", "content": text}]
