"""A model server on the loopback interface whose replies are scripted: for recordings, not a model.

It speaks OpenAI Chat Completions, OpenAI Responses and Anthropic Messages, as JSON and as server-sent events. A script is
a function from what was asked (`Asked`) to what to say (`Say`); `wire_shapes` turns both into the providers' shapes.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.record import wire_shapes
from tests.record.wire_shapes import Asked, Say

Script = Callable[[Asked], Say]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, script: Script, seconds_per_token: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = script
        self.seconds_per_token = seconds_per_token


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        shape = wire_shapes.for_path(self.path)
        asked = shape.asked(body)
        reply = shape.reply(body, self.server.script(asked))
        time.sleep(wire_shapes.output_tokens(reply) * self.server.seconds_per_token)
        if body.get("stream"):
            self._send("text/event-stream", "".join(shape.events(reply)).encode())
        else:
            self._send("application/json", json.dumps(reply, ensure_ascii=False).encode())

    def _send(self, kind: str, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
        """Keep quiet."""


@contextmanager
def serving(script: Script, *, seconds_per_token: float = 0.004) -> Iterator[str]:
    """Serve a script; yields the base URL without `/v1`."""
    server = _Server(script, seconds_per_token)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
