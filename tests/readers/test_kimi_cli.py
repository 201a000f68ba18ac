"""Kimi CLI's sessions, as version 1 writes them, and what it prints."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.actions.open import open_trace, recordings
from replaydbg.core.message import Reasoning, Role
from replaydbg.core.step import Usage
from replaydbg.readers import _registry
from replaydbg.readers._transcript_body import UNHEARD
from replaydbg.readers.kimi_cli import READER
from tests.support.readings import clear, document, lines, opened, outline, sniffed, walked

BEGINS = {"type": "metadata", "protocol_version": "1.9"}
CALL = {"type": "function", "id": "t1", "function": {"name": "Shell", "arguments": '{"command": "ls"}'}}


def told(seconds: float, kind: str, **payload: Any) -> dict[str, Any]:
    return {"timestamp": 1_770_000_000 + seconds, "message": {"type": kind, "payload": payload}}


def status(**usage: int) -> dict[str, Any]:
    return told(4, "StatusUpdate", context_usage=0.04, token_usage=usage, message_id="x")


def result(
    seconds: float, id_: str, output: Any = "a.py", message: str = "Done.", *, failed: bool = False
) -> dict[str, Any]:
    value = {"is_error": failed, "output": output, "message": message, "display": [], "extras": {}}
    return told(seconds, "ToolResult", tool_call_id=id_, return_value=value)


SESSION = [
    BEGINS,
    told(0, "TurnBegin", user_input=[{"type": "text", "text": "what is here?"}]),
    told(1, "StepBegin", n=1),
    told(2, "ContentPart", type="think", think="h", encrypted=None),
    told(2, "ContentPart", type="think", think="m", encrypted="sig"),
    told(2, "ContentPart", type="text", text="Let me "),
    told(2.5, "ContentPart", type="text", text="look."),
    told(3, "ToolCall", type="function", id="t1", function={"name": "Shell", "arguments": '{"comm'}),
    told(3, "ToolCallPart", arguments_part='and": "ls"}'),
    result(3.5, "t1"),
    status(input_other=100, output=20, input_cache_read=50, input_cache_creation=7),
    told(5, "StepBegin", n=2),
    told(6, "ContentPart", type="text", text="One file."),
    told(7, "TurnEnd"),
]


def test_a_session_of_events() -> None:
    trace = clear(READER, lines(*SESSION))
    assert outline(trace) == ["model-call chat", "tool-execution Shell", "model-call chat"]
    call, tool, answer = trace.steps()
    assert call.body.output is not None
    assert call.body.output.parts[0] == Reasoning("hm", "sig")
    assert call.body.output.text == "Let me look."
    assert [one.arguments for one in call.tool_calls] == [{"command": "ls"}]
    assert call.body.usage == Usage(157, 20, 50, None)
    assert (tool.body.result, trace.duration_ms(0), trace.duration_ms(1)) == ("a.py", 2000, 500)
    assert [message.role for message in answer.body.messages or ()] == [Role.USER, Role.ASSISTANT, Role.TOOL]


def test_the_protocol_itself() -> None:
    """What `kimi --wire` says on its output."""
    sent = [{"jsonrpc": "2.0", "method": "event", "params": each["message"]} for each in SESSION[1:]]
    assert outline(clear(READER, lines(*sent))) == outline(clear(READER, lines(*SESSION)))


def of_agent(seconds: float, call: str, agent: str, kind: str, **payload: Any) -> dict[str, Any]:
    event = {"type": kind, "payload": payload}
    return told(
        seconds, "SubagentEvent", parent_tool_call_id=call, agent_id=agent, subagent_type="coder", event=event
    )


def test_agents_that_a_call_started_stand_below_it() -> None:
    session = [
        *SESSION[:3],
        told(3, "ToolCall", **CALL),
        of_agent(4, "t1", "a1", "StepBegin", n=1),
        of_agent(5, "t1", "a1", "ToolCall", **{**CALL, "id": "t2"}),
        of_agent(5, "t1", "a2", "ContentPart", type="text", text="other"),
        of_agent(
            6,
            "t1",
            "a1",
            "ToolResult",
            tool_call_id="t2",
            return_value={"is_error": True, "output": "x", "message": "Bad."},
        ),
        result(8, "t1", [{"type": "text", "text": "all done"}]),
        told(9, "TurnEnd"),
    ]
    trace = clear(READER, lines(*session))
    assert outline(trace) == [
        "model-call chat",
        "tool-execution Shell",
        "  agent-invocation coder",
        "    model-call chat",
        "    tool-execution Shell!",
        "  agent-invocation coder",
        "    model-call chat",
    ]
    assert trace.step(4).body.result == "Bad.\nx"
    assert trace.step(1).body.result == "all done"
    assert trace.agent(3) == "coder"


def test_a_nest_of_agents_ends() -> None:
    event: dict[str, Any] = {"type": "ContentPart", "payload": {"type": "text", "text": "x"}}
    for _ in range(60):
        event = {"type": "SubagentEvent", "payload": {"parent_tool_call_id": "", "event": event}}
    reading = opened(READER, lines(*SESSION[:3], told(3, event["type"], **event["payload"])))
    assert "more than 8 deep" in " ".join(notice.message for notice in reading.notices)


def test_what_was_interrupted_and_what_nobody_answered() -> None:
    broken = [*SESSION[:4], told(3, "StepInterrupted"), told(4, "SteerInput", user_input="go on")]
    trace = opened(READER, lines(*broken)).traces[0]
    call = trace.step(0)
    assert call.body.output is not None
    assert call.body.output.finish_reason == "interrupted"
    assert outline(trace) == ["model-call chat", f"opaque {UNHEARD}"]
    assert len(opened(READER, lines(*SESSION[:2])).traces[0]) == 1


def test_a_compaction_and_what_is_not_known_are_told() -> None:
    session = [
        *SESSION,
        told(8, "CompactionBegin"),
        told(9, "CompactionEnd"),
        told(9, "Dream"),
        {"a": 1},
        *SESSION[1:],
    ]
    reading = opened(READER, lines(*session))
    assert [notice.message for notice in reading.notices] == [
        "a compaction: what was kept of the messages before it is not in the events",
        "neither an event nor a message, left out",
        "1 event of a kind that is not known, left out: Dream (1)",
    ]
    last = reading.traces[0].step(5)
    assert len(last.body.messages or ()) == 3, "what stood before it is in no later prompt"


CONTEXT = [
    {"role": "_system_prompt", "content": "You are Kimi."},
    {"role": "_checkpoint", "id": 0},
    {"role": "user", "content": [{"type": "text", "text": "what is here?"}]},
    {"role": "assistant", "content": [{"type": "think", "think": "hm"}, {"type": "text", "text": "Let me look."}], "tool_calls": [CALL]},
    {"role": "_usage", "token_count": 5120},
    {"role": "tool", "content": [{"type": "text", "text": "<system>ERROR: no</system>"}, {"type": "text", "text": "x"}], "tool_call_id": "t1"},
    {"role": "assistant", "content": "One file."},
]  # fmt: skip


def test_the_messages_of_a_session() -> None:
    trace = clear(READER, lines(*CONTEXT))
    assert outline(trace) == ["model-call chat", "tool-execution Shell!", "model-call chat"]
    assert [(message.role, message.text) for message in trace.step(0).body.messages or ()] == [
        (Role.SYSTEM, "You are Kimi."), (Role.USER, "what is here?"),
    ]  # fmt: skip
    assert trace.step(1).body.result == "<system>ERROR: no</system>\nx"


def test_a_session_is_one_recording(tmp_path: Any) -> None:
    folder = tmp_path / "session-1"
    folder.mkdir()
    (folder / "wire.jsonl").write_bytes(lines(*SESSION))
    (folder / "context.jsonl").write_bytes(lines(*CONTEXT))
    assert [*recordings(str(tmp_path))] == [str(folder / "wire.jsonl")]
    trace = open_trace(str(folder / "wire.jsonl")).trace
    assert trace.id == "session-1"
    assert [message.text for message in trace.step(0).body.messages or ()] == [
        "You are Kimi.",
        "what is here?",
    ]


PRINTED = [
    {"role": "assistant", "content": [{"type": "think", "think": "hm"}, {"type": "text", "text": "Let me."}], "tool_calls": [CALL]},
    {"id": "n", "category": "task", "type": "task.done", "severity": "info", "title": "", "body": ""},
    {"role": "tool", "tool_call_id": "t1", "content": "a.py"},
    {"content": "1. look", "file_path": "plan.md"},
    {"role": "assistant", "content": "One file."},
    {"role": "meta", "type": "session.resume_hint", "session_id": "s", "command": "kimi -r s", "content": "To resume"},
]  # fmt: skip


@pytest.mark.parametrize("printed", [PRINTED, PRINTED[2:]])
def test_what_is_printed(printed: Any) -> None:
    assert sniffed(READER, lines(*printed)) >= 0.9
    assert _registry.choose(document(lines(*printed))).reader is READER
    reading = opened(READER, lines(*printed))
    assert [notice.message for notice in reading.notices] == ["what was asked is not in the file"]
    assert walked(reading)[-1].body.output.text == "One file."  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "content",
    [
        {"role": "assistant", "content": "plain"},
        {"role": "assistant", "content": [{"type": "think", "think": "x"}], "messageId": "of LibreChat"},
        {"message": {"type": "text", "payload": {}}},
        {"role": ["_usage"], "content": {}},
        {"message": {"type": ["TurnBegin"], "payload": []}},
        {"type": "metadata", "protocol_version": "1.9"},
        [1],
    ],
)
def test_other_files_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, lines(content)) == 0.0


SAMPLES = [lines(*SESSION), lines(*CONTEXT), lines(*PRINTED)]
