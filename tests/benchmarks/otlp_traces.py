"""Large OTLP traces, made up: an agent that talks, calls tools and hands work to others.

`full` repeats the whole history on every model call, as most instrumentations do; `delta` records only what is new.
Spans are written when they end, so that children stand before their parents. The same seed gives the same bytes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Literal

import orjson

from tests.support.otlp import any_value

Mode = Literal["full", "delta"]

WORDS = [
    "the",
    "plan",
    "of",
    "this",
    "run",
    "is",
    "to",
    "read",
    "every",
    "file",
    "that",
    "was",
    "changed,",
    "look",
    "for",
    "the",
    "call",
    "which",
    "fails,",
    "and",
    "say",
    "why;",
    "tool",
    "result",
    "error",
    "value",
    "path",
    "line",
    "query",
    "table",
    "column",
    "agent",
    "user",
    "system",
    "request",
    "response",
    "retry",
    "timeout",
]
_TOOLS = [
    {
        "type": "function",
        "name": name,
        "description": f"{name}: use it when the task asks for it, and never twice with the same arguments.",
        "parameters": {
            "type": "object",
            "properties": {"query": {"type": "string"}, "limit": {"type": "integer", "minimum": 1}},
            "required": ["query"],
        },
    }
    for name in ("search", "read_file", "run_tests", "write_note")
]
_HISTORY_BYTES_MAX = 300_000
"""Longer histories are compacted, as agents do."""
_CALLS_PER_AGENT = 120


class _Writer:
    def __init__(self, mode: Mode, seed: int) -> None:
        self.mode, self.random = mode, random.Random(seed)
        self.clock = 1_760_000_000_000_000_000
        self.trace_id = f"{self.random.getrandbits(128) | 1:032x}"
        self.tools = orjson.dumps(_TOOLS).decode()

    def text(self, words: int) -> str:
        return " ".join(self.random.choices(WORDS, k=words)) + ' — "quoted"\nand a second line'

    def id(self) -> str:
        return f"{self.random.getrandbits(64) | 1 << 63:016x}"

    def span(self, own: str, parent: str, name: str, attributes: dict[str, Any], nanoseconds: int) -> bytes:
        self.clock += nanoseconds
        document = {
            "traceId": self.trace_id,
            "spanId": own,
            "parentSpanId": parent,
            "flags": 256,
            "name": name,
            "kind": 1,
            "startTimeUnixNano": str(self.clock - nanoseconds),
            "endTimeUnixNano": str(self.clock),
            "attributes": [{"key": key, "value": any_value(value)} for key, value in attributes.items()],
            "status": {"code": 1},
        }
        return orjson.dumps(document)

    def model_call(self, parent: str, agent: str, prompt: list[Any], reply: Any) -> bytes:
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "made-up-large",
            "gen_ai.response.model": "made-up-large-1",
            "gen_ai.response.id": self.id(),
            "gen_ai.agent.name": agent,
            "gen_ai.request.temperature": 0.2,
            "gen_ai.usage.input_tokens": self.random.randrange(100, 90_000),
            "gen_ai.usage.output_tokens": self.random.randrange(10, 900),
            "gen_ai.response.finish_reasons": ["tool_calls"],
            "gen_ai.input.messages": orjson.dumps(prompt).decode(),
            "gen_ai.output.messages": orjson.dumps([reply]).decode(),
            "gen_ai.tool.definitions": self.tools,
        }
        return self.span(self.id(), parent, "chat made-up-large", attributes, 2_000_000_000)

    def tool_execution(self, parent: str, call: Any, result: str) -> bytes:
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": call["name"],
            "gen_ai.tool.type": "function",
            "gen_ai.tool.call.id": call["id"],
            "gen_ai.tool.call.arguments": orjson.dumps(call["arguments"]).decode(),
            "gen_ai.tool.call.result": result,
        }
        return self.span(self.id(), parent, f"execute_tool {call['name']}", attributes, 300_000_000)

    def agent(self, root: str, number: int) -> Iterator[bytes]:
        own, name = self.id(), f"agent {number % 5}"
        opening: list[Any] = [
            {"role": "system", "parts": [{"type": "text", "content": self.text(250)}]},
            {"role": "user", "parts": [{"type": "text", "content": self.text(60)}]},
        ]
        history, new, size = list(opening), list(opening), 0
        for _ in range(_CALLS_PER_AGENT):
            call = {
                "type": "tool_call",
                "id": f"call_{self.id()}",
                "name": self.random.choice(_TOOLS)["name"],
                "arguments": {"query": self.text(6), "limit": self.random.randrange(1, 9)},
            }
            reply = {
                "role": "assistant",
                "parts": [{"type": "text", "content": self.text(40)}, call],
                "finish_reason": "tool_calls",
            }
            yield self.model_call(own, name, history if self.mode == "full" else new, reply)
            result = self.text(self.random.choice((20, 80, 400)))
            yield self.tool_execution(own, call, result)
            answer = {
                "role": "tool",
                "parts": [{"type": "tool_call_response", "id": call["id"], "response": result}],
            }
            new = [reply, answer]
            history += new
            size += 2 * len(result)
            if size > _HISTORY_BYTES_MAX:
                history, size = list(opening), 0
        attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name}
        yield self.span(own, root, f"invoke_agent {name}", attributes, 1)


def spans(mode: Mode, size_bytes: int, seed: int = 7) -> Iterator[bytes]:
    """Spans of one trace, as JSON text, until `size_bytes` were written and the agent is done; the root comes last."""
    writer = _Writer(mode, seed)
    root, written, number = writer.id(), 0, 0
    while written < size_bytes:
        for text in writer.agent(root, number):
            written += len(text) + 1
            yield text
        number += 1
    yield writer.span(root, "", "workflow", {"traceloop.span.kind": "workflow"}, 1)


def document(mode: Mode, size_bytes: int, seed: int = 7) -> Iterator[bytes]:
    """The pieces of one OTLP document on one line."""
    yield b'{"resourceSpans":[{"resource":{"attributes":[]},"scopeSpans":[{"scope":{"name":"made.up"},"spans":['
    for number, text in enumerate(spans(mode, size_bytes, seed)):
        yield (b"," if number else b"") + text
    yield b"]}]}]}"


def lines(mode: Mode, size_bytes: int, seed: int = 7, *, spans_per_line: int = 50) -> Iterator[bytes]:
    """The lines of a collector's file exporter: some spans in each."""
    batch: list[bytes] = []
    for text in spans(mode, size_bytes, seed):
        batch.append(text)
        if len(batch) == spans_per_line:
            yield _line(batch)
            batch.clear()
    if batch:
        yield _line(batch)


def _line(batch: list[bytes]) -> bytes:
    scope = b'{"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{"name":"made.up"},"spans":['
    return scope + b",".join(batch) + b"]}]}]}\n"


def array(mode: Mode, size_bytes: int, seed: int = 7) -> Iterator[bytes]:
    """An array of requests of some spans each, as protobuf's JSON writers make it."""
    for number, line in enumerate(lines(mode, size_bytes, seed)):
        yield (b"," if number else b"[") + line.rstrip()
    yield b"]"
