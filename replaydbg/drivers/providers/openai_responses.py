"""OpenAI Responses, and the servers that speak it: for models that are reached no other way."""

from __future__ import annotations

from typing import Any

from replaydbg.core.message import Json
from replaydbg.core.request import ModelRequest
from replaydbg.drivers.providers import openai_chat
from replaydbg.drivers.providers._http import HttpProvider, Shape, with_path
from replaydbg.wire import openai_responses


def _write(request: ModelRequest, stream: bool) -> Json:
    return openai_responses.write_request(request, stream=stream)


SHAPE = Shape(_write, openai_responses.read_reply, openai_responses.Accumulator, openai_chat.SHAPE.headers)


def responses(base_url: str, key: str, **clocks: Any) -> HttpProvider:
    """`clocks` are `sleep` and `clock` of `HttpProvider`, for tests."""
    url = with_path(base_url or openai_chat.BASE_URL, version="/v1", path="/responses")
    return HttpProvider("openai-responses", url, openai_chat.KEY_VARIABLE, SHAPE, key, **clocks)
