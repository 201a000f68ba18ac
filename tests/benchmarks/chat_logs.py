"""Large logs of whole requests, made up: each resends all that was said before, so they grow with the square of the talk."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import orjson

from tests.benchmarks.otlp_traces import WORDS

_HISTORY_BYTES_MAX = 300_000
"""Longer histories are compacted, as agents do."""


def openai(size: int) -> Iterator[bytes]:
    """Requests and replies in OpenAI's shape, one a line, of about `size` bytes."""
    chance = random.Random(3)

    def words(count: int) -> str:
        return " ".join(chance.choices(WORDS, k=count)) + " — “so”"

    opening: list[Any] = [{"role": "system", "content": words(200)}, {"role": "user", "content": words(50)}]
    written, number, said, history = 0, 0, 0, list(opening)
    while written < size:
        number += 1
        arguments = orjson.dumps({"query": words(5), "limit": number}).decode()
        call = {
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": "search", "arguments": arguments},
        }
        reply = {"role": "assistant", "content": words(30), "tool_calls": [call]}
        response = {
            "id": f"r{number}",
            "model": "made-up-large",
            "choices": [{"index": 0, "finish_reason": "tool_calls", "message": reply}],
            "usage": {"prompt_tokens": 900, "completion_tokens": 90},
        }
        request = {"model": "made-up-large", "messages": history, "tools": []}
        line = orjson.dumps({"request": request, "response": response}) + b"\n"
        written += len(line)
        yield line
        result = words(chance.choice((20, 80, 300)))
        history = [*history, reply, {"role": "tool", "tool_call_id": call["id"], "content": result}]
        said += len(result)
        if said > _HISTORY_BYTES_MAX:
            opening = [opening[0], {"role": "user", "content": words(50)}]
            history, said = list(opening), 0
