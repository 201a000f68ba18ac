"""Runs of many small steps, made up: agents that call tools round by round, some in vain. The same seed, the same bytes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from tests.support.otlp import any_value

_ROUNDS_PER_AGENT = 60
_LOOPING_AGENTS = 11
"""One agent in so many asks for the same again and again."""
RARE = "the needle lies here"
"""Said by one step, in the last tenth of the run."""


class _Writer:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.clock = 1_760_000_000_000_000_000
        self.trace_id = self.id() + self.id()

    def id(self) -> str:
        return f"{self.random.getrandbits(64) | 1 << 63:016x}"

    def span(
        self, own: str, parent: str, name: str, attributes: dict[str, Any], *, bad: bool = False
    ) -> bytes:
        start, self.clock = self.clock, self.clock + self.random.randrange(1, 2_000_000_000)
        return orjson.dumps(
            {
                "traceId": self.trace_id,
                "spanId": own,
                "parentSpanId": parent,
                "name": name,
                "startTimeUnixNano": str(start),
                "endTimeUnixNano": str(self.clock),
                "attributes": [{"key": key, "value": any_value(value)} for key, value in attributes.items()],
                "status": {"code": 2 if bad else 1},
            }
        )

    def round(self, agent: str, name: str, query: str, said: str) -> Iterator[bytes]:
        tool = self.random.choice(("search", "read_file", "run_tests", "write_note"))
        call, arguments = self.id(), {"query": query, "limit": 3}
        parts = [
            {"type": "text", "content": said},
            {"type": "tool_call", "id": call, "name": tool, "arguments": arguments},
        ]
        asked = {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "made-up-large",
            "gen_ai.agent.name": name,
            "gen_ai.usage.input_tokens": self.random.randrange(100, 9000),
            "gen_ai.usage.output_tokens": self.random.randrange(10, 900),
            "gen_ai.output.messages": orjson.dumps([{"role": "assistant", "parts": parts}]).decode(),
        }
        yield self.span(self.id(), agent, "chat made-up-large", asked)
        bad = self.random.random() < 0.02
        ran = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": tool,
            "gen_ai.tool.call.id": call,
            "gen_ai.tool.call.arguments": orjson.dumps(arguments).decode(),
            "gen_ai.tool.call.result": "error: no" if bad else f"result {self.random.randrange(9)}",
        }
        yield self.span(self.id(), agent, f"execute_tool {tool}", ran, bad=bad)


def spans(steps: int, seed: int = 3) -> Iterator[bytes]:
    writer = _Writer(seed)
    root, number, agents = writer.id(), 1, 0
    while number < steps:
        agent, name = writer.id(), f"agent {agents % 7}"
        invocation = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name}
        for _ in range(min(_ROUNDS_PER_AGENT, (steps - number) // 2)):
            query = "the same" if agents % _LOOPING_AGENTS == 0 else str(writer.random.randrange(10**6))
            is_rare = steps * 9 // 10 <= number < steps * 9 // 10 + 2
            yield from writer.round(agent, name, query, RARE if is_rare else f"step {number}, let me look")
            number += 2
        yield writer.span(agent, root, f"invoke_agent {name}", invocation)
        number, agents = number + 1, agents + 1
    yield writer.span(root, "", "workflow", {"traceloop.span.kind": "workflow"})


def write(path: Path, steps: int) -> Path:
    """One OTLP document; some 740 bytes a step."""
    with path.open("wb") as file:
        file.write(b'{"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{"name":"made.up"},"spans":[')
        for number, span in enumerate(spans(steps)):
            file.write((b"," if number else b"") + span)
        file.write(b"]}]}]}")
    return path
