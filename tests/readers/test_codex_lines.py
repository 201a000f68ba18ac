"""Lines of Codex: two ages of them, and exit codes that stand inside of text."""

from __future__ import annotations

import orjson
import pytest

from replaydbg.core.finding import Notice
from replaydbg.readers import _codex_lines


def test_both_ways_to_a_line_agree() -> None:
    raw = b'{"timestamp":"t","type":"response_item","payload":{"type":"function_call","call_id":"c","name":"shell"}}'
    notices: list[Notice] = []
    ((fast, _, _),) = _codex_lines.lines(memoryview(raw), notices)
    ((slow, _, _),) = _codex_lines.lines(memoryview(raw[:-2] + b',"model":5}}'), notices)
    assert fast == slow
    assert fast.payload is not None
    assert (fast.payload.call_id, notices) == ("c", [])


@pytest.mark.parametrize(
    ("output", "failed"),
    [
        ("a.txt", False),
        (orjson.dumps({"output": "no", "metadata": {"exit_code": 2}}).decode(), True),
        (orjson.dumps({"output": "yes", "metadata": {"exit_code": 0}}).decode(), False),
        (orjson.dumps({"output": "yes", "metadata": {"exit_code": None}}).decode(), False),
        (orjson.dumps({"output": "no", "metadata": {"exit_code": -1}}).decode(), True),
        (orjson.dumps({"output": "web exited with code 1", "metadata": {"exit_code": 0}}).decode(), False),
        (orjson.dumps({"output": "no" * 999, "metadata": {"exit_code": 2}}).decode(), True),
        ("Exit code: 1\nOutput:\n" + "no" * 999, True),
        ("yes" * 999 + "exited with code 1", False),
        ("Exit code: 1\nWall time: 2 s\nOutput:\nno", True),
        ("Exit code: 0\nWall time: 2 s", False),
        ("Chunk ID: 7\nProcess exited with code 127\nOutput:", True),
        ("the manual speaks of exit codes", False),
    ],
)
def test_whether_a_tool_failed(output: str, failed: bool) -> None:
    line = {
        "type": "response_item",
        "payload": {"type": "function_call_output", "call_id": "c", "output": output},
    }
    assert _codex_lines.has_failed(orjson.dumps(line)) is failed
