"""Memories of CAMEL's agents."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.camel_memory import READER
from tests.support.claude_sessions import told
from tests.support.readings import clear, lines, outline, sniffed


def record(second: int, role: str, kind: str, **said: Any) -> dict[str, Any]:
    message = {
        "__class__": kind,
        "role_name": "Assistant",
        "role_type": "assistant",
        "meta_dict": None,
        "content": "",
        **said,
    }
    return {
        "uuid": f"{second}",
        "message": message,
        "role_at_backend": role,
        "extra_info": {},
        "timestamp": 1_770_000_000.5 + second,
        "agent_id": "a",
    }


MEMORY = [
    record(0, "system", "BaseMessage", content="Be good."),
    record(0, "user", "BaseMessage", content="go"),
    record(2, "assistant", "FunctionCallingMessage", func_name="look", args={"q": "x"}, tool_call_id="c"),
    record(3, "function", "FunctionCallingMessage", func_name="look", result="20", tool_call_id="c"),
    record(4, "assistant", "BaseMessage", content="done", role_name="Ann"),
]


@pytest.mark.parametrize("content", [MEMORY, lines(*MEMORY)])
def test_a_memory(content: Any) -> None:
    trace = clear(READER, content)
    assert outline(trace) == ["model-call chat", "tool-execution look", "model-call chat"]
    first, ran, last = trace.steps()
    assert (told(trace, 0), first.duration_ms, ran.body.result, last.agent) == (
        ["Be good.", "go"],
        2000,
        "20",
        "Ann",
    )


@pytest.mark.parametrize("content", [[{"message": {"role": "user"}}], {"role_at_backend": "user"}, []])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [MEMORY]
