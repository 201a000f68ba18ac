"""Lines of Claude Code: what is decoded at once, and that no field of the wrong kind costs the others."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Notice
from replaydbg.readers import _claude_lines
from replaydbg.readers._claude_lines import Block, Line
from replaydbg.readers._salvage import UNREADABLE

SESSION_LINE = (
    b'{"type":"assistant","uuid":"u","parentUuid":"p","sessionId":"s","timestamp":"2026-02-03T04:05:06.007Z",'
    b'"isSidechain":true,"unknown":[1],"message":{"id":"m","model":"x","content":[{"type":"tool_use","id":"c",'
    b'"name":"Bash","input":{"id":5}}],"usage":{"input_tokens":1,"output_tokens":2}}}'
)


def test_both_ways_to_a_line_agree() -> None:
    fast = _claude_lines.SESSION.decode(memoryview(SESSION_LINE))
    broken = SESSION_LINE.replace(b'"input_tokens":1', b'"input_tokens":1.5')
    with pytest.raises(UNREADABLE):
        _claude_lines.SESSION.decode(memoryview(broken))
    text = SESSION_LINE[:-1] + b',"isMeta":NaN}'
    (slow, start, end) = next(_claude_lines.lines(memoryview(text), _claude_lines.SESSION, []))
    for name in ("type", "uuid", "parent_uuid", "session_id", "timestamp", "is_sidechain", "message"):
        assert getattr(slow, name) == getattr(fast, name), name
    assert fast.message is not None
    assert fast.message.content == [Block("tool_use", "c", "Bash")]
    assert (start, end) == (0, len(text))


def test_a_stream_has_other_names() -> None:
    raw = b'{"type":"user","session_id":"s","parent_tool_use_id":"t","message":{"content":"hi"}}'
    line = _claude_lines.STREAM.decode(memoryview(raw))
    assert (line.session_id, line.parent_tool_use_id) == ("s", "t")
    assert _claude_lines.from_value({"session_id": "s", "parent_tool_use_id": "t"}).parent_tool_use_id == "t"
    assert _claude_lines.SESSION.decode(memoryview(raw)).session_id is None


def test_a_moment_without_a_zone_is_universal_time() -> None:
    notices: list[Notice] = []
    raw = b'{"type":"user","timestamp":"2026-02-03T04:05:06"}'
    ((line, _, _),) = _claude_lines.lines(memoryview(raw), _claude_lines.SESSION, notices)
    assert line.timestamp is not None
    assert line.timestamp.isoformat() == "2026-02-03T04:05:06+00:00"
    assert notices == []


@pytest.mark.parametrize(
    "value", [None, [], 5, {"message": 3}, {"message": {"content": [3, {"type": 5}], "usage": []}}]
)
def test_anything_is_a_line(value: object) -> None:
    assert isinstance(_claude_lines.from_value(value), Line)


def test_progress_of_agents_and_of_others() -> None:
    raw = b'{"data":{"type":"agent_progress","agentId":"7","message":{"type":"user","message":{"content":"x"}}}}'
    told = _claude_lines.progress(memoryview(raw))
    assert told is not None
    assert (told.agent_id, told.message and told.message.type) == ("7", "user")
    assert _claude_lines.progress(memoryview(b'{"data":{"type":"bash_progress"}}')) is None
    assert _claude_lines.progress(memoryview(b'{"data":{"type":"agent_progress","agentId":7}}')) is None
