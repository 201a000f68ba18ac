"""Large sessions of coding agents, made up: a person asks once, and the agent calls tools until the file is full.

Lines are as large as those of real sessions (two to three kilobytes on average), since results stand in them twice: as
the model was told them, and as the program shows them. The same seed gives the same bytes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import orjson

_WORDS = [
    "path",
    "def",
    "value:",
    "naïve",
    "error",
    "“quoted”",
    "x = 1\n",
    "/home/user/project/file.py",
    "\\d+",
    "test",
]
_SIZES = (80, 200, 600, 2000, 8000)


def _moment(number: int) -> str:
    return f"2026-02-{1 + number // 86400 % 28:02}T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.250Z"


def _texts(chance: random.Random) -> list[str]:
    texts = []
    for number in range(200):
        size, text = _SIZES[number % len(_SIZES)], ""
        while len(text) < size:
            text += chance.choice(_WORDS) + " "
        texts.append(text)
    return texts


def claude_code(size: int) -> Iterator[bytes]:
    """A session of Claude Code of about `size` bytes."""
    chance = random.Random(7)
    texts, written, number, last = _texts(chance), 0, 0, None
    frame = {
        "isSidechain": False,
        "userType": "external",
        "cwd": "/home/user/project",
        "sessionId": "s",
        "version": "2.1.0",
    }

    def line(kind: str, **fields: Any) -> bytes:
        nonlocal number, last, written
        number += 1
        uuid = f"{chance.getrandbits(128):032x}"
        value = {
            "parentUuid": last,
            **frame,
            "type": kind,
            "uuid": uuid,
            "timestamp": _moment(number),
            **fields,
        }
        last = uuid
        data = orjson.dumps(value) + b"\n"
        written += len(data)
        return data

    yield line("user", message={"role": "user", "content": "go"})
    while written < size:
        id_ = f"msg_{chance.getrandbits(96):024x}"
        usage = {
            "input_tokens": 4,
            "cache_read_input_tokens": number,
            "output_tokens": 9,
            "service_tier": "standard",
        }
        calls = [f"toolu_{chance.getrandbits(96):024x}" for _ in range(chance.choice((1, 1, 2, 3)))]
        blocks: list[Any] = (
            [{"type": "text", "text": chance.choice(texts)[:300]}] if chance.random() < 0.5 else []
        )
        blocks += [
            {"type": "tool_use", "id": call, "name": "Bash", "input": {"command": chance.choice(texts)[:400]}}
            for call in calls
        ]
        for block in blocks:
            message = {
                "id": id_,
                "model": "claude-9",
                "role": "assistant",
                "content": [block],
                "stop_reason": None,
                "usage": usage,
            }
            yield line("assistant", requestId=f"req_{number}", message=message)
        for call in calls:
            text = chance.choice(texts)
            result = {"tool_use_id": call, "type": "tool_result", "content": text, "is_error": False}
            outcome = {"stdout": text, "stderr": "", "interrupted": False}
            yield line("user", message={"role": "user", "content": [result]}, toolUseResult=outcome)


def codex(size: int) -> Iterator[bytes]:
    """A rollout of Codex of about `size` bytes."""
    chance = random.Random(7)
    texts, written, number = _texts(chance), 0, 0

    def line(kind: str, **payload: Any) -> bytes:
        nonlocal number, written
        number += 1
        data = orjson.dumps({"timestamp": _moment(number), "type": kind, "payload": payload}) + b"\n"
        written += len(data)
        return data

    yield line("session_meta", id="s")
    yield line("turn_context", model="gpt-9")
    while written < size:
        call = f"call_{chance.getrandbits(96):024x}"
        yield line(
            "response_item", type="reasoning", id=f"rs_{number}", summary=[], encrypted_content="x" * 1200
        )
        command = orjson.dumps({"command": ["bash", "-lc", chance.choice(texts)[:400]]}).decode()
        yield line("response_item", type="function_call", name="shell", call_id=call, arguments=command)
        usage = {"input_tokens": number, "cached_input_tokens": 0, "output_tokens": 9}
        yield line(
            "event_msg", type="token_count", info={"last_token_usage": usage, "total_token_usage": usage}
        )
        text = chance.choice(texts)
        yield line("event_msg", type="exec_command_end", call_id=call, aggregated_output=text, exit_code=0)
        output = orjson.dumps({"output": text, "metadata": {"exit_code": 0}}).decode()
        yield line("response_item", type="function_call_output", call_id=call, output=output)
