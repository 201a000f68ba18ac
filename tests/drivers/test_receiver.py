"""The receiver as an ASGI application: what it keeps, what it refuses, what it tells."""

from __future__ import annotations

import asyncio
import gzip
import os
import socket
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest

from replaydbg import limits
from replaydbg.drivers import receiver
from replaydbg.drivers.receiver import Receiver, TraceFile
from replaydbg.errors import UsageProblem
from tests.support.otlp import logs, record, request, span
from tests.support.protobuf import protobuf

JSON, PROTOBUF = "application/json", "application/x-protobuf"
SPANS = request(span(1, "agent", links=[{"traceId": "ab" * 16, "spanId": "cd" * 8}]), span(2, "chat", 1))
RECORDS = logs(record("gen_ai.choice", {"message": "yes"}, 2))


class Talk:
    """A receiver, what it told, and requests to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.told: list[str] = []
        self.receiver = Receiver(TraceFile(str(path)), self.told.append)

    async def send(
        self, path: str, body: bytes, headers: Mapping[str, str], method: str = "POST", pieces: int = 1
    ) -> tuple[int, bytes]:
        size = -(-len(body) // pieces) or 1
        events = [
            {"type": "http.request", "body": body[at : at + size], "more_body": at + size < len(body)}
            for at in range(0, max(len(body), 1), size)
        ]
        answers: list[dict[str, Any]] = []

        async def receive() -> Mapping[str, Any]:
            await asyncio.sleep(0)
            return events.pop(0) if events else {"type": "http.disconnect"}

        async def answer(message: dict[str, Any]) -> None:
            answers.append(message)

        named = [(name.encode(), value.encode()) for name, value in headers.items()]
        await self.receiver(
            {"type": "http", "path": path, "method": method, "headers": named}, receive, answer
        )
        return answers[0]["status"], answers[1]["body"]

    def post(self, path: str, body: bytes, content_type: str = JSON, **headers: str) -> tuple[int, bytes]:
        given = {"content-type": content_type} | {
            name.replace("_", "-"): text for name, text in headers.items()
        }
        return asyncio.run(self.send(path, body, given, pieces=3))

    @property
    def lines(self) -> list[Any]:
        return [orjson.loads(line) for line in self.path.read_bytes().splitlines()]


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(tmp_path / "got.jsonl")


@pytest.mark.parametrize("packed", ["", "gzip", "deflate"])
@pytest.mark.parametrize("content_type", [JSON, PROTOBUF])
@pytest.mark.parametrize(("path", "content"), [("/v1/traces", SPANS), ("/v1/logs", RECORDS)])
def test_what_comes_is_kept_as_a_line(
    talk: Talk, path: str, content: Any, content_type: str, packed: str
) -> None:
    body = orjson.dumps(content) if content_type == JSON else protobuf(content)
    headers = {"content_encoding": packed} if packed else {}
    packs: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}
    pack = packs.get(packed, bytes)
    answer = talk.post(path, pack(body), f"{content_type}; charset=utf-8", **headers)
    assert answer == (200, b"{}" if content_type == JSON else b"")
    (line,) = talk.lines
    assert _ids(line) == _ids(content)
    assert (talk.receiver.counts.spans, talk.receiver.counts.log_records) == (
        (2, 0) if path == "/v1/traces" else (0, 1)
    )
    assert talk.told == []


def _ids(request: Any) -> list[Any]:
    """Ids and names as they stand in a request, from its spans and from its log records."""
    spans = [
        each
        for top in request.get("resourceSpans", [])
        for scope in top["scopeSpans"]
        for each in scope["spans"]
    ]
    records = [
        each
        for top in request.get("resourceLogs", [])
        for scope in top["scopeLogs"]
        for each in scope["logRecords"]
    ]
    return [
        (
            each["traceId"],
            each["spanId"],
            each.get("parentSpanId"),
            each.get("name"),
            each.get("eventName"),
            each.get("links"),
        )
        for each in spans + records
    ]


@pytest.mark.parametrize(
    ("path", "body", "content_type", "headers", "status", "words"),
    [
        ("/v1/traces", b"{}", "text/plain", {}, 415, "content type"),
        ("/v1/traces", b"{}", "", {}, 415, "content type"),
        ("/v1/traces", b"{}", JSON, {"content_encoding": "br"}, 415, "content encoding"),
        ("/v1/traces", b"{}", JSON, {"content_length": str(1 << 40)}, 413, "32 MiB"),
        ("/v1/traces", b"{", JSON, {}, 400, "no application/json"),
        ("/v1/traces", b"[]", JSON, {}, 400, "no list of resourceSpans"),
        ("/v1/traces", b'{"resourceSpans": {}}', JSON, {}, 400, "no list of resourceSpans"),
        ("/v1/traces", b"[" * 5000, JSON, {}, 400, "no application/json"),
        ("/v1/traces", b'{"resourceSpans":[' + b"[" * 400 + b"]" * 400 + b"]}", JSON, {}, 400, "cannot be kept"),
        ("/v1/traces", b"\xff\xff", PROTOBUF, {}, 400, "no application/x-protobuf"),
        ("/v1/traces", b"no gzip", JSON, {"content_encoding": "gzip"}, 400, "no gzip"),
        ("/v1/traces", gzip.compress(b"{}", mtime=0)[:-9], JSON, {"content_encoding": "gzip"}, 400, "too early"),
        ("/", b"{}", JSON, {}, 404, "the whole path"),
        ("/health", b"{}", JSON, {}, 404, "OTLP receiver"),
    ],
    ids=range(14),
)  # fmt: skip
def test_what_is_refused_is_told_once(
    talk: Talk, path: str, body: bytes, content_type: str, headers: Any, status: int, words: str
) -> None:
    for _ in range(2):
        assert talk.post(path, body, content_type, **headers)[0] == status
    (told,) = talk.told
    assert words in told
    assert str(status) in told
    assert talk.lines == []
    assert talk.receiver.counts.refused == 2


def test_only_post_is_otlp(talk: Talk) -> None:
    assert asyncio.run(talk.send("/v1/traces", b"", {}, "OPTIONS"))[0] == 405


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_is_bounded_before_it_is_held(
    talk: Talk, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "RECEIVE_BODY_BYTES_MAX", 1000)
    body = b" " * 5000
    headers = {"content_encoding": "gzip"} if packed else {}
    assert talk.post("/v1/traces", gzip.compress(body) if packed else body, JSON, **headers)[0] == 413


@pytest.fixture
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RECEIVE_WAIT_SECONDS", 60)


@pytest.mark.usefixtures("_patient")
def test_more_than_so_many_at_once_wait_for_each_other(talk: Talk) -> None:
    async def many() -> set[int]:
        body = orjson.dumps(SPANS)
        sent = [
            talk.send("/v1/traces", body, {"content-type": JSON})
            for _ in range(5 * limits.RECEIVE_REQUESTS_MAX)
        ]
        return {status for status, _ in await asyncio.gather(*sent)}

    assert asyncio.run(many()) == {200}
    assert len(talk.lines) == 5 * limits.RECEIVE_REQUESTS_MAX
    assert talk.told == []


@pytest.mark.usefixtures("_patient")
def test_more_than_may_wait_are_asked_to_come_again(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RECEIVE_WAITING_MAX", 4)

    async def many() -> list[int]:
        async with asyncio.TaskGroup() as tasks:
            body = orjson.dumps(SPANS)
            sent = [
                tasks.create_task(talk.send("/v1/traces", body, {"content-type": JSON}))
                for _ in range(limits.RECEIVE_REQUESTS_MAX + 4 + 3)
            ]
        return sorted(each.result()[0] for each in sent)

    assert asyncio.run(many()) == [200] * (limits.RECEIVE_REQUESTS_MAX + 4) + [503] * 3
    assert "at once" in talk.told[0]


@pytest.mark.usefixtures("_patient")
def test_clients_that_stop_in_the_middle_hold_up_nobody(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RECEIVE_BODY_SECONDS", 0.5)
    headers = [(b"content-type", JSON.encode())]
    answers: list[dict[str, Any]] = []

    async def silent() -> Mapping[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    async def answer(message: dict[str, Any]) -> None:
        answers.append(message)

    async def many() -> int:
        scope = {"type": "http", "path": "/v1/traces", "method": "POST", "headers": headers}
        async with asyncio.TaskGroup() as tasks:
            for _ in range(limits.RECEIVE_REQUESTS_MAX):
                tasks.create_task(talk.receiver(scope, silent, answer))
            await asyncio.sleep(0)
            other = tasks.create_task(talk.send("/v1/traces", orjson.dumps(SPANS), {"content-type": JSON}))
        return other.result()[0]

    assert asyncio.run(many()) == 200
    assert [each["status"] for each in answers if "status" in each] == [408] * limits.RECEIVE_REQUESTS_MAX
    assert len(talk.lines) == 1


def test_what_is_not_whole_when_it_ends_is_counted_as_refused(talk: Talk) -> None:
    async def silent() -> Mapping[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    async def answer(_: dict[str, Any]) -> None: ...

    async def ended() -> None:
        headers = [(b"content-type", JSON.encode())]
        scope = {"type": "http", "path": "/v1/traces", "method": "POST", "headers": headers}
        task = asyncio.ensure_future(talk.receiver(scope, silent, answer))
        await asyncio.sleep(0.01)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(ended())
    assert talk.receiver.counts.refused == 1
    assert "when the receiver ended" in talk.told[-1]


@pytest.mark.parametrize("path", ["/v1/traces/", "/otlp/v1/traces", "/api/public/otel/v1/traces"])
def test_an_exporter_may_have_a_prefix(talk: Talk, path: str) -> None:
    assert talk.post(path, orjson.dumps(SPANS))[0] == 200
    assert len(talk.lines) == 1


def test_an_exporter_that_speaks_grpc_is_told_what_to_set(talk: Talk) -> None:
    assert asyncio.run(talk.send("*", b"", {}, "PRI"))[0] == 404
    assert "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf" in talk.told[0]


@pytest.mark.parametrize(
    ("said", "words"),
    [(b"\x16\x03\x01\x00\x05hello", "TLS"), (b"\x00\x01\r\n\r\n", "no HTTP")],
)
def test_a_connection_that_speaks_something_else_is_told(talk: Talk, said: bytes, words: str) -> None:
    bound = receiver.listener("127.0.0.1", 0)
    address = bound.getsockname()

    def call() -> bytes:
        with socket.create_connection(address, 10) as connection:
            connection.sendall(said)
            return connection.recv(100)

    async def served() -> bytes:
        server = receiver.server(talk.receiver)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve(sockets=[bound]))
            answer = await asyncio.to_thread(call)
            server.should_exit = True
        return answer

    assert asyncio.run(served()).startswith(b"HTTP/1.1 400")
    assert words in talk.told[0]


def test_a_client_that_breaks_off_leaves_nothing(talk: Talk) -> None:
    async def broken() -> tuple[int, bytes]:
        return await talk.send("/v1/traces", b"", {"content-type": JSON}, pieces=1)

    assert asyncio.run(broken())[0] == 400  # an empty body is no JSON
    assert talk.lines == []


def test_metrics_are_taken_and_said_to_be_left_out(talk: Talk) -> None:
    assert talk.post("/v1/metrics", b"{}") == (200, b"{}")
    assert "metrics" in talk.told[0]
    assert talk.lines == []


def test_a_disk_that_is_full_is_no_acknowledgement(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write

    def half(file: int, data: Any) -> int:
        if len(data) > 10:
            return real(file, data[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", half)
    assert talk.post("/v1/traces", orjson.dumps(SPANS))[0] == 503
    monkeypatch.undo()
    assert talk.path.read_bytes() == b"", "half a line is taken away again"
    assert "No space left" in talk.told[0]
    assert talk.post("/v1/traces", orjson.dumps(SPANS))[0] == 200
    assert len(talk.lines) == 1


def test_what_is_in_the_file_is_kept_and_a_torn_line_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "got.jsonl"
    path.write_bytes(b'{"resourceSpans":[]}\n{"torn')
    file = TraceFile(str(path))
    file.append(b"{}\n")
    file.close()
    assert path.read_bytes() == b'{"resourceSpans":[]}\n{"torn\n{}\n'


@pytest.mark.parametrize("written", [b"# Notes\n", b'{"type":"user"}\n', b"[1]", b"\x1f\x8b\x08"])
def test_a_file_that_holds_something_else_is_left_alone(tmp_path: Path, written: bytes) -> None:
    path = tmp_path / "notes.md"
    path.write_bytes(written)
    with pytest.raises(UsageProblem, match="something else"):
        TraceFile(str(path))
    assert path.read_bytes() == written


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="cannot be written"):
        TraceFile(str(tmp_path / "no" / "such.jsonl"))


def test_without_the_package_protobuf_is_refused(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("replaydbg.wire.otlp.is_available", lambda: False)
    assert talk.post("/v1/traces", b"", PROTOBUF)[0] == 415
    assert "replaydbg[otlp]" in talk.told[0]


def test_addresses() -> None:
    with receiver.listener("127.0.0.1", 0) as bound:
        assert receiver.is_loopback(bound)
        with pytest.raises(UsageProblem, match="cannot be listened on") as problem:
            receiver.listener("127.0.0.1", bound.getsockname()[1])
        assert "--port" in problem.value.hint
    with receiver.listener("0.0.0.0", 0) as bound:
        assert not receiver.is_loopback(bound)
    with pytest.raises(UsageProblem) as problem:
        receiver.listener("no.such.host.invalid", 0)
    assert "--host" in problem.value.hint
