"""Google's Gemini models by generateContent, and gateways that speak it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from replaydbg.core.message import Json
from replaydbg.core.request import ModelRequest
from replaydbg.drivers.providers._http import HttpProvider, Shape, with_path
from replaydbg.wire import google_generate

BASE_URL = "https://generativelanguage.googleapis.com/v1beta"
KEY_VARIABLES = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
"""Google's own client looks for both."""
BASE_URL_VARIABLE = "GOOGLE_GEMINI_BASE_URL"


def _write(request: ModelRequest, stream: bool) -> Json:
    return google_generate.write_request(request, stream=stream)


def _headers(key: str, _body: dict[str, Json]) -> dict[str, str]:
    return {"x-goog-api-key": key} if key else {}


def _address(url: str, request: ModelRequest, stream: bool) -> str:
    """The model and the way to answer are part of the address here."""
    split = urlsplit(url)
    verb = ":streamGenerateContent" if stream else ":generateContent"
    query = "&".join(filter(None, (split.query, "alt=sse" if stream else "")))
    model = request.model.removeprefix("models/").rpartition("google/")[2]
    return split._replace(path=f"{split.path}/{quote(model, safe='')}{verb}", query=query).geturl()


SHAPE = Shape(_write, google_generate.read_reply, google_generate.Accumulator, _headers, _address)


def google(base_url: str, key: str, **clocks: Any) -> HttpProvider:
    """`clocks` are `sleep` and `clock` of `HttpProvider`, for tests."""
    url = with_path(base_url or BASE_URL, version="/v1beta", path="/models")
    return HttpProvider("google", url, KEY_VARIABLES[0], SHAPE, key, **clocks)
