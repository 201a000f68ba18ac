"""Anthropic, and the servers that speak its Messages: gateways, Ollama, vLLM, llama.cpp."""

from __future__ import annotations

from typing import Any

from replaydbg.core.message import Json
from replaydbg.core.request import ModelRequest
from replaydbg.drivers.providers._http import HttpProvider, Shape, with_path
from replaydbg.wire import anthropic_messages

BASE_URL = "https://api.anthropic.com"
KEY_VARIABLE = "ANTHROPIC_API_KEY"
BASE_URL_VARIABLE = "ANTHROPIC_BASE_URL"
VERSION = "2023-06-01"


def _write(request: ModelRequest, stream: bool) -> Json:
    return anthropic_messages.write_request(request, stream=stream)


def _headers(key: str, body: dict[str, Json]) -> dict[str, str]:
    headers = {"anthropic-version": VERSION} | ({"x-api-key": key} if key else {})
    # Logs keep the betas beside the parameters; on the wire they are a header.
    betas = body.pop("betas", None) or body.pop("anthropic_beta", None)
    if betas:
        headers["anthropic-beta"] = betas if isinstance(betas, str) else ",".join(map(str, betas))
    return headers


SHAPE = Shape(_write, anthropic_messages.read_reply, anthropic_messages.Accumulator, _headers)


def anthropic(base_url: str, key: str, **clocks: Any) -> HttpProvider:
    """`clocks` are `sleep` and `clock` of `HttpProvider`, for tests."""
    base = (base_url or BASE_URL).rstrip("/")
    path = "/messages" if base.endswith(("/v1", "/messages")) else "/v1/messages"
    return HttpProvider(
        "anthropic", with_path(base, version="", path=path), KEY_VARIABLE, SHAPE, key, **clocks
    )
