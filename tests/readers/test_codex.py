"""Rollouts of Codex: items between two turns are one reply, and the events beside them are not told twice."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from replaydbg.core.message import OtherPart, Reasoning, Role, Text
from replaydbg.core.step import Kind, Usage
from replaydbg.readers import _registry, codex
from tests.support.claude_sessions import moment, told
from tests.support.readings import document, lines, one, only_tell_how_far, outline, read, sniffed


def line(second: int, kind: str, **payload: Any) -> bytes:
    return orjson.dumps({"timestamp": moment(second), "type": kind, "payload": payload}) + b"\n"


def item(second: int, kind: str, **fields: Any) -> bytes:
    return line(second, "response_item", type=kind, **fields)


def message(second: int, role: str, text: str) -> bytes:
    kind = "output_text" if role == "assistant" else "input_text"
    return item(second, "message", role=role, content=[{"type": kind, "text": text}])


def tokens(second: int, count: int) -> bytes:
    usage = {"input_tokens": count, "cached_input_tokens": 1, "output_tokens": 2}
    return line(second, "event_msg", type="token_count", info={"last_token_usage": usage})


ROLLOUT = b"".join([
    line(0, "session_meta", id="s1", base_instructions={"text": "Be brief."}),
    line(0, "turn_context", model="gpt-9"),
    message(1, "user", "go"),
    line(1, "event_msg", type="user_message", message="go"),
    item(2, "reasoning", id="rs_1", summary=[{"type": "summary_text", "text": "look first"}]),
    line(2, "event_msg", type="agent_reasoning", text="look first"),
    item(3, "function_call", name="shell", call_id="c1", arguments='{"command": ["ls"]}'),
    item(3, "custom_tool_call", name="apply_patch", call_id="c2", input="*** Begin Patch"),
    tokens(4, 10),
    item(5, "function_call_output", call_id="c1", output='{"output":"a","metadata":{"exit_code":1}}'),
    item(6, "custom_tool_call_output", call_id="c2", output="Done"),
    message(7, "assistant", "All done."),
    tokens(7, 20),
    tokens(7, 99),
    line(8, "compacted", message="", replacement_history=[
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "in short"}]},
    ]),
    message(9, "user", "on"),
    item(10, "local_shell_call", call_id="c3", action={"command": ["pwd"]}),
    line(11, "event_msg", type="turn_aborted", reason="interrupted"),
    line(12, "event_msg", type="error", message="stream closed"),
    line(13, "world_state", full=True),
])  # fmt: skip


def test_tokens_of_each_reply_are_told_with_it() -> None:
    """The columns have two of them; what was cached is in the body."""
    trace = one(codex.READER, ROLLOUT)
    calls = [trace.step(row) for row in range(len(trace)) if trace.kind(row) is Kind.MODEL_CALL]
    assert [step.body.usage for step in calls] == [Usage(10, 2, 1), Usage(20, 2, 1), Usage()]
    assert list(trace.input_tokens)[:2] == [10, -1]
    assert trace.body(1).usage == Usage(), "a tool has none"


def test_a_rollout() -> None:
    assert _registry.choose(document(ROLLOUT)).reader is codex.READER
    reading = read(codex.READER, ROLLOUT)
    (trace,) = reading.traces
    assert (trace.id, reading.notices) == ("s1", ())
    assert outline(trace) == [
        "model-call chat gpt-9",
        "tool-execution shell!",
        "tool-execution apply_patch",
        "model-call chat gpt-9",
        "opaque compaction",
        "model-call chat gpt-9",
        "opaque turn aborted",
        "opaque error!",
    ]
    first, shell, patch, last, _, after, _, error = trace.steps()
    assert (first.id, shell.id, patch.id) == ("rs_1", "c1", "c2")
    assert first.body.output is not None
    assert isinstance(first.body.output.parts[0], Reasoning)
    assert [(call.name, call.raw) for call in first.tool_calls] == [
        ("shell", '{"command": ["ls"]}'), ("apply_patch", None),
    ]  # fmt: skip
    assert patch.tool_calls[0].arguments == {"input": "*** Begin Patch"}
    assert (trace.input_tokens[0], trace.input_tokens[3], trace.input_tokens[5]) == (10, 20, -1)
    assert told(trace, 3)[:2] == ["Be brief.", "go"]
    assert (last.body.messages or ())[0].role is Role.SYSTEM
    assert told(trace, 5) == ["in short", "on"]
    assert after.tool_calls[0].arguments == {"command": ["pwd"]}
    assert (error.body.error, first.duration_ms, patch.duration_ms) == ("stream closed", 2000, 3000)


def test_lines_of_old_versions_are_the_items_themselves() -> None:
    values = [
        {"id": "s0", "timestamp": moment(0), "instructions": None},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "go"}]},
        {"type": "function_call", "name": "shell", "arguments": "{}", "call_id": "c"},
        {"type": "function_call_output", "call_id": "c", "output": "ok"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "done"}]},
    ]
    data = lines(*values)
    assert sniffed(codex.READER, data) >= 0.9
    trace = one(codex.READER, data)
    assert outline(trace) == ["model-call chat", "tool-execution shell", "model-call chat"]
    assert told(trace, 2) == ["go", "shell", "=ok"]


def test_other_files_are_not_claimed() -> None:
    for other in (
        [{"role": "user", "content": "x"}],
        {"type": "message", "payload": 3},
        {"type": "user", "sessionId": "s"},
    ):
        assert sniffed(codex.READER, other) == 0.0


def test_the_first_rows_come_early() -> None:
    data = ROLLOUT + b"".join(
        message(20 + at % 3, "user", "x" * 9_000) + message(24, "assistant", "y") for at in range(200)
    )
    first, *between, whole = codex.READER.read(document(data), True)
    assert only_tell_how_far(between)
    assert (first.complete, whole.complete, first.notices) == (False, True, ())
    assert whole.traces[0].ids[:3] == first.traces[0].ids[:3]


SAMPLES = [ROLLOUT]


@pytest.mark.parametrize("age", [b"0262-02-03T04:00:08Z", b"9999-12-31T23:59:59Z"])
def test_a_time_of_another_age_is_none(age: bytes) -> None:
    odd = ROLLOUT
    for second in range(60):
        odd = odd.replace(moment(second).encode(), age)
    trace = one(codex.READER, odd)
    assert outline(trace) == outline(one(codex.READER, ROLLOUT))
    assert {trace.end_ns(row) for row in range(len(trace))} == {None}


def test_what_nobody_answered_is_a_step_and_what_a_compaction_left_is_none() -> None:
    before = outline(one(codex.READER, ROLLOUT))
    asked = ROLLOUT + message(14, "user", "are you there?")
    trace = one(codex.READER, asked)
    assert outline(trace) == [*before, "opaque messages without a reply"]
    assert told(trace, len(before))[-1] == "are you there?"
    again = line(15, "compacted", message="all in short")
    assert outline(one(codex.READER, asked + again)) == [*before, "opaque compaction"]


@pytest.mark.parametrize(
    "mark", [{"type": "user_message"}, {"type": "item_completed", "item": {"type": "UserMessage"}}]
)
def test_what_a_person_took_back_stands_in_no_later_prompt(mark: dict[str, Any]) -> None:
    def turn(second: int, text: str) -> bytes:
        said = message(second, "user", text) + line(second, "event_msg", **mark)
        ended = line(second, "event_msg", type="item_completed", item={"type": "AgentMessage"})
        return said + message(second, "assistant", f"answer to {text}") + ended

    begun = line(0, "session_meta", id="s1") + message(0, "user", "<environment_context>")
    back = line(9, "event_msg", type="thread_rolled_back", num_turns=2)
    trace = one(codex.READER, begun + turn(1, "a") + turn(2, "b") + turn(3, "c") + back + turn(4, "d"))
    assert outline(trace) == ["model-call chat"] * 4
    assert told(trace, 2) == ["<environment_context>", "a", "answer to a", "b", "answer to b", "c"]
    assert told(trace, 3) == ["<environment_context>", "a", "answer to a", "d"]
    far = line(9, "event_msg", type="thread_rolled_back", num_turns=7)
    trace = one(codex.READER, begun + turn(1, "a") + far + turn(4, "d") + back + turn(5, "e"))
    assert told(trace, 2) == ["<environment_context>", "e"]
    odd = line(9, "event_msg", type="thread_rolled_back", num_turns="many")
    trace = one(codex.READER, begun + turn(1, "a") + odd + turn(4, "d"))
    assert told(trace, 1) == ["<environment_context>", "a", "answer to a", "d"]


def test_what_another_agent_says_stands_in_the_prompt() -> None:
    said = {"author": "/root", "recipient": "/root/a", "other_recipients": [], "trigger_turn": True}
    sealed = line(2, "inter_agent_communication", **said, content="", encrypted_content="gAAA")
    plain = line(1, "inter_agent_communication", **said, content="count them")
    beside = line(2, "inter_agent_communication_metadata", trigger_turn=True)
    begun = line(0, "session_meta", id="s1", base_instructions={"text": "Be brief."})
    trace = one(codex.READER, begun + plain + sealed + beside + message(3, "assistant", "3"))
    assert outline(trace) == ["model-call chat"]
    system, first, second = trace.step(0).body.messages or ()
    assert (system.role, first.role, first.parts) == (Role.SYSTEM, Role.USER, (Text("count them"),))
    assert [type(part) for part in second.parts] == [OtherPart]


def test_a_session_that_goes_on_from_another_says_that_its_beginning_is_elsewhere() -> None:
    base = {"rollout_id": "s0", "ordinal": 7}
    for history, places in ((base, ["byte 0"]), (None, [])):
        begun = line(0, "session_meta", id="s1", history_base=history)
        reading = read(codex.READER, begun + message(3, "user", "on") + message(3, "assistant", "3"))
        assert [notice.pointer for notice in reading.notices] == places
