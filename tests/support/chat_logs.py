"""Chat logs in a few words, and the steps that become of them."""

from __future__ import annotations

from typing import Any

import orjson

from replaydbg.core.trace import Trace
from replaydbg.readers._api import Document, Reading
from replaydbg.readers.chat_log import READER
from replaydbg.wire.arguments import call_from_raw
from tests.support.model_server import reply

TOOL = {"type": "function", "function": {"name": "search", "parameters": {"type": "object"}}}


SYSTEM = {"role": "system", "content": "Be brief."}


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def asks(*calls: tuple[str, str, str], text: str | None = None) -> dict[str, Any]:
    functions = [
        {"id": id_, "type": "function", "function": {"name": name, "arguments": raw}}
        for id_, name, raw in calls
    ]
    return {"role": "assistant", "content": text, "tool_calls": functions}


def says(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def tool(id_: str, text: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": id_, "content": text}


def completion(message: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"model": "m-1", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}], **fields}


def logged(messages: list[Any], answer: dict[str, Any] | None, **fields: Any) -> dict[str, Any]:
    response = {"response": completion(answer)} if answer is not None else {}
    return {"model": "m", "messages": messages, **response, **fields}


def read(data: bytes | Any, name: str = "log.jsonl") -> Reading:
    raw = data if isinstance(data, bytes) else orjson.dumps(data)
    (reading,) = READER.read(Document(name, memoryview(raw)), False)
    assert reading.complete
    return reading


def one(data: bytes | Any) -> Trace:
    (trace,) = read(data).traces
    return trace


def outline(trace: Trace) -> list[str]:
    return [f"{step.id} {step.name}" for step in trace.steps()]


def sniffed(data: bytes | Any, name: str = "log.jsonl") -> float:
    raw = data if isinstance(data, bytes) else orjson.dumps(data)
    return READER.sniff(Document(name, memoryview(raw)))


TALK = [
    SYSTEM,
    user("Find x."),
    asks(("c1", "search", '{"q": "x"}'), ("c2", "search", '{"q": "y"}')),
    tool("c2", "about y"),
    tool("c1", "about x"),
    says("Found."),
]


def chain() -> list[dict[str, Any]]:
    """Two calls of one run, as a wrapper around a client logs them."""
    prompt = [SYSTEM, user("Find x.")]
    ask = asks(("c1", "search", '{"q": "x"}'))
    return [
        logged(
            prompt,
            ask,
            tools=[TOOL],
            temperature=0,
            timestamp="2026-06-02T09:14:00Z",
            latency_ms=1500,
            cost=0.25,
        ),
        logged([*prompt, ask, tool("c1", "about x")], says("Found."), tools=[TOOL]),
    ]


PROMPT = {"model": "m", "messages": [user("hi")], "tools": [TOOL]}


ANSWER = reply("Hello.", call_from_raw("c", "search", "{}"))


def exchange(url: str, body: Any, response: Any) -> dict[str, Any]:
    return {"request": {"method": "POST", "url": url, "body": body}, "response": response}
