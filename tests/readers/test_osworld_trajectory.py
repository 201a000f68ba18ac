"""OSWorld: an action a line."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.osworld_trajectory import READER
from tests.support.readings import clear, lines, outline, read, sniffed

STEPS = lines(
    {"step_num": 1, "action_timestamp": "20260203@100000", "action": "pyautogui.click(1, 2)", "response": "I click.", "reward": 0, "done": False,
     "info": {}, "screenshot_file": "step_1.png"},
    {"step_num": 1, "action_timestamp": "20260203@100001500000", "action": {"type": "key"}, "response": "I click.", "info": {"error": "no"}},
    {"step_num": 2, "action_timestamp": "?", "action": "DONE", "response": {"text": "done"}, "reward": 1, "done": True, "info": {}},
)  # fmt: skip


def test_steps() -> None:
    trace = clear(READER, STEPS)
    assert outline(trace) == [
        "model-call chat",
        "tool-execution computer",
        "model-call chat",
        "tool-execution computer!",
        "model-call chat",
        "tool-execution computer",
    ]
    first, clicked, second, *_ = trace.steps()
    assert clicked.body.call is not None
    assert (clicked.body.call.arguments, second.duration_ms) == ({"action": "pyautogui.click(1, 2)"}, 1500)
    assert [step.body.output.text for step in (first, second) if step.body.output] == ["I click.", ""]


def test_it_is_called_as_its_folder() -> None:
    assert read(READER, STEPS, "chrome/bb5e4c0d/traj.jsonl").traces[0].id == "bb5e4c0d"


@pytest.mark.parametrize("content", [{"step_num": 1, "action": "x"}, [], {"action": "x"}])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [STEPS]
