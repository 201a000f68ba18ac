"""What was said last and never answered, in every format whose records hold it: an engineer looks for just that first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import orjson
import pytest

from replaydbg.readers import _registry
from replaydbg.readers._transcript_body import UNHEARD
from tests.support.claude_sessions import moment, told
from tests.support.readings import document, outline
from tests.support.samples import SAMPLES

WORDS = "are you there?"
Add: TypeAlias = Callable[[Any], Any]
STEP = f"opaque {UNHEARD}"


def to(*path: Any, **message: Any) -> Add:
    """Puts the message at the end of the list at this path."""

    def add(record: Any) -> Any:
        found = record
        for key in path:
            found = found[key]
        found.append(message)
        return record

    return add


OPENHANDS_ACTION = {
    "id": 99,
    "source": "user",
    "message": "",
    "action": "message",
    "args": {"content": WORDS},
}
OPENHANDS_MESSAGE = {"role": "user", "content": [{"type": "text", "text": WORDS}]}
ADK = {"author": "user", "content": {"role": "user", "parts": [{"text": WORDS}]}, "timestamp": 1795667999.0}
CRUSH = '[{"type": "text", "data": {"text": "are you there?"}}]'
USER = {"role": "user", "content": WORDS}
SAYS = {"role": "assistant", "content": "Well.", "agent": "main"}
LAST: list[tuple[str, int, Add]] = [
    ("agentdojo", 0, to("messages", **USER)),
    ("atif", 0, to("steps", step_id=9, source="user", message=WORDS, timestamp=moment(9))),
    ("autogen", 1, to("messages", type="TextMessage", source="user", content=WORDS)),
    ("crewai-output", 0, to("tasks_output", 1, "messages", **USER)),
    ("google-adk", 0, to("events", **ADK)),
    ("mini-swe-agent", 0, lambda run: run | {"messages": [*run["messages"][:-1], USER, run["messages"][-1]]}),
    ("mini-swe-agent", 1, lambda run: [*run[:-1], {"role": "assistant", "content": "Well."}, USER]),
    ("openhands", 0, to(**OPENHANDS_ACTION)),
    (
        "openhands-events",
        0,
        to(kind="MessageEvent", source="user", timestamp="2026-02-03T04:05:59", llm_message=OPENHANDS_MESSAGE),
    ),
    ("autogen", 3, to("llm_context", "messages", type="UserMessage", source="user", content=WORDS)),
    ("bfcl", 1, to("inference_log", begin_of_turn_query=[{**USER}])),
    ("crush-session", 0, to(id="m99", session_id="s", role="user", parts=CRUSH, created_at=1_770_000_099)),
    ("pydantic-ai", 0, to(kind="request", parts=[{"part_kind": "user-prompt", "content": WORDS}])),
    ("swe-agent", 0, lambda run: run | {"history": [*run["history"][:-1], SAYS, {**USER, "agent": "main"}]}),
    ("tau-bench", 0, to(0, "traj", **USER)),
]  # fmt: skip


def read(format_name: str, record: Any) -> Any:
    *_, reading = _registry.read(document(orjson.dumps(record)), format_name)
    return reading.traces[0]


@pytest.mark.parametrize(("name", "at", "add"), LAST, ids=[f"{name}-{at}" for name, at, _ in LAST])
def test_it_is_a_step_behind_all_that_was_answered(name: str, at: int, add: Add) -> None:
    sample = orjson.loads(SAMPLES[name][at])
    before = outline(read(name, sample))
    trace = read(name, add(sample))
    after = outline(trace)
    (row,) = (row for row, line in enumerate(after) if line.strip() == STEP)
    assert told(trace, row)[-1] == WORDS
    assert WORDS in str(trace.body(row).input), "it is read, found and exported as the step's input"
    assert all(line.lstrip().startswith("opaque ") for line in after[row + 1 :]), "only how the run ended"
    assert [line for line in after if line.strip() != STEP] == before
    assert STEP not in [line.strip() for line in before]


def test_what_a_command_put_out_is_its_execution() -> None:
    steps = outline(
        read(
            "mini-swe-agent",
            [*orjson.loads(SAMPLES["mini-swe-agent"][1]), {"role": "user", "content": "DONE"}],
        )
    )
    assert steps[-1] == "tool-execution bash"
