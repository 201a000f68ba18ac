"""Sessions of Kimi Code: replies in pieces, requests that were given up, undo and compaction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replaydbg.actions.open import open_trace
from replaydbg.core.message import Reasoning
from replaydbg.readers import _registry, kimi_session
from tests.support.claude_sessions import told
from tests.support.readings import document, lines, one, outline, read, sniffed

START = 1_770_000_000_000


def record(second: float, kind: str, /, **fields: Any) -> dict[str, Any]:
    return {"type": kind, **fields, "time": START + int(second * 1000)}


def says(second: float, text: str, role: str = "user", **fields: Any) -> dict[str, Any]:
    message = {"role": role, "content": [{"type": "text", "text": text}], "toolCalls": [], **fields}
    return record(second, "context.append_message", message=message)


def loop(second: float, kind: str, /, **event: Any) -> dict[str, Any]:
    return record(second, "context.append_loop_event", event={"type": kind, "stepUuid": "u", **event})


def asked(second: float) -> list[dict[str, Any]]:
    return [
        loop(second, "step.begin", uuid="u"),
        record(second, "llm.request", kind="loop", provider="kimi", model="big", maxTokens=9, toolsHash="h"),
    ]


def text(second: float, words: str) -> dict[str, Any]:
    return loop(second, "content.part", part={"type": "text", "text": words})


def ends(second: float, reason: str = "end_turn") -> dict[str, Any]:
    usage = {"inputOther": 3, "output": 2, "inputCacheRead": 10, "inputCacheCreation": 1}
    return loop(second, "step.end", usage=usage, finishReason=reason, llmFirstTokenLatencyMs=500, llmStreamDurationMs=250)  # fmt: skip


OFFER = {"name": "Read", "description": "reads", "parameters": {"type": "object"}}
SESSION = [
    {"type": "metadata", "protocol_version": "1.4", "created_at": START},
    record(0, "config.update", systemPrompt="Be good.", modelAlias="maker/big"),
    record(0, "tools.set_active_tools", names=["Read", "Bash", "mcp__*"]),
    record(1, "turn.prompt", input=[{"type": "text", "text": "go"}]),
    says(1, "go"),
    record(1, "llm.tools_snapshot", hash="h", tools=[OFFER]),
    *asked(1),
    loop(2, "content.part", part={"type": "think", "think": "hm"}),
    loop(5, "tool.call", toolCallId="c", name="Read", args={"path": "a"}),
    loop(5.5, "tool.call", toolCallId="d", name="Bash", args={"command": "ls"}),
    loop(6, "tool.result", toolCallId="d", result={"output": "no ls", "isError": True}),
    loop(7, "tool.result", toolCallId="c", result={"output": "text of a"}),
    ends(7, "tool_use"),
    *asked(8),
    text(9, "done"),
    ends(9),
]  # fmt: skip


def session(*records: dict[str, Any]) -> Any:
    return one(kimi_session.READER, lines(*SESSION, *records))


def test_a_session() -> None:
    assert _registry.choose(document(lines(*SESSION))).reader is kimi_session.READER
    trace = session()
    assert outline(trace) == [
        "model-call chat big", "tool-execution Read", "tool-execution Bash!", "model-call chat big",
    ]  # fmt: skip
    first, read, bash, _ = trace.steps()
    assert (told(trace, 0), told(trace, 3)) == (
        ["Be good.", "go"],
        ["Be good.", "go", "Read Bash", "=no ls", "=text of a"],
    )
    assert first.body.output is not None
    assert (first.body.output.parts[0], first.body.output.finish_reason) == (Reasoning("hm"), "tool_use")
    assert (first.duration_ms, first.body.usage.input_tokens, first.body.usage.cache_read_tokens) == (
        750,
        14,
        10,
    )
    assert (first.body.params, first.body.provider) == ({"maxTokens": 9}, "kimi")
    assert [(tool.name, tool.schema) for tool in first.body.tools or ()] == [
        ("Read", {"type": "object"}),
        ("Bash", None),
    ]
    assert (read.duration_ms, read.body.result, read.tool_calls[0].arguments) == (
        2000,
        "text of a",
        {"path": "a"},
    )
    assert (bash.duration_ms, bash.body.error) == (500, "no ls")


def test_a_request_that_was_given_up_is_a_call_without_a_reply() -> None:
    trace = session(says(10, "on"), *asked(11), says(12, "well"), *asked(13), text(14, "yes"), ends(14))
    assert outline(trace)[4:] == ["model-call chat big", "model-call chat big"]
    assert (trace.step(4).body.output, trace.step(4).duration_ms) == (None, None)
    assert told(trace, 5)[-3:] == ["done", "on", "well"]


def test_a_reply_that_is_still_being_told() -> None:
    trace = session(*asked(10), text(11, "so far"))
    output = trace.step(4).body.output
    assert output is not None
    assert output.text == "so far"


@pytest.mark.parametrize(
    ("change", "prompt"),
    [
        ([record(20, "context.undo", count=1)], ["Be good.", "again"]),
        ([record(20, "context.undo", count=9)], ["Be good.", "go", "Read Bash", "=no ls", "=text of a", "done", "again"]),
        ([record(20, "context.clear")], ["Be good.", "again"]),
        ([record(20, "context.apply_compaction", summary="short", contextSummary="told: short", keptUserMessageCount=1)],
         ["Be good.", "go", "told: short", "again"]),
        ([record(20, "context.apply_compaction", summary="short", compactedCount=4)],
         ["Be good.", "short", "done", "again"]),
        ([record(20, "config.update", systemPrompt="Be quick.")],
         ["Be quick.", "go", "Read Bash", "=no ls", "=text of a", "done", "again"]),
    ],
    ids=["undo", "undo of more than there is", "clear", "compaction", "old compaction", "other instructions"],
)  # fmt: skip
def test_what_is_in_the_next_prompt(change: list[dict[str, Any]], prompt: list[str]) -> None:
    trace = session(*change, says(21, "again"), *asked(21), text(22, "x"), ends(22))
    assert told(trace, len(trace) - 1) == prompt


def test_what_was_taken_back_unanswered_is_told() -> None:
    trace = session(says(20, "never mind"), record(21, "context.undo", count=1))
    assert outline(trace)[-1] == "opaque messages without a reply"
    assert told(trace, len(trace) - 1)[-1] == "never mind"


def test_a_turn_that_was_cancelled_is_a_step_and_what_is_not_known_a_notice() -> None:
    lines_ = lines(*SESSION, record(20, "turn.cancel"), record(21, "plan_mode.enter"), record(22, "tomorrow"))
    reading = read(kimi_session.READER, lines_)
    assert outline(reading.traces[0])[-1] == "opaque turn cancelled"
    assert [notice.message for notice in reading.notices] == [
        "1 event of a kind that is not known, left out: tomorrow (1)"
    ]


def test_what_a_compaction_took() -> None:
    counted = record(
        19, "usage.record", model="big", usage={"inputOther": 5, "output": 4}, usageScope="session"
    )
    trace = session(counted, record(20, "context.apply_compaction", summary="short", compactedCount=1))
    assert outline(trace)[4:] == ["opaque compaction"]
    assert (trace.step(4).body.usage.input_tokens, trace.step(4).body.output_value) == (5, "short")


def test_messages_that_were_put_into_the_context() -> None:
    calls = [{"id": "k", "type": "function", "function": {"name": "Read", "arguments": '{"path": 1}'}}]
    trace = session(says(20, "I read", "assistant", toolCalls=calls), says(21, "one", "tool", toolCallId="k"))
    assert outline(trace)[4:] == ["model-call chat", "tool-execution Read"]
    assert (trace.step(5).body.result, trace.step(5).tool_calls[0].raw) == ("one", '{"path": 1}')


def test_other_files_are_not_claimed() -> None:
    for other in (
        {"type": "metadata", "protocol_version": "1"},
        {"type": "turn.prompt"},
        {"x": "context.append_"},
    ):
        assert sniffed(kimi_session.READER, other) == 0.0


SAMPLES = [lines(*SESSION)]


def folder_of_agents(tmp_path: Path, **agents: list[dict[str, Any]]) -> Path:
    for name, records in agents.items():
        folder = tmp_path / "session_1" / "agents" / name.replace("_", "-")
        folder.mkdir(parents=True)
        (folder / "wire.jsonl").write_bytes(lines(*records))
    return tmp_path / "session_1"


def starts(second: float, call_id: str, answer: str | None) -> list[dict[str, Any]]:
    arguments = {"subagent_type": "explore", "prompt": "count"}
    call = loop(second, "tool.call", toolCallId=call_id, name="Agent", args=arguments)
    result = loop(second + 5, "tool.result", toolCallId=call_id, result={"output": answer})
    return [*asked(second), call, *([result] if answer is not None else []), ends(second + 5, "tool_use")]


SUB_AGENT = {"kind": "system_trigger", "name": "subagent"}


def of_sub_agent(second: float, *records: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"type": "metadata", "protocol_version": "1.4", "created_at": START},
        record(second, "config.update", profileName="explore", systemPrompt="Look around."),
        record(second, "turn.prompt", input=[{"type": "text", "text": "count"}], origin=SUB_AGENT),
        says(second, "count", origin=SUB_AGENT),
        *records,
        *asked(second + 8),
        text(second + 9, "three"),
        ends(second + 9),
    ]


def test_sub_agents_stand_below_the_calls_that_started_them(tmp_path: Path) -> None:
    answer = "agent_id: agent-{}\nstatus: completed\n\nthree"
    folder = folder_of_agents(
        tmp_path,
        main=[*SESSION, *starts(20, "a", answer.format(0))],
        agent_0=of_sub_agent(21, *starts(22, "b", answer.format(1))),
        agent_1=of_sub_agent(23),
        agent_2=of_sub_agent(30)[1:],
    )
    with (folder / "agents" / "agent-2" / "wire.jsonl").open("ab") as file:
        file.write(b"[1]\n")
    opened = open_trace(str(folder))
    trace = opened.trace
    assert trace.id == "session_1"
    assert [f"{'  ' * trace.depths[row]}{trace.name(row)} {trace.agent(row)}".rstrip() for row in range(4, len(trace))] == [
        "chat big", "Agent",
        "  chat big explore", "  Agent explore",
        "    chat big explore",
        "  chat big explore",
        "agent-2 agent-2",
        "  chat big explore",
    ]  # fmt: skip
    assert told(trace, 6) == ["Look around.", "count"]
    assert [notice.pointer for notice in opened.notices] == ["../agent-2/wire.jsonl: line 8"]


def test_the_file_of_a_sub_agent_stands_for_itself(tmp_path: Path) -> None:
    folder = folder_of_agents(tmp_path, main=SESSION, agent_0=of_sub_agent(21))
    trace = open_trace(str(folder / "agents" / "agent-0" / "wire.jsonl")).trace
    assert outline(trace) == ["model-call chat big"]


def test_since_version_2_a_profile_says_what_is_set_and_the_offers_stand_alone() -> None:
    begun = [
        SESSION[0],
        record(0, "runtime.set_binding", runtimeId="local"),
        record(
            0,
            "profile.bind",
            systemPrompt="Be good.",
            modelAlias="m",
            profileName="agent",
            activeToolNames=["Read"],
        ),
    ]
    beside = [
        record(6, kind) for kind in ("agent.message.appended", "token_counting.measured", "prompt.completed")
    ]
    answer = [
        record(1, "llm.tools_snapshot", hash="h", tools=[OFFER]),
        *asked(1),
        text(2, "done"),
        ends(3),
        *beside,
    ]
    reading = read(kimi_session.READER, lines(*begun, says(1, "go"), *answer))
    (trace,) = reading.traces
    assert (outline(trace), reading.notices) == (["model-call chat big"], ())
    (reply,) = trace.steps()
    assert [message.text for message in reply.body.messages or ()] == ["Be good.", "go"]
    assert [(tool.name, tool.schema) for tool in reply.body.tools or ()] == [("Read", {"type": "object"})]
