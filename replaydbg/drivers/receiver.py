"""OTLP over HTTP, received: what any OpenTelemetry SDK sends goes into a file, one request a line.

The application is ASGI, served by uvicorn. A request is answered when it is on the disk. What is refused is answered
with a status that SDKs understand (413, 415, 503) and told to the person, too: an SDK tells nobody. So is a caller that
speaks no HTTP of ours: gRPC, which many exporters speak unless told otherwise, and TLS.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import os
import re
import signal
import socket
import threading
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import orjson
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

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
_PROTOCOL = "set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf where the agent runs"
_HEAD_BYTES = 4096
_MARK = re.compile(rb'"resource(?:Spans|Logs)"\s*:')
"""What stands at the beginning of a file that lines may be added to."""
_TLS = b"\x16\x03"
_HANG_UP: int | None = getattr(signal, "SIGHUP", None)
_PACKED = {"gzip": 31, "deflate": 15}
"""The encodings that SDKs send, with what zlib calls them."""


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
    unwritten: int = 0
    """Of the refused those that the disk would not take."""


class TraceFile:
    """A file that lines are appended to: each is there whole, on the disk, or not at all."""

    def __init__(self, path: str) -> None:
        """Raises UsageProblem, also where the file is none of these. A line that a crash cut short is closed, so that the next one is a line of its own."""
        self.path = Path(path)
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
            size = os.fstat(self._file).st_size
            head = os.pread(self._file, _HEAD_BYTES, 0) if size else b""
            is_ours = not size or (head.startswith(b"{") and _MARK.search(head) is not None)
            if is_ours and size and os.pread(self._file, 1, size - 1) != b"\n":
                os.write(self._file, b"\n")
        except OSError as error:
            raise UsageProblem(f"{path} cannot be written: {error.strerror}") from error
        if not is_ours:
            os.close(self._file)
            raise UsageProblem(
                f"{path} holds something else, and nothing was added to it", "name a new file with -o"
            )

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
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(limits.RECEIVE_REQUESTS_MAX))
    _waiting: int = 0
    _told: set[str] = field(default_factory=set)
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        try:
            content_type = await self._taken(scope, headers, receive)
        except Refused as refused:
            self.refuse(f"a request to {scope['path'][:80]!r}", refused)
            await _answer(send, refused.status, "text/plain", refused.why.encode())
            return
        except asyncio.CancelledError:  # the time to finish is over
            self.refuse(
                f"a request to {scope['path'][:80]!r}",
                Refused(503, "it was not whole when the receiver ended"),
            )
            raise
        await _answer(send, 200, content_type, b"{}" if content_type == _JSON else b"")

    async def _taken(self, scope: Scope, headers: Mapping[str, str], receive: Receive) -> str:
        """Keep what a request holds. Returns the type of the answer. Raises Refused."""
        path = _signal(scope["path"], scope["method"])
        if scope["method"] != "POST":
            raise Refused(405, "OTLP is sent with POST")
        content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type not in {_PROTOBUF, _JSON}:
            raise Refused(415, f"the content type is {content_type[:80]!r}, not {_PROTOBUF} or {_JSON}")
        if content_type == _PROTOBUF and not otlp.is_available():
            raise Refused(415, f"{otlp.MISSING}; pip install 'replaydbg[otlp]'")
        async with self._slot():
            body = await _in_time(headers, receive)
            if path == _NOT_KEPT:
                self._tell_once("metrics come in, too; they are no part of a trace and are not kept")
                return content_type
            line, spans, log_records = await asyncio.to_thread(_line, path, content_type, body)
            async with self._writing:
                try:
                    await asyncio.to_thread(self.file.append, line)
                except OSError as error:
                    self.counts.unwritten += 1
                    raise Refused(503, f"{self.file.path} cannot be written: {error.strerror}") from error
        self.counts.requests += 1
        self.counts.spans += spans
        self.counts.log_records += log_records
        return content_type

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        """One of the few requests that may lie in memory; the others wait with their bodies unread. Raises Refused."""
        too_many = Refused(503, f"more than {limits.RECEIVE_REQUESTS_MAX} requests at once")
        if self._waiting >= limits.RECEIVE_WAITING_MAX:
            raise too_many
        self._waiting += 1
        try:
            async with asyncio.timeout(limits.RECEIVE_WAIT_SECONDS):
                await self._slots.acquire()
        except TimeoutError as error:
            raise too_many from error
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._slots.release()

    def refuse(self, what: str, refused: Refused) -> None:
        """Count it, and tell the person."""
        self.counts.refused += 1
        self._tell_once(f"refused {what} with {refused.status}: {refused.why}")

    def _tell_once(self, sentence: str) -> None:
        if sentence not in self._told and len(self._told) < limits.NOTICES_MAX:
            self._told.add(sentence)
            self.tell(sentence)


def _signal(path: str, method: str) -> str:
    """Which signal a path is for; an exporter may have been given a prefix. Raises Refused."""
    if method == "PRI":  # how HTTP/2 begins
        raise Refused(404, f"gRPC is not spoken here: {_PROTOCOL}")
    ending = next((each for each in (*_SIGNALS, _NOT_KEPT) if path.rstrip("/").endswith(each)), None)
    if ending is None:
        given = (
            "; an endpoint that is given in code needs the whole path, as in http://127.0.0.1:4318/v1/traces"
        )
        raise Refused(404, f"this is an OTLP receiver: {_PATHS}{given if path == '/' else ''}")
    return ending


async def _in_time(headers: Mapping[str, str], receive: Receive) -> bytes:
    """The body. Raises Refused: a client that stops in the middle of it does not hold up the others."""
    try:
        async with asyncio.timeout(limits.RECEIVE_BODY_SECONDS):
            return await _body(headers, receive)
    except TimeoutError as error:
        raise Refused(408, f"the body took more than {limits.RECEIVE_BODY_SECONDS} s") from error


async def _body(headers: Mapping[str, str], receive: Receive) -> bytes:
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {*_PACKED, "identity", ""}:
        raise Refused(415, f"the content encoding is {encoding[:80]!r}, not gzip")
    too_large = Refused(413, f"the body has more than {limits.RECEIVE_BODY_BYTES_MAX >> 20} MiB")
    unpack = zlib.decompressobj(_PACKED[encoding]) if encoding in _PACKED else None
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
            raise Refused(400, f"the body is no {encoding}: {error}") from error
        body += piece
        if len(body) > limits.RECEIVE_BODY_BYTES_MAX:
            raise too_large
    if unpack is not None and not unpack.eof:
        raise Refused(400, f"the {encoding} of the body ends too early")
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
        is_taken = getattr(error, "errno", None) == errno.EADDRINUSE
        raise UsageProblem(
            f"{host}:{port} cannot be listened on: {why.lower()}",
            "is a collector running? name another --port"
            if is_taken
            else "--host is an address of this machine",
        ) from error
    return bound


def is_loopback(bound: socket.socket) -> bool:
    """Whether only programs of this machine can reach the socket."""
    return ipaddress.ip_address(bound.getsockname()[0].partition("%")[0]).is_loopback


def server(receiver: Receiver) -> uvicorn.Server:
    """What serves it; requests that are under way when it ends are finished first."""

    class Talk(H11Protocol):
        """A connection; what it says that is no HTTP is told, too."""

        def send_400_response(self, msg: str) -> None:
            received, _ = self.conn.trailing_data
            is_tls = received.startswith(_TLS)
            why = "it speaks TLS: the endpoint is http://, not https://" if is_tls else "it speaks no HTTP"
            receiver.refuse("a connection", Refused(400, why))
            super().send_400_response(msg)

    config = uvicorn.Config(
        receiver,
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=limits.RECEIVE_STOP_SECONDS,
        h11_max_incomplete_event_size=limits.RECEIVE_HEADER_BYTES_MAX,
        http=Talk,
        proxy_headers=False,
    )
    return uvicorn.Server(config)


def serve(receiver: Receiver, bound: socket.socket) -> None:
    """Until the process is interrupted, told to end (SIGTERM), or its terminal is closed (SIGHUP)."""
    running = server(receiver)
    with suppress(KeyboardInterrupt), _ended_by(running.handle_exit, signal.SIGTERM, _HANG_UP):
        asyncio.run(running.serve(sockets=[bound]))


@contextmanager
def _ended_by(handler: Callable[[int, FrameType | None], None], *numbers: int | None) -> Iterator[None]:
    """Signals are handled so; one that is ignored, as `nohup` has it, stays so. uvicorn raises those anew that have ended it,
    which would end the process before it has said what it got.
    """
    if threading.current_thread() is not threading.main_thread():  # only there signals can be handled
        yield
        return
    before = {number: signal.getsignal(number) for number in numbers if number is not None}
    handled = {number: old for number, old in before.items() if old is not signal.SIG_IGN}
    try:
        for number in handled:
            signal.signal(number, handler)
        yield
    finally:
        for number, old in handled.items():
            signal.signal(number, old)
