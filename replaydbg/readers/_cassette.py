"""HTTP cassettes: recorded exchanges, of which some are model calls. One cassette is the record of one sitting.

Known: `{exchanges: [{request, response}]}`, VCR as JSON `{interactions: [...]}`, HAR `{log: {entries: [...]}}`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import replace

from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.readers._chat_records import Call, call, is_request, unwrapped
from replaydbg.wire import loose

_LISTS = (("exchanges",), ("interactions",), ("log", "entries"))


def path_of_exchanges(value: Json) -> tuple[str, ...] | None:
    """Where the exchanges stand in the value; None where it is no cassette."""
    for path in _LISTS:
        found = value
        for key in path:
            found = loose.mapping(found).get(key)
        first = found[0] if isinstance(found, list) and found else None
        if isinstance(first, dict) and isinstance(first.get("request"), dict):
            return path
    return None


def calls(value: Json, place: str, notices: list[Notice]) -> Iterator[Call]:
    """The model calls among the exchanges of a cassette, in order."""
    path = path_of_exchanges(value) or ()
    exchanges = value
    for key in path:
        exchanges = loose.mapping(exchanges).get(key)
    others = 0
    for index, exchange in enumerate(loose.sequence(exchanges)):
        found = _call(loose.mapping(exchange))
        if found is None:
            others += 1
        else:
            yield replace(found, path=(*path, index))
    if others:
        noun = "exchange is no model call" if others == 1 else "exchanges are no model calls"
        notices.append(Notice(place or "/", f"{others} {noun}, left out"))


def _call(exchange: dict[str, Json]) -> Call | None:
    request = loose.mapping(exchange.get("request"))
    response = loose.mapping(exchange.get("response"))
    url = loose.text(request.get("url")) or loose.text(request.get("uri"))
    if url.partition("?")[0].endswith("/count_tokens"):
        return None
    said = loose.mapping(request.get("postData")).get("text") or request.get("body")
    body = unwrapped(said or request.get("parsed_body"))
    if not isinstance(body, dict) or not is_request(body):
        return None
    if "startedDateTime" in exchange:  # HAR
        exchange = {**exchange, "start_time": exchange["startedDateTime"], "latency_ms": exchange.get("time")}
    return call(body, unwrapped(_content(response)), exchange, url)


def _content(response: dict[str, Json]) -> Json:
    """The body of a response; HAR keeps it under `content`, as base64 where it is not text."""
    content = response.get("content")
    if not isinstance(content, dict) or "text" not in content:
        return response.get("body") or response.get("parsed_body")
    if content.get("encoding") == "base64":
        try:
            return base64.b64decode(loose.text(content["text"])).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return None
    return content["text"]
