"""HTTP requests as tools, against a real server on this machine."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from replaydbg.core.outcome import Failed, ToolResult
from replaydbg.drivers.tools.http_request import http_tool
from replaydbg.errors import UsageProblem
from tests.support.build import call


@pytest.fixture
def server() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An address, and what was asked there. `/missing` answers 404, `/text` no JSON."""
    asked: list[dict[str, Any]] = []

    class Echo(BaseHTTPRequestHandler):
        def _any(self) -> None:
            size = int(self.headers.get("content-length", 0))
            body = self.rfile.read(size)
            asked.append(
                {"method": self.command, "path": self.path, "body": body, "headers": dict(self.headers)}
            )
            said = (
                b"plain" if "/text" in self.path else json.dumps({"ok": "/missing" not in self.path}).encode()
            )
            self.send_response(404 if "/missing" in self.path else 200)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _any

        def log_message(self, *_: Any) -> None:
            pass

    listening = HTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}", asked
    listening.shutdown()
    listening.server_close()
    thread.join(5)


def run(words: str, arguments: Any, openapi: Any = None, **fields: Any) -> Any:
    return asyncio.run(http_tool(words, openapi, **fields).run(call("f", arguments)))


def test_the_address_the_query_and_the_body(server: Any) -> None:
    url, asked = server
    outcome = run(f"GET {url}/orders/{{id}}", {"id": "a/b?c", "deep": {"x": 1}, "q": "ü"})
    assert outcome == ToolResult({"ok": True}, duration_ms=outcome.duration_ms)
    assert asked[0]["path"] == "/orders/a%2Fb%3Fc?deep=%7B%22x%22%3A1%7D&q=%C3%BC"
    run(f"post {url}/orders", {"id": 7, "items": [1]})
    assert (asked[1]["method"], json.loads(asked[1]["body"])) == ("POST", {"id": 7, "items": [1]})


def test_a_refusal_is_a_result_that_is_an_error(server: Any) -> None:
    url, _ = server
    outcome = run(f"GET {url}/missing", {})
    assert (outcome.result, outcome.is_error) == ({"ok": False}, True)
    assert run(f"GET {url}/text", {}).result == "plain"


def test_secrets_are_taken_from_the_environment_when_they_are_sent(server: Any) -> None:
    url, asked = server
    fields: dict[str, Any] = {
        "headers": {"Authorization": "$TOKEN", "X-Plain": "p"},
        "environ": {"TOKEN": "s3cr3t"},
    }
    assert "s3cr3t" not in repr(http_tool(f"GET {url}/", **fields))
    run(f"GET {url}/", {}, **fields)
    assert (asked[0]["headers"]["Authorization"], asked[0]["headers"]["X-Plain"]) == ("s3cr3t", "p")
    outcome = run(f"GET {url}/", {}, headers={"Authorization": "$TOKEN"}, environ={})
    assert (outcome.kind, outcome.message) == ("arguments", "$TOKEN is not set in the environment")


def test_an_operation_of_an_openapi_document(server: Any) -> None:
    url, asked = server
    document = {
        "servers": [{"url": f"{url}/api/"}],
        "components": {"parameters": {"trace": {"name": "trace", "in": "header"}}},
        "paths": {
            "/orders/{id}": {
                "parameters": [{"name": "id", "in": "path"}],
                "post": {
                    "parameters": [{"name": "dry", "in": "query"}, {"$ref": "#/components/parameters/trace"}]
                },
            }
        },
    }
    for words in ("POST /orders/{id}", f"POST {url}/api/orders/{{id}}"):
        run(words, {"id": 7, "dry": True, "trace": "t1", "note": "n"}, document)
        told = asked.pop()
        assert told["path"] == "/api/orders/7?dry=true"
        assert told["headers"]["trace"] == "t1"
        assert json.loads(told["body"]) == {"note": "n"}
    with pytest.raises(UsageProblem, match="has no GET /orders") as problem:
        http_tool("GET /orders/{id}", document)
    assert problem.value.hint == "it has POST /orders/{id}"


def test_what_cannot_be_reached() -> None:
    outcome = run("GET http://127.0.0.1:1/", {})
    assert isinstance(outcome, Failed)
    assert outcome.kind == "network"
    assert run("GET http://127.0.0.1:1/{id}", {}).kind == "arguments"


@pytest.mark.parametrize("words", ["", "GET", "FETCH http://h/", "GET /path", "GET file:///etc/passwd"])
def test_what_is_no_request(words: str) -> None:
    with pytest.raises(UsageProblem):
        http_tool(words)
