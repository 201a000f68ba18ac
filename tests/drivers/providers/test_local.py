"""Model servers on this machine: real ones, silent ones, and ports where nobody listens."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from replaydbg.drivers.providers import _local
from replaydbg.drivers.providers._local import LocalServer, find_servers


@contextmanager
def listing(answer: Any) -> Iterator[int]:
    """The port of a server whose `/v1/models` says this; bytes are sent as they are."""

    class Models(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(200 if self.path == "/v1/models" else 404)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Models)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def nobody() -> Iterator[int]:
    """A port at which nobody listens, and that nobody else gets meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_local, "ANSWER_SECONDS_MAX", 60.0)


async def test_servers_that_list_models_are_found_in_order() -> None:
    with (
        listing({"data": [{"id": "llama3:latest"}, {"id": "qwen"}, {"no": 1}]}) as one,
        listing({"data": [{"id": "b"}]}) as two,
        nobody() as none,
    ):
        found = await find_servers([("A", one), ("none", none), ("B", two)])
    assert found == (
        LocalServer("A", f"http://127.0.0.1:{one}/v1", ("llama3:latest", "qwen")),
        LocalServer("B", f"http://127.0.0.1:{two}/v1", ("b",)),
    )
    assert [found[0].serves(model) for model in ("llama3", "qwen", "q")] == [True, True, False]


@pytest.mark.parametrize("answer", [b"", b"<html>", {"data": "x"}, {"data": []}, [1], b"\xff\xfe"])
async def test_what_answers_otherwise_is_none(answer: Any) -> None:
    with listing(answer) as port:
        assert await find_servers([("A", port)]) == ()


async def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_local, "ANSWER_SECONDS_MAX", 0.05)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        assert await find_servers([("A", silent.getsockname()[1])]) == ()
