"""Sessions of pi and its likes: forks by the line before, compactions that keep an end, other agents' words."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import Reasoning
from replaydbg.readers import _registry, pi_session
from tests.support.claude_sessions import moment, told
from tests.support.readings import document, lines, one, outline, sniffed


def line(id_: str, parent: str | None, second: int, kind: str = "message", **fields: Any) -> dict[str, Any]:
    return {"type": kind, "id": id_, "parentId": parent, "timestamp": moment(second), **fields}


def says(id_: str, parent: str | None, second: int, text: str) -> dict[str, Any]:
    return line(id_, parent, second, message={"role": "user", "content": [{"type": "text", "text": text}]})


def reply(id_: str, parent: str, second: int, *blocks: Any, **fields: Any) -> dict[str, Any]:
    usage = {"input": 3, "output": 2, "cacheRead": 10, "cacheWrite": 1, "cost": {"total": 0.25}}
    message = {"role": "assistant", "content": list(blocks), "provider": "p", "model": "big", "usage": usage}
    return line(id_, parent, second, message={**message, **fields})


TEXT = {"type": "text", "text": "I look."}
CALL = {"type": "toolCall", "id": "c", "name": "read", "arguments": {"path": "a"}}
RESULT = {
    "role": "toolResult",
    "toolCallId": "c",
    "toolName": "read",
    "content": [{"type": "text", "text": "no a"}],
    "isError": True,
}
SESSION = [
    {"type": "session", "version": 3, "id": "s", "timestamp": moment(0), "cwd": "/p"},
    line("1", None, 0, "model_change", provider="p", modelId="big"),
    says("2", "1", 1, "go"),
    reply("3", "2", 3, {"type": "thinking", "thinking": "hm", "thinkingSignature": "sig"}, TEXT, CALL, stopReason="toolUse"),
    line("4", "3", 4, message=RESULT),
    reply("5", "4", 6, {"type": "text", "text": "done"}, stopReason="stop"),
    says("6", "2", 7, "another way"),
    reply("7", "6", 8, stopReason="error", errorMessage="529"),
    reply("8", "7", 9, stopReason="aborted"),
    line("9", "8", 10, "compaction", summary="in short", firstKeptEntryId="6"),
    line("10", "9", 11, message={"role": "bashExecution", "command": "ls", "output": "x"}),
    reply("11", "10", 12, {"type": "text", "text": "well"}),
]  # fmt: skip


def test_a_session_of_pi() -> None:
    data = lines(*SESSION)
    assert _registry.choose(document(data)).reader is pi_session.READER
    trace = one(pi_session.READER, data)
    assert outline(trace) == [
        "model-call chat big",
        "tool-execution read!",
        "model-call chat big",
        "model-call chat big!",
        "model-call chat big",
        "opaque compaction",
        "model-call chat big",
    ]
    first, read, last, failed, *_ = trace.steps()
    assert (trace.id, first.cost_usd, first.body.usage.input_tokens, first.body.usage.cache_read_tokens) == (
        "s",
        0.25,
        14,
        10,
    )
    assert first.body.output is not None
    assert first.body.output.parts[0] == Reasoning("hm", "sig")
    assert (read.body.error, read.tool_calls[0].arguments, read.duration_ms) == ("no a", {"path": "a"}, 1000)
    assert (told(trace, 2), last.body.output and last.body.output.finish_reason) == (
        ["go", "I look.", "=no a"],
        "stop",
    )
    assert (told(trace, 3), failed.body.error) == (["go", "another way"], "529")
    assert told(trace, 6) == ["in short", "another way", "$ ls\nx"]


@pytest.mark.parametrize(
    "values",
    [
        [
            {"type": "session_start", "id": "s", "cwd": "/p", "title": "t"},
            {"type": "message", "id": "1", "message": {"role": "user", "content": [{"type": "text", "text": "go"}]}},
            {"type": "message", "id": "2", "parentId": "1", "message": {"role": "assistant", "content": [
                {"type": "tool_use", "id": "c", "name": "Run", "input": {}}]}},
            {"type": "message", "id": "3", "parentId": "2", "message": {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "c", "content": "out"}]}},
        ],
        [
            {"role": "user", "message": {"content": [{"type": "text", "text": "go"}]}},
            {"role": "assistant", "message": {"content": [{"type": "tool_use", "name": "Run", "input": {}}]}},
            {"role": "user", "message": {"content": [{"type": "tool_result", "tool_use_id": "t1", "content": "out"}]}},
        ],
    ],
    ids=["Droid", "Cursor"],
)  # fmt: skip
def test_agents_that_write_as_pi_does(values: list[dict[str, Any]]) -> None:
    data = lines(*values)
    assert sniffed(pi_session.READER, data) > 0.8
    trace = one(pi_session.READER, data)
    assert outline(trace) == ["model-call chat", "tool-execution Run"]
    assert (trace.step(1).body.result, told(trace, 0)) == ("out", ["go"])


def test_transcripts_of_cursor_do_not_tell_what_tools_brought() -> None:
    use = {"type": "tool_use", "name": "Run", "input": {"path": "a"}}
    said = [
        {"role": "assistant", "message": {"content": [use]}},
        {"role": "assistant", "message": {"content": [{"type": "text", "text": "x"}]}},
    ]
    trace = one(pi_session.READER, lines(*said))
    assert outline(trace) == ["model-call chat", "tool-execution Run", "model-call chat"]
    assert trace.body(1).has_result is False


def test_a_session_nobody_answered() -> None:
    trace = one(pi_session.READER, lines(*SESSION[:3]))
    assert (outline(trace), told(trace, 0)) == (["opaque messages without a reply"], ["go"])


def test_other_files_are_not_claimed() -> None:
    others: list[Any] = [
        [{"role": "user", "content": "x"}],
        {"type": "session"},
        {"role": "user", "message": "x"},
    ]
    for other in others:
        assert sniffed(pi_session.READER, other) == 0.0


def test_the_events_of_a_run() -> None:
    """`pi --mode json`: a message is told while it comes, when it is whole, and once more with its turn."""
    whole = [
        value["message"] | {"timestamp": 1_770_000_000_000 + at}
        for at, value in enumerate(SESSION)
        if "message" in value
    ]
    events: list[dict[str, Any]] = [
        {"type": "session", "version": 3, "id": "s", "cwd": "/p"},
        {"type": "agent_start"},
    ]
    for message in whole:
        events += [
            {"type": "message_start", "message": message | {"content": []}},
            {"type": "message_update", "assistantMessageEvent": {"type": "text_delta"}, "message": message},
            {"type": "message_end", "message": message},
            {"type": "turn_end", "message": message, "toolResults": []},
        ]
    data = lines(*events, {"type": "agent_end", "messages": whole})
    assert sniffed(pi_session.READER, data) == 0.95
    trace = one(pi_session.READER, data)
    assert trace.id == "s"
    assert [name for name in outline(trace) if "compaction" not in name][:3] == outline(
        one(pi_session.READER, lines(*SESSION))
    )[:3]
    assert trace.start_ns(0) is not None


def test_a_turn_of_cursor_that_did_not_end_well_is_told() -> None:
    ends = [{"type": "turn_ended", "status": status} for status in ("success", "aborted", "error")]
    trace = one(pi_session.READER, lines(*SESSION, *ends))
    assert outline(trace)[-2:] == ["opaque turn ended: aborted", "opaque turn ended: error!"]


def test_what_was_said_on_a_way_that_was_left_is_told_where_it_was_left() -> None:
    left = line("x", "s", 0, "custom_message", content="never mind")
    text = {"type": "text", "text": "done"}
    trace = one(pi_session.READER, lines(SESSION[0], left, says("2", "s", 1, "go"), reply("3", "2", 3, text)))
    assert outline(trace) == ["opaque messages without a reply", "model-call chat big"]
    assert (told(trace, 0), told(trace, 1)) == (["never mind"], ["go"])


SAMPLES = [lines(*SESSION)]
