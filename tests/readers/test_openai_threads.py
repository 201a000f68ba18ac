"""Pages of the Assistants API: messages, runs and their steps, alone and beside each other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.readers.openai_threads import READER
from tests.support.claude_sessions import told
from tests.support.readings import clear, one, outline, sniffed


def page(*items: Any) -> dict[str, Any]:
    return {"object": "list", "data": list(items), "has_more": False}


def message(id_: str, role: str, text: str, at: int) -> dict[str, Any]:
    content = [{"type": "text", "text": {"value": text, "annotations": []}}]
    run = "run_1" if role == "assistant" else None
    return {
        "id": id_,
        "object": "thread.message",
        "created_at": at,
        "thread_id": "thread_1",
        "run_id": run,
        "role": role,
        "content": content,
    }


def step(id_: str, at: int, **details: Any) -> dict[str, Any]:
    return {"id": id_, "object": "thread.run.step", "created_at": at, "completed_at": at + 1, "thread_id": "thread_1", "run_id": "run_1",
            "step_details": details, "usage": {"prompt_tokens": 5, "completion_tokens": 2}}  # fmt: skip


CALLS = [
    {"id": "a", "type": "function", "function": {"name": "look", "arguments": '{"q": 1}', "output": "20"}},
    {
        "id": "b",
        "type": "code_interpreter",
        "code_interpreter": {"input": "1+1", "outputs": [{"type": "logs", "logs": "2"}]},
    },
]
MESSAGES = page(message("m2", "assistant", "done", 1_770_000_004), message("m1", "user", "go", 1_770_000_000))
STEPS = page(
    step("s2", 1_770_000_003, message_creation={"message_id": "m2"}),
    step("s1", 1_770_000_001, tool_calls=CALLS),
)
RUN = {"id": "run_1", "object": "thread.run", "created_at": 1_770_000_000, "thread_id": "thread_1", "model": "big", "instructions": "Be good.",
       "tools": [{"type": "function", "function": {"name": "look", "parameters": {}}}], "last_error": None}  # fmt: skip


def test_messages_alone() -> None:
    trace = clear(READER, MESSAGES)
    assert (trace.id, outline(trace), told(trace, 0)) == ("thread_1", ["model-call chat"], ["go"])


def test_all_of_a_thread() -> None:
    whole = b"\n".join(json.dumps(each, indent=1).encode() for each in (MESSAGES, STEPS, RUN))
    trace = clear(READER, whole)
    assert outline(trace) == [
        "model-call chat big",
        "tool-execution look",
        "tool-execution code_interpreter",
        "model-call chat big",
    ]
    first, looked, ran, last = trace.steps()
    assert (looked.body.result, ran.body.result) == ("20", [{"type": "logs", "logs": "2"}])
    assert [tool.name for tool in first.body.tools or ()] == ["look"]
    assert last.body.output is not None
    assert (last.body.output.text, trace.tokens(3), last.duration_ms) == ("done", 7, 1000)


def test_a_run_that_failed() -> None:
    failed = {
        **RUN,
        "last_error": {"code": "rate_limit_exceeded", "message": "slow down"},
        "failed_at": 1_770_000_002,
    }
    trace = one(READER, [failed])
    assert (outline(trace), trace.body(0).error) == (["model-call chat big!"], "slow down")


@pytest.mark.parametrize("content", [page({"object": "trace"}), {"object": "list"}, [1], []])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [MESSAGES, STEPS]
