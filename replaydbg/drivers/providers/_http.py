"""A model behind HTTP, whatever shape it speaks: keys, streaming, retries, and refusals in plain words."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import orjson

from replaydbg import __version__, limits
from replaydbg.core.message import Json
from replaydbg.core.outcome import Failed, Reply
from replaydbg.core.request import ModelRequest
from replaydbg.drivers.providers import OnText, waiting
from replaydbg.wire import conversation, loose, sse

if TYPE_CHECKING:
    import ssl

    import httpx2

CONNECT_SECONDS_MAX = 10.0
"""A server that does not take a connection by then is not there."""

REPLY_BYTES_MAX = 64 << 20
"""A reply beyond this is no reply: the longest of today's models write some hundred kilobytes."""

BACKOFF_SECONDS = 0.5
"""Before the first new attempt where the server names no time; doubled each time."""

RETRY_AFTER_SECONDS_MAX = 60.0
"""A server that asks for more patience gets none: the person decides."""

ERROR_CHARS_MAX = 500
_RETRYABLE = frozenset({408, 409, 425, 429})


class Stream(Protocol):
    """What puts a streamed reply together: the `Accumulator` of a wire shape."""

    problem: str

    @property
    def is_empty(self) -> bool: ...

    def feed(self, event: sse.Event) -> str: ...

    def reply(self) -> Reply: ...


def _as_it_is(url: str, _request: ModelRequest, _stream: bool) -> str:
    return url


@dataclass(frozen=True, slots=True)
class Shape:
    """A wire shape as this room needs it."""

    write_request: Callable[[ModelRequest, bool], Json]
    read_reply: Callable[[Json], Reply]
    accumulator: Callable[[], Stream]
    headers: Callable[[str, dict[str, Json]], dict[str, str]]
    """Headers for a key ("" for none) and a body; may take out of the body what belongs into a header."""
    address: Callable[[str, ModelRequest, bool], str] = _as_it_is
    """Where to post, out of the provider's URL, the request, and whether the reply is to be streamed."""


@dataclass(frozen=True, slots=True)
class _Refused:
    """One attempt that failed. `wait_seconds` is what the server asked for."""

    failed: Failed
    wait_seconds: float | None = None
    wants_no_stream: bool = False


@dataclass(frozen=True, slots=True)
class HttpProvider:
    """Satisfies `Provider`. The key is in no repr, no message and no file."""

    name: str
    url: str
    key_variable: str
    shape: Shape
    key: str = field(default="", repr=False)
    sleep: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep, repr=False)
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc.rpartition("@")[2]

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> Reply | Failed:
        failed = self.impossible(request)
        if failed is not None:
            return failed
        started = self.clock()
        stream, attempt = True, 0
        while True:
            outcome = await self._attempt(request, on_text, stream=stream)
            if isinstance(outcome, Reply):
                return replace(outcome, duration_ms=(self.clock() - started) * 1000)
            if outcome.wants_no_stream and stream:
                stream = False
                continue
            wait = BACKOFF_SECONDS * 2**attempt if outcome.wait_seconds is None else outcome.wait_seconds
            is_last = attempt >= limits.PROVIDER_RETRIES_MAX or wait > RETRY_AFTER_SECONDS_MAX
            if not outcome.failed.retryable or is_last:
                return outcome.failed
            attempt += 1
            if (tell := waiting.get()) is not None:
                again = f"try {attempt + 1} of {limits.PROVIDER_RETRIES_MAX + 1}"
                tell(f"{outcome.failed.message.rstrip('.')}: {again} in {wait:.3g} s")
            await self.sleep(wait)

    def impossible(self, request: ModelRequest) -> Failed | None:
        """What can be said without asking anybody."""
        if not self.key and not is_loopback(self.url):
            return Failed("auth", f"{self.host} wants a key: set {self.key_variable} in the environment")
        if not (self.key.isascii() and self.key.isprintable()):  # a client's complaint would show it
            return Failed("auth", f"{self.key_variable} holds characters that no key has: set it anew")
        if not request.model:
            return Failed("request", "the request names no model: choose one")
        unanswered = conversation.dangling(request.messages)
        if unanswered:
            names = ", ".join(f"{call.name} ({call.id or 'no id'})" for call in unanswered[:3])
            return Failed(
                "request", f"the prompt holds tool calls without a response, which no provider takes: {names}"
            )
        return None

    def written(self, request: ModelRequest, *, stream: bool = True) -> tuple[str, Json, dict[str, str]]:
        """Where the request goes, its body, and its headers, among them the key."""
        body = self.shape.write_request(request, stream)
        headers = self.shape.headers(self.key, body) | {
            "content-type": "application/json",
            "user-agent": f"replaydbg/{__version__}",
        }
        return self.shape.address(self.url, request, stream), body, headers

    async def _attempt(
        self, request: ModelRequest, on_text: OnText | None, *, stream: bool
    ) -> Reply | _Refused:
        import httpx2

        url, body, headers = self.written(request, stream=stream)
        seconds = limits.PROVIDER_TIMEOUT_SECONDS
        try:
            async with (
                httpx2.AsyncClient(
                    timeout=httpx2.Timeout(seconds, connect=CONNECT_SECONDS_MAX),
                    verify=_tls() if self.url.startswith("https:") else False,
                    trust_env=not is_loopback(self.url),  # a proxy for the world is none for this machine
                ) as client,
                client.stream("POST", url, content=_encoded(body), headers=headers) as response,
            ):
                return await self._answer(response, on_text)
        except httpx2.TimeoutException:
            return _Refused(Failed("timeout", f"{self.host} was silent for too long", retryable=True))
        except httpx2.TransportError as error:
            words = self._without_key(str(error)) or type(error).__name__
            return _Refused(Failed("network", f"{self.host} cannot be reached: {words}", retryable=True))
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            return _Refused(Failed("request", f"{self.url}: {self._without_key(str(error))}"))

    async def _answer(self, response: httpx2.Response, on_text: OnText | None) -> Reply | _Refused:
        if response.status_code >= 300:
            return self._refused(response, await _bounded(response))
        if "text/event-stream" in response.headers.get("content-type", ""):
            return await self._streamed(response, on_text)
        body = loose.decoded((await _bounded(response)).decode("utf-8", "replace"))
        reply = replace(self.shape.read_reply(body), raw=body)
        says_something = reply.message.parts or reply.message.finish_reason
        if not body or body.get("error") or not says_something:  # or it is the answer of some other service
            words = self._words(orjson.dumps(body)) if body else "that is no JSON object"
            return _Refused(Failed("server", f"{self.host} gave an answer that is no reply: {words}"))
        if on_text and reply.message.text:
            on_text(reply.message.text)
        return reply

    async def _streamed(self, response: httpx2.Response, on_text: OnText | None) -> Reply | _Refused:
        """The reply, interrupted where the stream broke off: what has come is paid for."""
        import httpx2

        parser, accumulator = sse.Parser(), self.shape.accumulator()
        size = 0
        try:
            async for piece in response.aiter_bytes():
                size += len(piece)
                self._feed(accumulator, parser.feed(piece), on_text)
                if accumulator.problem or size > REPLY_BYTES_MAX:
                    break
            self._feed(accumulator, parser.finish(), on_text)
        except httpx2.HTTPError:
            if accumulator.is_empty:
                raise
        reply = accumulator.reply()
        if not accumulator.is_empty or (reply.message.finish_reason and not accumulator.problem):
            return replace(reply, interrupted=reply.interrupted or bool(accumulator.problem))
        words = self._without_key(accumulator.problem) or "the stream ended before it began"
        kind = "server" if accumulator.problem else "network"
        return _Refused(Failed(kind, f"{self.host} broke off: {words}", retryable=True))

    def _feed(self, accumulator: Stream, events: list[sse.Event], on_text: OnText | None) -> None:
        for event in events:
            text = accumulator.feed(event)
            if text and on_text:
                on_text(text)

    def _refused(self, response: httpx2.Response, body: bytes) -> _Refused:
        status, words = response.status_code, self._words(body)
        wait = _retry_after(response.headers)
        kind = "request"
        retryable = status in _RETRYABLE or status >= 500
        if status in {401, 403}:
            kind = "auth"
            if status == 401:  # its words often hold the key, or a part of it
                words = f"it does not take the key in {self.key_variable}" if self.key else "it wants a key"
        elif status == 429:
            kind = "rate-limit"
            retryable = "insufficient_quota" not in words and b"insufficient_quota" not in body
        elif status >= 500:
            kind = "server"
        elif status < 400:
            words = f"it sends us on to {response.headers.get('location', 'nowhere')}; set the base URL"
        should_retry = response.headers.get("x-should-retry")
        if should_retry in {"true", "false"}:
            retryable = should_retry == "true"
        if retryable and wait is not None and wait > RETRY_AFTER_SECONDS_MAX:
            words += f" (it asks to wait {wait:.0f} s)"
        wants_no_stream = status == 400 and "stream" in words.lower()
        message = f"{self.host} answered {status}: {words}"
        return _Refused(Failed(kind, message, retryable), wait, wants_no_stream)

    def _words(self, body: bytes) -> str:
        """What the server said went wrong, in its own words."""
        text = body.decode("utf-8", "replace")
        said: Any = loose.decoded(text)
        for key in ("error", "message", "detail"):
            if isinstance(said, dict) and said.get(key):
                said = said[key]
        words = said if isinstance(said, str) else text
        return self._without_key(" ".join(words.split())[:ERROR_CHARS_MAX]) or "no reason given"

    def _without_key(self, words: str) -> str:
        return words.replace(self.key, "[key]") if self.key else words


def is_loopback(url: str) -> bool:
    """Whether the host of the URL is this machine: no key is needed to talk to oneself."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def with_path(base_url: str, *, version: str, path: str) -> str:
    """The address to post to. The base may have the version or not, and may be the whole address already."""
    split = urlsplit(base_url if "://" in base_url else f"https://{base_url}")
    stem = split.path.rstrip("/").removesuffix(path)
    return split._replace(path=(stem or version) + path).geturl()


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Reading the certificates takes as long as a fast model's first words: once is enough."""
    import httpx2

    return httpx2.create_ssl_context()


def _encoded(body: Json) -> bytes:
    """The standard library writes what orjson refuses: numbers beyond 64 bits, lone surrogates."""
    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body).encode()


async def _bounded(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > REPLY_BYTES_MAX:
            break
    return bytes(body)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `retry-after` (a number of seconds or a date)."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(float(headers[name]) * unit, 0.0)
        except (KeyError, ValueError):
            continue
    try:
        return max(parsedate_to_datetime(headers["retry-after"]).timestamp() - time.time(), 0.0)
    except (KeyError, ValueError):
        return None
