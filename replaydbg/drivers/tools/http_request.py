"""An HTTP request as a tool: method and address, where each argument goes, and headers whose secrets stay outside.

With an OpenAPI document the address may be a path of it, and the document says which argument is a part of the path, of
the query, a header or of the body. Without one, arguments that the address does not name are the query of GET, HEAD and
DELETE, and the JSON body of the others.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from replaydbg import limits
from replaydbg.core.message import Json, ToolCall
from replaydbg.core.outcome import Failed, ToolResult
from replaydbg.drivers.providers._http import is_loopback
from replaydbg.drivers.tools import _templates
from replaydbg.errors import UsageProblem
from replaydbg.wire import loose

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_WITHOUT_BODY = frozenset({"GET", "HEAD", "DELETE"})


@dataclass(frozen=True, slots=True)
class HttpTool:
    """Satisfies `ToolBinding`. `places` says of an argument `path`, `query`, `header` or `body`, where that is known."""

    method: str
    url: str
    places: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    seconds: float = limits.TOOL_TIMEOUT_SECONDS

    async def run(self, call: ToolCall) -> ToolResult | Failed:
        import httpx2

        started = time.monotonic()
        try:
            asked = self._asked(call)
            async with (
                httpx2.AsyncClient(timeout=self.seconds, trust_env=not is_loopback(asked["url"])) as client,
                client.stream(self.method, **asked) as response,
            ):
                body = b""
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) > limits.TOOL_OUTPUT_BYTES_MAX:
                        return Failed("tool", f"{self._host} sent more than can be a result")
                status = response.status_code
        except _templates.Unfilled as problem:
            return Failed("arguments", str(problem))
        except httpx2.TimeoutException:
            return Failed("timeout", f"{self._host} did not answer within {self.seconds:g} s")
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            return Failed("network", f"{self._host} cannot be reached: {error}")
        result: Json = body.decode("utf-8", "replace")
        decoded = _json(result)
        took = (time.monotonic() - started) * 1000
        return ToolResult(result if decoded is None else decoded[0], status >= 400, took)

    @property
    def _host(self) -> str:
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def _asked(self, call: ToolCall) -> dict[str, Any]:
        """Keywords of the client. Raises Unfilled."""
        url = _templates.filled(self.url, call, lambda text: quote(text, safe=""))
        named = set(_templates.names(self.url))
        query: dict[str, str] = {}
        headers = {name: self._secret(value) for name, value in self.headers.items()}
        body: dict[str, Json] = {}
        usual = "query" if self.method in _WITHOUT_BODY else "body"
        for name, value in _templates.arguments_of(call).items():
            place = "path" if name in named else self.places.get(name, usual)
            if place == "query":
                query[name] = _templates.text_of(value)
            elif place == "header":
                headers[name] = _templates.text_of(value)
            elif place == "body":
                body[name] = value
        return {
            "url": url,
            "params": query or None,
            "headers": headers,
            "json": body if body or usual == "body" else None,
        }

    def _secret(self, value: str) -> str:
        """`$NAME` is looked up when it is sent."""
        if not value.startswith("$"):
            return value
        found = self.environ.get(value[1:])
        if found is None:
            raise _templates.Unfilled(f"{value} is not set in the environment")
        return found


def _json(text: str) -> tuple[Json] | None:
    import orjson

    try:
        return (orjson.loads(text),)
    except ValueError:
        return None


def http_tool(
    words: str,
    openapi: Json = None,
    *,
    headers: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    seconds: float = limits.TOOL_TIMEOUT_SECONDS,
) -> HttpTool:
    """`words` are `METHOD ADDRESS`. Raises UsageProblem."""
    method, _, url = words.partition(" ")
    method, url = method.upper(), url.strip()
    hint = "write it as GET https://host/orders/{id}, or with openapi as GET /orders/{id}"
    if method not in METHODS or not url:
        raise UsageProblem(f"{words!r} is no request", hint)
    places: dict[str, str] = {}
    if openapi is not None:
        url, places = _operation(loose.mapping(openapi), method, url)
    if urlsplit(url).scheme not in {"http", "https"}:
        raise UsageProblem(f"{url!r} is no address", hint)
    return HttpTool(method, url, places, dict(headers or {}), dict(environ or {}), seconds)


def _operation(document: dict[str, Json], method: str, url: str) -> tuple[str, dict[str, str]]:
    """The whole address of an operation, and where its arguments go. Raises UsageProblem where it is not in there."""
    servers = loose.sequence(document.get("servers"))
    base = loose.text(loose.mapping(servers[0]).get("url")).rstrip("/") if servers else ""
    path = url.removeprefix(base) if base and url.startswith(base) else url
    item = loose.mapping(loose.mapping(document.get("paths")).get(path))
    operation = item.get(method.lower())
    if not isinstance(operation, dict):
        known = [
            f"{verb.upper()} {name}"
            for name, told in loose.mapping(document.get("paths")).items()
            for verb in loose.mapping(told)
            if verb.upper() in METHODS
        ]
        raise UsageProblem(f"the OpenAPI document has no {method} {path}", f"it has {', '.join(known[:12])}")
    places = {}
    for told in (*loose.sequence(item.get("parameters")), *loose.sequence(operation.get("parameters"))):
        parameter = _resolved(document, loose.mapping(told))
        name, place = loose.text(parameter.get("name")), loose.text(parameter.get("in"))
        if name and place in {"path", "query", "header"}:
            places[name] = place
    return (path if "://" in path else base + path), places


def _resolved(document: dict[str, Json], told: dict[str, Json]) -> dict[str, Json]:
    """A parameter, also one that is only referred to; references lead inside of the document or nowhere."""
    found: Json = told
    if loose.text(told.get("$ref")).startswith("#/"):
        found = document
        for key in told["$ref"][2:].split("/"):
            found = loose.mapping(found).get(key)
    return loose.mapping(found)
