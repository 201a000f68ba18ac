"""OTLP over HTTP, received: what any OpenTelemetry SDK sends goes into a file, one request a line.

The application is ASGI, served by uvicorn. A request is answered when it is on the disk. What is refused is answered
with a status that SDKs understand (413, 415, 503) and told to the person, too: an SDK tells nobody.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import zlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import uvicorn

from replaydbg import limits
from replaydbg.errors import UsageProblem
from replaydbg.wire import otlp

Tell = Callable[[str], None]
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_PROTOBUF, _JSON = "application/x-protobuf", "application/json"
_SIGNALS = {
    "/v1/traces": ("ExportTraceServiceRequest", "resourceSpans"),
    "/v1/logs": ("ExportLogsServiceRequest", "resourceLogs"),
}
_BELOW = {"resourceSpans": ("scopeSpans", "spans"), "resourceLogs": ("scopeLogs", "logRecords")}
_NOT_KEPT = "/v1/metrics"
_PATHS = ", ".join([*_SIGNALS, _NOT_KEPT])


class Refused(Exception):
    """A request that is not taken: the status and one sentence for both sides."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


@dataclass(slots=True)
class Counts:
    """What came in so far."""

    requests: int = 0
    spans: int = 0
    log_records: int = 0
    refused: int = 0


class TraceFile:
    """A file that lines are appended to: each is there whole, on the disk, or not at all."""

    def __init__(self, path: str) -> None:
        """Raises UsageProblem. A line that a crash cut short is closed, so that the next one is a line of its own."""
        self.path = Path(path)
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
            size = os.fstat(self._file).st_size
            if size and os.pread(self._file, 1, size - 1) != b"\n":
                os.write(self._file, b"\n")
        except OSError as error:
            raise UsageProblem(f"{path} cannot be written: {error.strerror}") from error

    def append(self, line: bytes) -> None:
        """Raises OSError; what was written of the line is then taken away again."""
        before = os.fstat(self._file).st_size
        left = memoryview(line)
        try:
            while left:
                left = left[os.write(self._file, left) :]
            os.fsync(self._file)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file, before)
            raise

    def close(self) -> None:
        os.close(self._file)


@dataclass(slots=True)
class Receiver:
    """The application. `tell` is called with a sentence for the person; one that was told already is not repeated."""

    file: TraceFile
    tell: Tell
    counts: Counts = field(default_factory=Counts)
    _in_flight: int = 0
    _told: set[str] = field(default_factory=set)
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        try:
            if self._in_flight >= limits.RECEIVE_REQUESTS_MAX:
                raise Refused(503, f"more than {limits.RECEIVE_REQUESTS_MAX} requests at once")
            self._in_flight += 1
            try:
                content_type = await self._taken(scope, headers, receive)
            finally:
                self._in_flight -= 1
        except Refused as refused:
            self.counts.refused += 1
            self._tell_once(
                f"refused a request to {scope['path'][:80]!r} with {refused.status}: {refused.why}"
            )
            await _answer(send, refused.status, "text/plain", refused.why.encode())
            return
        await _answer(send, 200, content_type, b"{}" if content_type == _JSON else b"")

    async def _taken(self, scope: Scope, headers: Mapping[str, str], receive: Receive) -> str:
        """Keep what a request holds. Returns the type of the answer. Raises Refused."""
        path = scope["path"]
        if path != _NOT_KEPT and path not in _SIGNALS:
            raise Refused(404, f"this is an OTLP receiver: {_PATHS}")
        if scope["method"] != "POST":
            raise Refused(405, "OTLP is sent with POST")
        content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type not in {_PROTOBUF, _JSON}:
            raise Refused(415, f"the content type is {content_type[:80]!r}, not {_PROTOBUF} or {_JSON}")
        if content_type == _PROTOBUF and not otlp.is_available():
            raise Refused(415, f"{otlp.MISSING}; pip install 'replaydbg[otlp]'")
        body = await _body(headers, receive)
        if path == _NOT_KEPT:
            self._tell_once("metrics come in, too; they are no part of a trace and are not kept")
            return content_type
        line, spans, log_records = await asyncio.to_thread(_line, path, content_type, body)
        async with self._writing:
            try:
                await asyncio.to_thread(self.file.append, line)
            except OSError as error:
                raise Refused(503, f"{self.file.path} cannot be written: {error.strerror}") from error
        self.counts.requests += 1
        self.counts.spans += spans
        self.counts.log_records += log_records
        return content_type

    def _tell_once(self, sentence: str) -> None:
        if sentence not in self._told and len(self._told) < limits.NOTICES_MAX:
            self._told.add(sentence)
            self.tell(sentence)


async def _body(headers: Mapping[str, str], receive: Receive) -> bytes:
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"gzip", "identity", ""}:
        raise Refused(415, f"the content encoding is {encoding[:80]!r}, not gzip")
    too_large = Refused(413, f"the body has more than {limits.RECEIVE_BODY_BYTES_MAX >> 20} MiB")
    unpack = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limits.RECEIVE_BODY_BYTES_MAX:
        raise too_large
    body = bytearray()
    more = True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise Refused(400, "the connection broke off")
        piece, more = event.get("body", b""), event.get("more_body", False)
        try:
            if unpack is not None:
                piece = unpack.decompress(piece, limits.RECEIVE_BODY_BYTES_MAX - len(body) + 1)
        except zlib.error as error:
            raise Refused(400, f"the body is no gzip: {error}") from error
        body += piece
        if len(body) > limits.RECEIVE_BODY_BYTES_MAX:
            raise too_large
    if unpack is not None and not unpack.eof:
        raise Refused(400, "the gzip of the body ends too early")
    return bytes(body)


def _line(path: str, content_type: str, body: bytes) -> tuple[bytes, int, int]:
    """The request on a line of JSON, and how many spans and log records are in it. Raises Refused."""
    message, key = _SIGNALS[path]
    try:
        if content_type == _PROTOBUF:
            request = otlp.document(otlp.decoded(message, body))
        else:
            request = orjson.loads(body)
    except ValueError as error:
        raise Refused(400, f"the body is no {content_type}: {error}") from error
    if not isinstance(request, dict) or not isinstance(request.setdefault(key, []), list):
        raise Refused(400, f"the body has no list of {key}")
    try:
        line = orjson.dumps(request) + b"\n"
    except TypeError as error:
        raise Refused(400, f"the body cannot be kept: {error}") from error
    count = sum(len(records) for records in _lists(request, (key, *_BELOW[key])))
    return (line, count, 0) if key == "resourceSpans" else (line, 0, count)


def _lists(value: Any, keys: tuple[str, ...]) -> Iterator[list[Any]]:
    """The innermost lists on the way that the keys describe; what is of another shape is passed over."""
    found = value.get(keys[0]) if isinstance(value, dict) else None
    if not isinstance(found, list):
        return
    if len(keys) == 1:
        yield found
        return
    for item in found:
        yield from _lists(item, keys[1:])


async def _answer(send: Send, status: int, content_type: str, body: bytes) -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    if status == 503:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def listener(host: str, port: int) -> socket.socket:
    """A bound socket. Raises UsageProblem."""
    bound = None
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen()
    except (OSError, OverflowError) as error:
        if bound is not None:
            bound.close()
        why = getattr(error, "strerror", None) or str(error)
        raise UsageProblem(
            f"{host}:{port} cannot be listened on: {why.lower()}",
            "is a collector running? name another --port",
        ) from error
    return bound


def is_loopback(bound: socket.socket) -> bool:
    """Whether only programs of this machine can reach the socket."""
    return ipaddress.ip_address(bound.getsockname()[0].partition("%")[0]).is_loopback


def serve(receiver: Receiver, bound: socket.socket) -> None:
    """Until the process is interrupted; requests that are under way are finished first."""
    config = uvicorn.Config(
        receiver,
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=limits.RECEIVE_STOP_SECONDS,
        h11_max_incomplete_event_size=limits.RECEIVE_HEADER_BYTES_MAX,
        http="h11",
    )
    with suppress(KeyboardInterrupt):
        asyncio.run(uvicorn.Server(config).serve(sockets=[bound]))
