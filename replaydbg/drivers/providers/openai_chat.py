"""OpenAI, and every server that speaks its Chat Completions: Ollama, vLLM, llama.cpp, LM Studio, gateways."""

from __future__ import annotations

from typing import Any

from replaydbg.core.message import Json
from replaydbg.core.request import ModelRequest
from replaydbg.drivers.providers._http import HttpProvider, Shape, with_path
from replaydbg.wire import openai_chat

BASE_URL = "https://api.openai.com/v1"
KEY_VARIABLE = "OPENAI_API_KEY"
BASE_URL_VARIABLE = "OPENAI_BASE_URL"


def _write(request: ModelRequest, stream: bool) -> Json:
    return openai_chat.write_request(request, stream=stream)


def _headers(key: str, _body: dict[str, Json]) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"} if key else {}


SHAPE = Shape(_write, openai_chat.read_reply, openai_chat.Accumulator, _headers)


def openai(base_url: str, key: str, **clocks: Any) -> HttpProvider:
    """`clocks` are `sleep` and `clock` of `HttpProvider`, for tests."""
    url = with_path(base_url or BASE_URL, version="/v1", path="/chat/completions")
    return HttpProvider("openai", url, KEY_VARIABLE, SHAPE, key, **clocks)
