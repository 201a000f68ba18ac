"""Tasks of Cline: Anthropic's messages with what each reply cost beside it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from replaydbg.readers import _registry, cline
from replaydbg.readers._api import Document
from tests.support.claude_sessions import told
from tests.support.readings import document, one, outline, read, sniffed

TASK: dict[str, Any] = {
    "version": 1,
    "sessionId": "s",
    "system_prompt": "Be good.",
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "go"}], "ts": 1_770_000_000_000},
        {"role": "assistant", "ts": 1_770_000_002_000, "modelInfo": {"id": "big", "provider": "anthropic"},
         "metrics": {"inputTokens": 3, "outputTokens": 2, "cacheReadTokens": 10, "cost": 0.25},
         "content": [{"type": "tool_use", "id": "c", "name": "read_file", "input": {"path": "a"}}]},
        {"role": "user", "ts": 1_770_000_003_000, "content": [
            {"type": "tool_result", "tool_use_id": "c", "content": "text of a"}]},
    ],
}  # fmt: skip


def test_a_task() -> None:
    assert _registry.choose(document(TASK)).reader is cline.READER
    trace = one(cline.READER, TASK)
    assert (trace.id, outline(trace)) == ("s", ["model-call chat big", "tool-execution read_file"])
    first, read = trace.steps()
    assert (first.cost_usd, first.body.usage.input_tokens, first.duration_ms) == (0.25, 13, 2000)
    assert (read.body.result, read.duration_ms, told(trace, 0)) == ("text of a", 1000, ["Be good.", "go"])


USE = {"type": "tool_use", "id": "c", "name": "replace", "input": {"path": "a"}}
DETAILS = {"type": "text", "text": "<environment_details>now</environment_details>"}


def said(second: int, role: str, *blocks: Any, **more: Any) -> dict[str, Any]:
    listed = [{"type": "text", "text": block} if isinstance(block, str) else block for block in blocks]
    return {"role": role, "content": listed, "ts": 1_770_000_000_000 + second * 1000, **more}


HISTORY: list[dict[str, Any]] = [
    said(0, "user", "<task>go</task>", DETAILS),
    said(2, "assistant", "ok", USE, modelInfo={"modelId": "big", "providerId": "openai"},
         metrics={"tokens": {"prompt": 90, "completion": 2, "cached": 8}}),
    said(3, "user", "[replace for 'a'] Result:\nThe tool execution failed", DETAILS),
    said(4, "assistant", "done"),
]  # fmt: skip
TAGS: list[dict[str, Any]] = [
    said(0, "user", "<task>go</task>"),
    said(2, "assistant", "I look.\n<read_file>\n<path>a</path>\n</read_file>"),
    said(3, "user", "[read_file for 'a'] Result:", "text of a", DETAILS),
    said(4, "assistant", "all of it, in short", isSummary=True),
    said(5, "assistant", "done"),
]


def test_results_of_calls_that_are_told_as_text() -> None:
    assert _registry.choose(document(HISTORY)).reader is cline.READER
    trace = one(cline.READER, HISTORY)
    assert outline(trace) == ["model-call chat big", "tool-execution replace!", "model-call chat"]
    first, ran, last = trace.steps()
    assert (first.body.usage.input_tokens, first.duration_ms, ran.duration_ms) == (98, 2000, 1000)
    assert ran.body.result == "The tool execution failed"
    assert last.body.messages is not None
    assert last.body.messages[-1].text == DETAILS["text"], "what else was told stays"


def test_calls_in_tags() -> None:
    trace = one(cline.READER, TAGS)
    assert outline(trace) == [
        "model-call chat",
        "tool-execution read_file",
        "model-call chat",
        "model-call chat",
    ]
    first, ran, _, last = trace.steps()
    assert first.body.output is not None
    assert (first.body.output.tool_calls[0].arguments, ran.body.result) == ({"path": "a"}, "text of a")
    assert told(trace, 2)[1] == "I look.\n<read_file>\n<path>a</path>\n</read_file>", "as it was sent"
    assert last.body.messages is not None
    assert [message.text for message in last.body.messages] == ["all of it, in short"], (
        "a summary takes the place"
    )


@pytest.mark.parametrize("history", [TAGS, HISTORY])
def test_what_a_request_took_stands_beside(history: list[dict[str, Any]]) -> None:
    took = {"tokensIn": 7, "tokensOut": 3, "cacheReads": 5, "cost": 0.5}
    shown = [
        {"ts": 1_770_000_000_000, "type": "say", "say": "task", "text": "go"},
        {
            "ts": 1_770_000_001_000,
            "type": "say",
            "say": "api_req_started",
            "text": orjson.dumps(took).decode(),
        },
        {"ts": 1_770_000_003_500, "type": "say", "say": "api_req_started", "text": "torn"},
    ]
    task = document(history, "tasks/7/api_conversation_history.json")
    assert cline.READER.beside is not None
    assert cline.READER.beside(task, ["ui_messages.json", "x/ui_messages.json"]) == ["ui_messages.json"]
    whole = Document(task.name, task.buffer, {"ui_messages.json": document(shown, "ui_messages.json")})
    *_, reading = cline.READER.read(whole, False)
    first, *_ = reading.traces[0].steps()
    own = "metrics" in history[1]
    assert (first.body.usage.input_tokens, first.cost_usd, first.duration_ms) == (
        98 if own else 12,
        0.5,
        1000,
    )


def test_a_task_is_called_as_its_folder() -> None:
    (trace,) = read(cline.READER, HISTORY, "tasks/1770000000000/api_conversation_history.json").traces
    assert trace.id == "1770000000000"


def test_other_files_are_not_claimed() -> None:
    others: list[Any] = [
        {"messages": [{"role": "user", "content": "x"}]},
        {"messages": [], "sessionId": "s"},
        [TASK],
    ]
    for other in others:
        assert sniffed(cline.READER, other) == 0.0


SAMPLES = [TASK, HISTORY, TAGS]
