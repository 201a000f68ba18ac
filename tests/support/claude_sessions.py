"""Sessions of Claude Code, made up: lines that name the line before them, written down in few words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from replaydbg.core.trace import Trace

SESSION = "0b5c9a52-1111-4222-8333-944455556666"


def moment(second: int) -> str:
    return f"2026-02-03T04:{second // 60:02}:{second % 60:02}.250Z"


class Lines:
    """Lines of one file. Each is written a second after the one before, and goes on from it unless told otherwise."""

    def __init__(self, prefix: str = "u", *, second: int = 0, **frame: Any) -> None:
        self.values: list[dict[str, Any]] = []
        self._prefix = prefix
        self._second = second
        self._frame = {"isSidechain": False, "sessionId": SESSION, "version": "2.1.0", "cwd": "/p"} | frame
        self.last: str | None = None

    def add(self, kind: str, *, after: str | None = "", **fields: Any) -> str:
        """A line; gives its id. `after` "" is the last line."""
        self._second += 1
        id_ = f"{self._prefix}{len(self.values) + 1}"
        frame = {
            "parentUuid": self.last if after == "" else after,
            "uuid": id_,
            "timestamp": moment(self._second),
        }
        self.values.append({"type": kind, **frame, **self._frame, **fields})
        self.last = id_
        return id_

    def says(self, text: str, **fields: Any) -> str:
        return self.add("user", message={"role": "user", "content": text}, **fields)

    def reply(
        self, message_id: str, *blocks: Any, tokens: int = 5, model: str = "claude-9", **fields: Any
    ) -> str:
        """One line of a reply: texts, and (id, name, input) of tool calls."""
        content = [
            {"type": "text", "text": block}
            if isinstance(block, str)
            else {"type": "tool_use", "id": block[0], "name": block[1], "input": block[2]}
            for block in blocks
        ]
        usage = {"input_tokens": 1, "cache_read_input_tokens": 10, "output_tokens": tokens}
        message = {"id": message_id, "role": "assistant", "model": model, "content": content, "usage": usage}
        return self.add("assistant", message=message, **fields)

    def result(self, call_id: str, content: Any, *, is_error: bool = False, **fields: Any) -> str:
        block = {"type": "tool_result", "tool_use_id": call_id, "content": content, "is_error": is_error}
        return self.add("user", message={"role": "user", "content": [block]}, **fields)

    @property
    def bytes(self) -> bytes:
        return b"".join(orjson.dumps(value) + b"\n" for value in self.values)


def told(trace: Trace, row: int) -> list[str]:
    """The prompt of a model call in words, a message each."""
    messages: Sequence[Any] = trace.step(row).body.messages or ()
    return [
        message.text
        or " ".join(call.name for call in message.tool_calls)
        or " ".join(f"={response.result}" for response in message.tool_responses)
        for message in messages
    ]
