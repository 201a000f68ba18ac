"""OpenAI, and every server that speaks its Chat Completions: Ollama, vLLM, llama.cpp, LM Studio, gateways."""

from __future__ import annotations

from typing import Any

from replaydbg.core.message import Json
from replaydbg.core.request import ModelRequest
from replaydbg.drivers.providers._http import HttpProvider, Shape, is_loopback, with_path
from replaydbg.wire import openai_chat

BASE_URL = "https://api.openai.com/v1"
KEY_VARIABLE = "OPENAI_API_KEY"
BASE_URL_VARIABLE = "OPENAI_BASE_URL"


def _write(request: ModelRequest, stream: bool) -> Json:
    return openai_chat.write_request(request, stream=stream)


def _write_local(request: ModelRequest, stream: bool) -> Json:
    """OpenAI writes `content: null` beside tool calls. Servers on people's machines have refused it (LM Studio, the
    Python server of llama.cpp); all of them take no text for the same.
    """
    body = openai_chat.write_request(request, stream=stream)
    body["messages"] = [
        {**message, "content": ""}
        if message.get("tool_calls") and message.get("content") is None
        else message
        for message in body["messages"]
    ]
    return body


def _headers(key: str, _body: dict[str, Json]) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"} if key else {}


SHAPE = Shape(_write, openai_chat.read_reply, openai_chat.Accumulator, _headers)
LOCAL_SHAPE = Shape(_write_local, openai_chat.read_reply, openai_chat.Accumulator, _headers)


def openai(base_url: str, key: str, **clocks: Any) -> HttpProvider:
    """`clocks` are `sleep` and `clock` of `HttpProvider`, for tests."""
    url = with_path(base_url or BASE_URL, version="/v1", path="/chat/completions")
    shape = LOCAL_SHAPE if is_loopback(url) else SHAPE
    return HttpProvider("openai", url, KEY_VARIABLE, shape, key, **clocks)
