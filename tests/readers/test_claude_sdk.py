"""Messages of the Agent SDK for Python as `dataclasses.asdict` tells them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.core.message import Reasoning
from replaydbg.readers import _registry, claude_stream
from replaydbg.readers._claude_sdk import in_lines, is_message
from tests.support.readings import document, lines, one, outline

INIT = {"type": "system", "subtype": "init", "session_id": "s", "tools": ["Bash"], "model": "claude-9"}


def said(*blocks: Any, parent: str | None = None, message_id: str | None = None) -> dict[str, Any]:
    return {
        "content": list(blocks),
        "model": "claude-9",
        "parent_tool_use_id": parent,
        "error": None,
        "usage": {"input_tokens": 5, "output_tokens": 2} if message_id else None,
        "message_id": message_id,
    }


def returned(
    id_: str, content: Any, *, failed: bool | None = None, parent: str | None = None
) -> dict[str, Any]:
    block = {"tool_use_id": id_, "content": content, "is_error": failed}
    return {"content": [block], "uuid": None, "parent_tool_use_id": parent, "tool_use_result": None}


MESSAGES: list[dict[str, Any]] = [
    {"subtype": "init", "data": INIT},
    said({"thinking": "hm", "signature": "x"}, {"id": "t1", "name": "Task", "input": {"prompt": "p"}}, message_id="m1"),
    {"uuid": "u", "session_id": "s", "event": {"type": "content_block_delta"}, "parent_tool_use_id": None},
    said({"id": "t2", "name": "Bash", "input": {"command": "ls"}}, parent="t1", message_id="m2"),
    returned("t2", "no", failed=True, parent="t1"),
    said({"text": "nothing"}, parent="t1", message_id="m3"),
    returned("t1", [{"type": "text", "text": "nothing"}]),
    said({"text": "done"}, message_id="m4"),
    {"subtype": "success", "duration_ms": 1, "duration_api_ms": 1, "is_error": False, "num_turns": 2, "session_id": "s",
     "total_cost_usd": 0.25, "usage": {}, "result": "done"},
]  # fmt: skip
CLASSES = ("System", "Assistant", "", "Assistant", "User", "Assistant", "User", "Assistant", "Result")
TYPED = [
    {"type": f"{name}Message" if name else "StreamEvent", **message}
    for name, message in zip(CLASSES, MESSAGES, strict=True)
]
OUTLINE = [
    "model-call chat claude-9",
    "tool-execution Task",
    "  model-call chat claude-9",
    "  tool-execution Bash!",
    "  model-call chat claude-9",
    "model-call chat claude-9",
    "opaque result: success",
]


@pytest.mark.parametrize(
    "content",
    [lines(*MESSAGES), json.dumps(MESSAGES, indent=1).encode(), lines(*TYPED), lines(*MESSAGES[1:])],
    ids=["lines", "array", "with classes", "no beginning"],
)
def test_messages_of_the_sdk(content: bytes) -> None:
    assert _registry.choose(document(content)).reader is claude_stream.READER
    trace = one(claude_stream.READER, content)
    assert outline(trace) == OUTLINE
    first, *_, result = trace.steps()
    assert (first.body.usage.input_tokens, result.cost_usd) == (5, 0.25)
    assert first.body.output is not None
    assert [part.text for part in first.body.output.parts if isinstance(part, Reasoning)] == ["hm"]


def test_other_documents_stay_as_they_are() -> None:
    printed = document(lines(INIT))
    assert in_lines(printed) is printed
    others: list[Any] = [
        None,
        [],
        {},
        {"role": "user", "content": "x"},
        {"type": "message", "content": []},
        INIT,
    ]
    assert not any(map(is_message, others))
    assert all(map(is_message, [*MESSAGES, *TYPED]))


SAMPLES = [lines(*MESSAGES)]
