"""How the lines of a session become talks: forks, replies in pieces, sub-agents, compactions, what was said twice."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from replaydbg.core.step import Kind, Status
from replaydbg.readers import claude_code
from tests.support.claude_sessions import Lines, told
from tests.support.readings import one, outline, read, walked


def trace_of(lines: Lines) -> Any:
    return one(claude_code.READER, lines.bytes)


def test_a_reply_in_several_lines_is_one_model_call_and_its_usage_is_counted_once() -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", "I look.", tokens=2)
    lines.reply("m1", ("t1", "Bash", {"command": "ls"}), tokens=7)
    lines.result("t1", "a b")
    lines.reply("m1", ("t2", "Read", {"path": "a"}), tokens=9)  # tools run while the reply still streams
    lines.result("t2", "text of a")
    lines.reply("m2", "done")
    trace = trace_of(lines)
    assert outline(trace) == [
        "model-call chat claude-9",
        "tool-execution Bash",
        "tool-execution Read",
        "model-call chat claude-9",
    ]
    first, bash, reads, last = trace.steps()
    assert (first.id, bash.id, reads.id, last.id) == ("m1", "t1", "t2", "m2")
    assert first.body.output.text == "I look."
    assert [(call.name, call.arguments, call.raw) for call in first.tool_calls] == [
        ("Bash", {"command": "ls"}, None),
        ("Read", {"path": "a"}, None),
    ]
    assert (trace.input_tokens[0], trace.output_tokens[0], first.body.usage.output_tokens) == (11, 9, 9)
    assert (bash.body.result, reads.body.result, reads.body.call.arguments) == (
        "a b",
        "text of a",
        {"path": "a"},
    )
    assert told(trace, 3) == ["go", "I look.", "=a b", "=text of a"]
    assert (first.duration_ms, bash.duration_ms, last.duration_ms) == (4000, 1000, 1000)
    assert first.body.provider == "anthropic"


def test_results_of_tools_that_ran_side_by_side_are_no_forks() -> None:
    lines = Lines()
    lines.says("go")
    a = lines.reply("m1", ("t1", "Bash", {}))
    b = lines.reply("m1", ("t2", "Bash", {}))
    lines.result("t1", "one", after=a)
    last = lines.result("t2", "two", after=b)
    lines.reply("m2", "done", after=last)
    trace = trace_of(lines)
    assert told(trace, 3) == ["go", "Bash Bash", "=one", "=two"]
    assert len(trace) == 4


def test_going_back_makes_a_fork_that_knows_nothing_of_what_was_left() -> None:
    lines = Lines()
    first = lines.says("go")
    answer = lines.reply("m1", "which way?")
    lines.says("left", after=answer)
    lines.reply("m2", "a wall")
    lines.says("right", after=answer)
    lines.reply("m3", "a door")
    lines.says("all anew", after=None)
    lines.reply("m4", "well")
    lines.says("once more", after=first)
    lines.reply("m5", "hm")
    trace = trace_of(lines)
    assert told(trace, 1) == ["go", "which way?", "left"]
    assert told(trace, 2) == ["go", "which way?", "right"]
    assert told(trace, 3) == ["all anew"]
    assert told(trace, 4) == ["go", "once more"]


@pytest.mark.parametrize("has_boundary", [True, False])
def test_after_a_compaction_prompts_begin_with_the_summary(has_boundary: bool) -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", "much")
    if has_boundary:
        lines.add("system", subtype="compact_boundary", content="Conversation compacted", after=None)
    lines.says("what was", isCompactSummary=True, **({} if has_boundary else {"after": None}))
    lines.reply("m2", "more")
    trace = trace_of(lines)
    assert outline(trace) == ["model-call chat claude-9", "opaque compaction", "model-call chat claude-9"]
    assert told(trace, 2) == ["what was"]


def test_lines_that_are_told_again_and_lines_between_are_no_steps() -> None:
    lines = Lines()
    lines.says("go")
    lines.add("progress", data={"type": "hook_progress"})
    lines.reply("m1", "one")
    lines.add("system", subtype="turn_duration", durationMs=7)
    lines.add("a kind of tomorrow")
    lines.says("on")
    lines.values += lines.values[:3]  # resumed: the file repeats what it goes on from
    lines.values.append({"type": "summary", "summary": "A talk", "leafUuid": "elsewhere"})
    lines.reply("m2", "two")
    trace = trace_of(lines)
    assert [trace.ids[row] for row in range(len(trace))] == ["m1", "m2"]
    assert told(trace, 1) == ["go", "one", "on"]


def test_what_the_program_says_itself_is_no_model_call() -> None:
    lines = Lines()
    lines.says("go")
    lines.add("system", subtype="api_error", error={"status": 529}, retryAttempt=1)
    lines.reply("x1", "API Error: 500", model="<synthetic>", isApiErrorMessage=True)
    lines.reply("x2", "No response requested.", model="<synthetic>")
    lines.says("again")
    lines.reply("m1", "yes")
    trace = trace_of(lines)
    assert outline(trace) == [
        "opaque API error!", "opaque API error!", "opaque said by Claude Code", "model-call chat claude-9",
    ]  # fmt: skip
    assert [trace.step(row).body.error for row in range(3)] == ['{"status":529}', "API Error: 500", ""]
    assert told(trace, 3) == ["go", "again"]


def test_verdicts_of_the_runtime_are_errors_of_the_execution() -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", ("t1", "Bash", {"cmd": 1}), ("t2", "Grep", {}))
    verdict = "<tool_use_error>InputValidationError: command is missing</tool_use_error>"
    lines.result("t1", verdict, is_error=True)
    blocks = [{"type": "text", "text": "Exit code 1"}, {"type": "text", "text": "no match"}]
    lines.result("t2", blocks, is_error=True)
    trace = trace_of(lines)
    assert [trace.status(row) for row in (1, 2)] == [Status.ERROR, Status.ERROR]
    assert (trace.step(1).body.error, trace.step(2).body.error) == (verdict, "Exit code 1")


@pytest.mark.parametrize(
    "told",
    [
        {"fine": False, "no such file": True},
        {"fine": False, "no such file": True, "denied": True, "fine, too": False},
    ],
)
def test_of_several_results_in_one_message_each_tells_its_own_error(told: dict[str, bool]) -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", *[(text, "Bash", {}) for text in told])
    blocks = [
        {
            "type": "tool_result",
            "tool_use_id": text,
            "content": [{"type": "text", "text": text}],
            "is_error": is_error,
        }
        for text, is_error in told.items()
    ]
    lines.add("user", message={"role": "user", "content": blocks})
    lines.reply("m2", "done")
    ran = [step for step in trace_of(lines).steps() if step.kind is Kind.TOOL_EXECUTION]
    assert {step.id: step.body.error for step in ran} == {text: text if told[text] else "" for text in told}
    assert {step.id: step.status is Status.ERROR for step in ran} == told


def test_words_beside_results_are_a_message_of_their_own() -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", ("t1", "Bash", {}))
    block = {"type": "tool_result", "tool_use_id": "t1", "content": "out"}
    lines.add("user", message={"role": "user", "content": [block, {"type": "text", "text": "stop"}]})
    lines.reply("m2", "ok")
    trace = trace_of(lines)
    assert told(trace, 2) == ["go", "Bash", "=out", "stop"]
    assert trace.step(1).body.result == "out"


def test_what_hooks_and_reminders_put_before_the_model_is_in_the_prompt() -> None:
    lines = Lines()
    lines.says("go")
    lines.add("attachment", attachment={"type": "queued_command", "prompt": "hurry"})
    lines.add("attachment", attachment={"type": "hook_additional_context", "content": ["a", "b"]})
    lines.reply("m1", "ok")
    assert told(trace_of(lines), 0) == ["go", "hurry", "a\nb"]


def test_ids_that_proxies_give_again_are_told_apart_without_a_word() -> None:
    lines = Lines()
    lines.says("go")
    for message_id in ("m1", "m2"):
        lines.reply(message_id, ("call_1", "Bash", {"n": message_id}))
        lines.result("call_1", message_id)
    reading = read(claude_code.READER, lines.bytes)
    (trace,) = reading.traces
    assert (trace.ids, reading.notices) == (["m1", "call_1", "m2", "call_1~2"], ())
    calls = [trace.step(row).body.call for row in (1, 3)]
    assert [call.arguments["n"] for call in calls if call] == ["m1", "m2"]


def test_a_session_without_a_reply_shows_what_was_asked() -> None:
    lines = Lines()
    lines.says("is anybody there?")
    trace = trace_of(lines)
    assert outline(trace) == ["opaque messages without a reply"]
    assert told(trace, 0) == ["is anybody there?"]


UNHEARD = "opaque messages without a reply"


def test_what_nobody_answered_at_the_end_is_a_step_before_what_failed_then() -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", "gone")
    lines.says("and now?")
    lines.add("assistant", isApiErrorMessage=True, message={"model": "<synthetic>", "content": "500"})
    trace = trace_of(lines)
    assert outline(trace) == ["model-call chat claude-9", UNHEARD, "opaque API error!"]
    assert told(trace, 1) == ["go", "gone", "and now?"]


def test_a_result_at_the_end_is_its_execution_and_words_behind_it_were_not_answered() -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", ("t1", "Bash", {}))
    lines.add("attachment", attachment={"type": "hook_success", "hookName": "PreToolUse:Bash"})
    lines.result("t1", "no")
    assert outline(trace_of(lines)) == ["model-call chat claude-9", "tool-execution Bash"]
    lines.says("[Request interrupted by user]")
    trace = trace_of(lines)
    assert outline(trace)[2:] == [UNHEARD]
    assert told(trace, 2)[-2:] == ["=no", "[Request interrupted by user]"]


def test_words_beside_a_result_were_not_answered_either() -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", ("t1", "Bash", {}))
    result = {"type": "tool_result", "tool_use_id": "t1", "content": "no"}
    lines.add("user", message={"role": "user", "content": [result, {"type": "text", "text": "stop"}]})
    trace = trace_of(lines)
    assert (outline(trace)[2:], told(trace, 2)[-1]) == ([UNHEARD], "stop")


@pytest.mark.parametrize(
    ("kind", "fields", "is_told"),
    [
        ("attachment", {"attachment": {"type": "hook_success", "stdout": "ok"}}, False),
        ("attachment", {"attachment": {"type": "task_reminder", "content": []}}, False),
        ("attachment", {"attachment": {"type": "hook_non_blocking_error", "stderr": "no such file"}}, True),
        ("attachment", {"attachment": {"type": "queued_command", "prompt": "stop!"}}, True),
        ("user", {"message": {"role": "user", "content": "<command-name>/exit</command-name>"}}, False),
        ("user", {"message": {"role": "user", "content": "<local-command-stdout>Bye!"}}, False),
        ("user", {"message": {"role": "user", "content": "/exit is what I typed"}}, True),
    ],
)
def test_what_the_program_says_to_itself_at_the_end_is_no_step(
    kind: str, fields: dict[str, Any], is_told: bool
) -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", "gone")
    lines.add(kind, **fields)
    assert outline(trace_of(lines)) == ["model-call chat claude-9", *[UNHEARD] * is_told]


def test_a_hook_that_failed_at_the_end_is_told_in_words() -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", "gone")
    hook = {
        "type": "hook_blocking_error",
        "hookName": "Stop",
        "blockingError": {"blockingError": "no tests", "command": "x"},
    }
    lines.add("attachment", attachment=hook)
    lines.add("attachment", attachment={"type": "hook_non_blocking_error", "stderr": "not found"})
    assert told(trace_of(lines), 1)[-2:] == ["Stop failed: no tests", "hook failed: not found"]


def test_what_a_compaction_left_was_heard() -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", "gone")
    lines.says("what is summed up")
    lines.add("system", subtype="compact_boundary", content="Conversation compacted", after=None)
    lines.says("in short", isCompactSummary=True)
    assert outline(trace_of(lines)) == ["model-call chat claude-9", "opaque compaction"]
    lines.says("and on?")
    trace = trace_of(lines)
    assert (outline(trace)[2:], told(trace, 2)) == ([UNHEARD], ["in short", "and on?"])


def test_each_way_of_a_fork_ends_with_what_nobody_answered() -> None:
    lines = Lines()
    lines.says("go")
    reply = lines.reply("m1", "gone")
    lines.says("one way", after=reply)
    lines.says("another", after=reply)
    trace = trace_of(lines)
    assert outline(trace)[1:] == [UNHEARD, UNHEARD]
    assert [told(trace, row)[-1] for row in (1, 2)] == ["one way", "another"]


def test_what_an_agent_was_asked_and_never_answered_stands_below_the_call() -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", ("t1", "Task", {"subagent_type": "scout", "prompt": "look"}))
    lines.says("look", isSidechain=True, agentId="a1", after=None)
    lines.result("t1", "killed")
    trace = trace_of(lines)
    assert outline(trace) == ["model-call chat claude-9", "tool-execution Task", f"  {UNHEARD}"]
    assert trace.step(2).agent == "scout"


def test_a_ring_of_lines_ends() -> None:
    lines = Lines()
    lines.says("go", after="u2")
    lines.reply("m1", "one", after="u1")
    lines.reply("m2", "two", after="u3")
    assert len(walked(read(claude_code.READER, lines.bytes))) == 2


def state(cost: Any) -> bytes:
    usage = {"claude-9": {"inputTokens": 5, "costUSD": cost}}
    return (
        orjson.dumps({"type": "cost-state", "sessionId": "s", "totalCostUSD": cost, "modelUsage": usage})
        + b"\n"
    )


def test_what_the_session_cost_is_told_once_at_its_end() -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", "done")
    trace = one(claude_code.READER, state(0.01) + lines.bytes + state(0.03))
    assert outline(trace) == ["model-call chat claude-9", "opaque cost of the session"]
    assert (trace.cost_usd(0), trace.cost_usd(1)) == (None, 0.03)
    assert trace.body(1).output_value == {"claude-9": {"inputTokens": 5, "costUSD": 0.03}}
    for odd in (state("much"), state(0), b'{"type":"cost-state","totalCostUSD":'):
        assert outline(one(claude_code.READER, lines.bytes + odd)) == ["model-call chat claude-9"]


def test_what_replies_cost_is_not_told_twice() -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", "done", costUSD=0.02)
    assert outline(one(claude_code.READER, lines.bytes + state(0.02))) == ["model-call chat claude-9"]


@pytest.mark.parametrize("moment", ["0262-02-03T04:00:08.250Z", "9999-12-31T23:59:59Z"])
def test_a_time_of_another_age_is_none(moment: str) -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", "done", timestamp=moment)
    lines.add("system", subtype="compact_boundary", timestamp=moment)
    trace = trace_of(lines)
    assert outline(trace) == ["model-call chat claude-9", "opaque compaction"]
    assert [trace.end_ns(row) for row in range(2)] == [None, None]
