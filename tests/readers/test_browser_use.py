"""Histories of browser-use."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.browser_use import READER
from tests.support.readings import clear, outline, sniffed


def step(number: int, told: Any, *results: Any) -> dict[str, Any]:
    about = {
        "step_start_time": 1_770_000_000.0 + number,
        "step_end_time": 1_770_000_000.5 + number,
        "input_tokens": 9,
        "step_number": number,
    }
    return {
        "model_output": told,
        "result": list(results),
        "state": {"url": "https://x", "title": "X"},
        "metadata": about,
    }


HISTORY = {"history": [
    step(1, {"current_state": {"memory": "m", "next_goal": "open"}, "action": [{"go_to_url": {"url": "https://x"}, "click": None}]},
         {"is_done": False, "extracted_content": "Navigated"}),
    step(2, {"thinking": "t", "action": [{"click": {"index": 3}}, {"wait": {}}]}, {"error": "not there"}),
    step(3, None, {"error": "rate limit"}),
    step(4, {"action": [{"done": {"text": "answer"}}]}, {"is_done": True, "extracted_content": "answer"}),
]}  # fmt: skip


def test_a_history() -> None:
    trace = clear(READER, HISTORY)
    assert outline(trace) == [
        "model-call chat", "tool-execution go_to_url", "model-call chat", "tool-execution click!", "model-call chat!",
        "model-call chat", "tool-execution done",
    ]  # fmt: skip
    first, went, *_ = trace.steps()
    assert (first.duration_ms, first.body.usage.input_tokens, went.body.result) == (500, 9, "Navigated")
    assert trace.body(4).error == "rate limit"
    assert first.body.messages is not None
    assert first.body.messages[0].text == "(the page) X https://x"


def test_results_beyond_the_actions_are_told() -> None:
    more = [{"extracted_content": "a"}, {"long_term_memory": "b"}, {"error": "no"}, {}]
    trace = clear(READER, {"history": [step(1, {"action": [{"click": {}}]}, *more)]})
    assert outline(trace) == [
        "model-call chat", "tool-execution click", "tool-execution action", "tool-execution action!", "tool-execution action",
    ]  # fmt: skip
    assert [trace.body(row).result for row in range(1, 5)] == ["a", "b", "no", None]


def test_a_step_without_output_of_the_model_keeps_what_was_brought() -> None:
    trace = clear(READER, {"history": [step(1, None, {"extracted_content": "a"}, {"error": "no"})]})
    assert outline(trace) == ["model-call chat!", "tool-execution action"]
    assert (trace.body(0).error, trace.body(1).result) == ("no", "a")


def test_an_action_that_was_not_come_to_is_not_answered_by_a_later_one() -> None:
    steps = [
        step(1, {"action": [{"click": {"index": 1}}, {"click": {"index": 2}}]}, {"error": "not there"}),
        step(2, {"action": [{"click": {"index": 3}}]}, {"extracted_content": "clicked"}),
    ]
    ran = clear(READER, {"history": steps}).body(3).call
    assert ran is not None
    assert ran.arguments == {"index": 3}


@pytest.mark.parametrize("content", [{"history": []}, {"history": [{"result": []}]}, [HISTORY]])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [HISTORY]
