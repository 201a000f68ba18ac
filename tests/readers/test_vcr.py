"""Cassettes in YAML."""

from __future__ import annotations

import base64
import gzip
import sys
from typing import Any

import orjson
import pytest
import yaml

from replaydbg import limits
from replaydbg.core.message import ToolCall
from replaydbg.readers.vcr import READER
from tests.support.chat_logs import SYSTEM, TOOL, asks, says, tool, user
from tests.support.readings import one, outline, read, sniffed, walked

URL = "https://api.openai.com/v1/chat/completions"
FIRST = {"model": "m-1", "messages": [SYSTEM, user("find x")], "tools": [TOOL]}
ASKING = asks(("c1", "search", '{"q":  "x"}'))
SECOND = {**FIRST, "messages": [*FIRST["messages"], ASKING, tool("c1", "about x")]}


def answer(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "object": "chat.completion",
        "model": "m-1",
        "choices": [{"message": message, "finish_reason": "stop"}],
    }


def exchange(request: Any, response: Any, url: str = URL) -> dict[str, Any]:
    return {
        "request": {
            "method": "POST",
            "uri": url,
            "headers": {"accept": ["*/*"]},
            "body": orjson.dumps(request).decode(),
        },
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": {"content-type": ["application/json"]},
            "body": {"string": orjson.dumps(response).decode()},
        },
    }


def cassette(*exchanges: dict[str, Any], key: str = "interactions") -> bytes:
    return yaml.safe_dump({key: list(exchanges), "version": 1}).encode()


CASSETTE = cassette(
    exchange({}, {}, "https://example.org/token"),
    exchange(FIRST, answer(ASKING)),
    exchange(SECOND, answer(says("Found."))),
)


def test_a_cassette() -> None:
    assert sniffed(READER, CASSETTE) == 0.9
    reading = read(READER, CASSETTE, "run.yaml")
    (trace,) = reading.traces
    assert outline(trace) == ["model-call chat m-1", "tool-execution search", "model-call chat m-1"]
    asked, ran, last = trace.steps()
    assert asked.tool_calls == (ToolCall("c1", "search", {"q": "x"}, '{"q":  "x"}'),)
    assert [spec.name for spec in asked.body.tools or ()] == ["search"]
    assert ran.body.result == "about x"
    assert last.body.raw["request"]["uri"] == URL
    assert [notice.message for notice in reading.notices] == ["1 exchange is no model call, left out"]


def test_bodies_packed_and_binary() -> None:
    packed = exchange(FIRST, {})
    packed["response"]["body"]["string"] = gzip.compress(orjson.dumps(answer(says("hi"))), mtime=0)
    (step,) = one(READER, cassette(packed)).steps()
    assert step.body.output is not None
    assert step.body.output.text == "hi"


def test_bodies_that_were_parsed() -> None:
    told = {
        "request": {"uri": URL, "parsed_body": FIRST},
        "response": {"status": {"code": 200}, "parsed_body": answer(says("hi"))},
    }
    (step,) = one(READER, cassette(told)).steps()
    assert step.body.output is not None
    assert step.body.output.text == "hi"


def test_cassettes_of_ruby() -> None:
    told = exchange(FIRST, {})
    told["request"]["body"] = {"encoding": "UTF-8", "string": told["request"]["body"]}
    told["response"]["body"] = {"base64_string": base64.b64encode(orjson.dumps(answer(says("hi")))).decode()}
    data = cassette(told, key="http_interactions")
    assert sniffed(READER, data) == 0.9
    (step,) = one(READER, data).steps()
    assert step.body.output is not None
    assert step.body.output.text == "hi"


def test_a_call_that_was_refused() -> None:
    told = exchange(FIRST, {"error": {"message": "slow down"}})
    told["response"]["status"] = {"code": 429, "message": "Too Many Requests"}
    (step,) = one(READER, cassette(told)).steps()
    assert (step.status, step.body.error) == ("error", "slow down")


def test_what_is_no_yaml_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = read(READER, b"interactions:\n- [")
    assert reading.traces == ()
    assert "no YAML" in reading.notices[0].message
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert "pip install" in read(READER, CASSETTE).notices[0].message
    monkeypatch.setattr(limits, "YAML_BYTES_MAX", 10)
    assert "split the cassette" in read(READER, CASSETTE).notices[0].message


@pytest.mark.parametrize(
    "data", [b"a: 1\n", b'{"interactions": []}', b"x interactions:\n", b"", b"interactions: 3\n"]
)
def test_other_files_are_not_claimed(data: bytes) -> None:
    assert sniffed(READER, data) == 0.0


def test_every_step_can_be_looked_at() -> None:
    assert len(walked(read(READER, CASSETTE))) == 3


SAMPLES = [CASSETTE]
