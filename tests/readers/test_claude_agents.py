"""Steps of sub-agents stand below the step that started them, wherever they are told."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.trace import Trace
from replaydbg.readers import claude_code
from replaydbg.readers._api import Document
from tests.support.claude_sessions import Lines, told
from tests.support.readings import document, one, outline

TASK = {"subagent_type": "explorer", "prompt": "find it"}


def main_lines(*, outcome: dict[str, Any] | None, is_over: bool = True) -> Lines:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", ("task", "Task", TASK))
    if is_over:
        lines.result("task", "found", toolUseResult=outcome)
        lines.reply("m9", "good")
    return lines


def agent_lines(agent_id: str = "7a", **frame: Any) -> Lines:
    lines = Lines(f"{agent_id}-", second=2, isSidechain=True, agentId=agent_id, **frame)
    lines.says("find it", after=None)
    lines.reply(f"{agent_id}m1", (f"{agent_id}t1", "Grep", {"pattern": "it"}))
    lines.result(f"{agent_id}t1", "line 3")
    lines.reply(f"{agent_id}m2", "found")
    return lines


NESTED = [
    "model-call chat claude-9",
    "tool-execution Task",
    "  model-call chat claude-9",
    "  tool-execution Grep",
    "  model-call chat claude-9",
]
NESTED_AND_OVER = [*NESTED, "model-call chat claude-9"]


def with_files(lines: Lines, **files: Lines) -> Trace:
    beside = {f"s/subagents/agent-{name}.jsonl": document(file.bytes) for name, file in files.items()}
    *_, reading = claude_code.READER.read(Document("s.jsonl", memoryview(lines.bytes), beside), False)
    (trace,) = reading.traces
    assert reading.notices == ()
    return trace


def test_a_file_of_its_own_is_found_by_the_result_that_names_the_agent() -> None:
    other = agent_lines("7b")
    trace = with_files(main_lines(outcome={"agentId": "7a"}), **{"7a": agent_lines(), "7b": other})
    assert outline(trace) == [
        *NESTED_AND_OVER,
        "agent-invocation 7b",
        *(f"  {line.strip()}" for line in NESTED[2:]),
    ]
    assert [trace.agent(row) for row in (0, 1, 2, 3)] == ["", "", "explorer", "explorer"]
    assert told(trace, 4) == ["find it", "Grep", "=line 3"]


def test_an_agent_that_still_runs_stands_below_a_tool_without_a_result() -> None:
    lines = main_lines(outcome=None, is_over=False)
    lines.add("progress", parentToolUseID="task", data={"type": "agent_progress", "agentId": "7a"})
    trace = with_files(lines, **{"7a": agent_lines()})
    assert outline(trace) == NESTED
    body = trace.step(1).body
    assert (body.has_result, body.call and body.call.arguments) == (False, TASK)


def test_what_a_session_tells_of_an_agent_without_a_file_is_shown_and_not_told_twice() -> None:
    lines, agent = main_lines(outcome=None, is_over=False), agent_lines()
    for value in agent.values:
        inner = {key: value[key] for key in ("type", "uuid", "timestamp", "message")}
        data = {"type": "agent_progress", "agentId": "7a", "message": inner}
        lines.add("progress", parentToolUseID="task", data=data)
    trace = one(claude_code.READER, lines.bytes)
    assert outline(trace) == NESTED
    assert (told(trace, 4), trace.step(3).body.result) == (["find it", "Grep", "=line 3"], "line 3")
    assert outline(with_files(lines, **{"7a": agent})) == NESTED


@pytest.mark.parametrize("after", [None, "u2"])
def test_agents_of_session_files_have_no_id(after: str | None) -> None:
    lines, agent = main_lines(outcome=None), agent_lines()
    for value in agent.values:
        del value["agentId"]
    agent.values[0]["parentUuid"] = after
    lines.values[2:2] = agent.values
    trace = one(claude_code.READER, lines.bytes)
    assert outline(trace) == NESTED_AND_OVER
    assert trace.agent(2) == "explorer"
    assert told(trace, 5) == ["go", "Task", "=found"]


def test_two_agents_side_by_side_are_told_apart_by_what_they_were_asked() -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", ("c1", "Task", {"prompt": "one"}), ("c2", "Task", {"prompt": "two"}))
    for name, asked in (("b", "two"), ("a", "one")):
        agent = Lines(name, second=5, isSidechain=True)
        agent.says(asked, after=None)
        agent.reply(f"{name}m", f"about {asked}")
        lines.values += agent.values
    lines.result("c1", "1")
    lines.result("c2", "2")
    trace = one(claude_code.READER, lines.bytes)
    assert [(trace.parents[row], trace.ids[row]) for row in range(len(trace))] == [
        (-1, "m1"), (-1, "c1"), (1, "am"), (-1, "c2"), (3, "bm"),
    ]  # fmt: skip


def test_agents_start_agents() -> None:
    outer, inner = agent_lines(), agent_lines("7b")
    outer.reply("7am3", ("deeper", "Agent", {"prompt": "find it"}))
    outer.result("deeper", "x", toolUseResult={"agentId": "7b"})
    trace = with_files(main_lines(outcome={"agentId": "7a"}), **{"7b": inner, "7a": outer})
    depths = {trace.ids[row]: trace.depths[row] for row in range(len(trace))}
    assert (depths["task"], depths["7am1"], depths["deeper"], depths["7bm1"]) == (0, 1, 1, 2)


def test_the_file_of_an_agent_opened_alone_is_a_run_of_its_own() -> None:
    trace = one(claude_code.READER, agent_lines().bytes)
    assert outline(trace)[0] == "model-call chat claude-9"
    assert set(trace.parents) == {-1}
    assert trace.agent(0) == "7a"
