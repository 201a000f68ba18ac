"""The reader of Claude Code sessions: what it claims, which files it wants beside, and that damage costs a line at most."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.readers import _registry, claude_code
from replaydbg.readers._api import Document
from tests.support.claude_sessions import SESSION, Lines
from tests.support.readings import document, one, only_tell_how_far, read, sniffed, walked


def sample() -> Lines:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", "Ich schaue.", ("t1", "Bash", {"command": "ls"}))
    lines.result(
        "t1", [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}]
    )
    lines.reply("m2", ("t2", "Task", {"prompt": "look"}))
    lines.says("look", isSidechain=True, after=None)
    lines.reply("m3", "seen", isSidechain=True)
    lines.result("t2", "seen", after="u4", isSidechain=False)
    lines.add("system", subtype="compact_boundary", after=None)
    lines.says("all of it", isCompactSummary=True)
    lines.reply("m4", "done")
    return lines


SAMPLE = sample().bytes


def test_what_is_a_session() -> None:
    assert sniffed(claude_code.READER, SAMPLE) > 0.9
    title = orjson.dumps({"type": "summary", "summary": "A talk", "leafUuid": "u1"})
    assert sniffed(claude_code.READER, title + b"\n") >= 0.9
    image = Lines()
    image.says("x" * 200_000)
    assert sniffed(claude_code.READER, image.bytes) > 0.9, "the first line is longer than what is looked at"
    others: list[Any] = [
        [{"role": "user", "content": "sessionId parentUuid"}],
        {"sessionId": "s", "messages": [{"type": "user", "content": "hi"}]},
        {"type": "user", "session_id": "s", "parent_tool_use_id": None, "message": {}},
    ]
    for other in others:
        assert sniffed(claude_code.READER, other) == 0.0


def test_the_registry_gives_sessions_to_this_reader() -> None:
    choice = _registry.choose(document(SAMPLE))
    assert (choice.reader.name, choice.notices) == ("claude-code", ())


@pytest.mark.parametrize(
    ("name", "id_"),
    [(f"dir/{SESSION.replace('0b', '1c')}.jsonl", SESSION.replace("0b", "1c")), ("copy.jsonl", SESSION)],
)
def test_a_trace_is_called_as_its_session(name: str, id_: str) -> None:
    (trace,) = read(claude_code.READER, SAMPLE, name).traces
    assert trace.id == id_


def test_which_files_beside_belong_to_a_session() -> None:
    names = [
        "agent-7a.jsonl",
        "agent-7b.jsonl",
        "s/subagents/agent-8.jsonl",
        "s/subagents/deep/agent-9.jsonl",
        "s/subagents/agent-8.meta.json",
        "s/tool-results/agent-1.jsonl",
        "other.jsonl",
    ]
    file = document(b'{"toolUseResult":{"agentId":"7a"}}\n')
    assert claude_code.beside(file, names) == [
        "agent-7a.jsonl",
        "s/subagents/agent-8.jsonl",
        "s/subagents/deep/agent-9.jsonl",
    ]


def test_a_line_that_is_being_written_is_told_of_gently_and_costs_nothing_else() -> None:
    reading = read(claude_code.READER, SAMPLE[:-40])
    (notice,) = reading.notices
    assert (notice.pointer, "was being written" in notice.message) == ("line 10", True)
    assert [trace.ids[-1] for trace in reading.traces] == ["o7"] or len(reading.traces[0]) == 6


def test_a_line_torn_by_a_crash_gives_back_the_line_that_was_written_into_it() -> None:
    lines = SAMPLE.splitlines(keepends=True)
    torn = b"".join([*lines[:1], lines[0][:30], *lines[1:]])
    reading = read(claude_code.READER, torn)
    assert [notice.message for notice in reading.notices] == [
        "its first 30 bytes are the beginning of another line"
    ]
    assert len(reading.traces[0]) == len(one(claude_code.READER, SAMPLE))
    assert reading.traces[0].step(0).body.output.text == "Ich schaue."  # type: ignore[union-attr]


def test_fields_of_the_wrong_kind_cost_no_line() -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", "one", requestId=5, isSidechain="no", timestamp="yesterday", costUSD="dear")
    lines.values[1]["message"]["usage"]["output_tokens"] = 2.5
    trace = one(claude_code.READER, lines.bytes)
    assert (len(trace), trace.output_tokens[0], trace.starts_ns[0] >= 0) == (1, 2, False)
    assert trace.step(0).body.messages is not None


def test_counts_that_are_none() -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", "one")
    lines.values[1]["message"]["usage"] |= {"input_tokens": 2**63 - 1, "cache_read_input_tokens": 1}
    (trace,) = read(claude_code.READER, lines.bytes).traces
    assert (trace.ids, trace.input_tokens[0]) == (["m1"], -1)


def test_the_first_rows_of_a_large_session_come_early() -> None:
    lines = Lines()
    lines.says("go")
    for number in range(60):
        lines.reply(f"m{number}", ("t", "Read", {}), tokens=number)
        lines.result("t", "x" * 30_000)
    file = document(lines.bytes)
    first, *between, whole = claude_code.READER.read(file, True)
    assert (first.complete, whole.complete) == (False, True)
    assert only_tell_how_far(between)
    assert len(list(claude_code.READER.read(file, False))) == 1
    assert (0 < first.fraction < 1, first.notices) == (True, ())
    (early,), (late,) = first.traces, whole.traces
    assert 2 < len(early) < len(late) == 120
    assert early.ids == late.ids[: len(early)]
    assert list(early.starts_ns) == list(late.starts_ns[: len(early)])


def test_the_raw_step_is_what_the_file_says() -> None:
    trace = one(claude_code.READER, SAMPLE)
    values = sample().values
    assert trace.step(trace.row("m1")).body.raw == values[1]
    assert trace.step(trace.row("t1")).body.raw == values[2]


@given(
    st.lists(
        st.tuples(st.sampled_from(["user", "assistant", "system", "progress"]), st.integers(0, 12), st.integers(-1, 12),
                  st.sampled_from(["", "a", "b"]), st.booleans(), st.sampled_from(["m1", "m2", "m3"])),
        max_size=14,
    )
)  # fmt: skip
def test_any_tree_of_lines_is_read(shape: list[tuple[str, int, int, str, bool, str]]) -> None:
    lines = []
    for kind, own, before, agent, is_side, message_id in shape:
        block = {"type": "tool_use", "id": f"t{own}", "name": "Task", "input": {"prompt": "p"}}
        result = {"type": "tool_result", "tool_use_id": f"t{before}", "content": "r"}
        content = [block] if kind == "assistant" else [result] if is_side else "p"
        lines.append(
            {"type": kind, "uuid": f"u{own}", "parentUuid": f"u{before}" if before >= 0 else None, "sessionId": "s",
             "isSidechain": is_side, "message": {"id": message_id, "role": kind, "content": content}}
            | ({"agentId": agent} if agent else {})
        )  # fmt: skip
    reading = read(claude_code.READER, b"".join(orjson.dumps(line) + b"\n" for line in lines))
    ids = [step.id for step in walked(reading)]
    assert len(ids) == len(set(ids))


def test_a_document_beside_is_read_after_the_session() -> None:
    agent = Lines("a", second=3, isSidechain=True, agentId="7")
    agent.says("look", after=None)
    agent.reply("am", "seen")
    beside = {"agent-7.jsonl": document(agent.bytes[:-5])}
    *_, reading = claude_code.READER.read(Document("s.jsonl", memoryview(SAMPLE), beside), False)
    assert [notice.pointer for notice in reading.notices] == ["agent-7.jsonl: line 2"]


SAMPLES = [SAMPLE]
