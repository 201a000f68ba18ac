"""Results of the Berkeley Function Calling Leaderboard."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import ToolCall
from replaydbg.core.step import Usage
from replaydbg.readers import _registry
from replaydbg.readers.bfcl import READER
from tests.support.chat_logs import user
from tests.support.readings import document, lines, one, outline, read, sniffed

SINGLE = {
    "id": "simple_0",
    "result": [{"shop_find": '{"q":  1}'}],
    "input_token_count": 9,
    "output_token_count": 3,
    "latency": 0.5,
}
MULTI = {
    "id": "multi_turn_0",
    "result": [[[{"ls": "{}"}], "done"], ["bye"]],
    "input_token_count": [[5, 6], [7]],
    "output_token_count": [[1, 2], [3]],
}
LOG = [
    [{"role": "state_info", "class_name": "X", "content": {}}],
    {
        "begin_of_turn_query": [user("list")],
        "step_0": [
            {"role": "assistant", "content": [{"ls": "{}"}, {"cd": '{"to": "a"}'}]},
            {"role": "handler_log", "content": "Successfully decoded model response."},
            {"role": "tool", "content": '{"files": []}'},
            {"role": "tool", "content": '{"error": "no such folder"}'},
        ],
        "step_1": [{"role": "assistant", "content": "done"}],
    },
]


def test_an_entry_of_one_turn() -> None:
    assert sniffed(READER, lines(SINGLE)) == 0.9
    trace = one(READER, lines(SINGLE))
    (step,) = trace.steps()
    assert trace.id == "simple_0"
    assert step.tool_calls == (ToolCall("", "shop_find", {"q": 1}, '{"q":  1}'),)
    assert step.body.usage == Usage(9, 3)


def test_an_entry_of_several_turns() -> None:
    trace = one(READER, lines(MULTI))
    assert outline(trace) == ["model-call chat", "tool-execution ls", "model-call chat", "model-call chat"]
    assert [step.body.usage for step in trace.steps()][::2] == [Usage(5, 1), Usage(6, 2)]
    assert not trace.step(1).body.has_result


def test_a_logged_entry_has_what_the_tools_returned() -> None:
    trace = one(READER, lines({**MULTI, "inference_log": LOG}))
    assert outline(trace) == ["model-call chat", "tool-execution ls", "tool-execution cd!", "model-call chat"]
    first, listed, failed, last = trace.steps()
    assert first.body.messages is not None
    assert first.body.messages[0].text == "list"
    assert (listed.body.call, listed.body.result) == (ToolCall("", "ls", {}, "{}"), '{"files": []}')
    assert failed.body.call == ToolCall("", "cd", {"to": "a"}, '{"to": "a"}')
    assert last.body.usage == Usage(6, 2)


@pytest.mark.parametrize(
    ("said", "calls"),
    [
        (
            "[f(a=1, b='x'), g.h(c=[1, {'k': -2.5}])]",
            [("f", {"a": 1, "b": "x"}), ("g.h", {"c": [1, {"k": -2.5}]})],
        ),
        ("f()", [("f", {})]),
        ("[f(a=true, b=null)]", [("f", {"a": True, "b": None})]),
        (r"[f(a='\d')]", [("f", {"a": r"\d"})]),
        ("[f(1)]", []),
        ("[f(a=b)]", []),
        ("I can not do that (really).", []),
        ("[f(a=1", []),
        ("f(a=b'x')", []),
    ],
)
def test_calls_that_were_written_as_python(said: str, calls: list[Any]) -> None:
    (step,) = one(READER, lines({**SINGLE, "result": said})).steps()
    assert [(call.name, call.arguments) for call in step.tool_calls] == calls
    assert step.body.output is not None
    assert bool(step.body.output.text) is not bool(calls)


def test_an_entry_that_failed_knows_no_more_than_that() -> None:
    failed = {"id": "simple_9", "result": "Error during inference: late", "traceback": "..."}
    for content in (lines(failed), lines(failed, SINGLE)):
        assert _registry.choose(document(content)).reader is READER


def test_a_failed_entry() -> None:
    (step,) = one(READER, lines({**SINGLE, "result": "Error during inference: late"})).steps()
    assert (step.status, step.body.output) == ("error", None)


@pytest.mark.parametrize(
    ("entry", "has_tools"),
    [
        ({"id": "q", "question": [[user("x")]], "function": []}, True),
        ({"id": "q", "question": [[user("x")]], "involved_classes": ["A"]}, False),
        ({"name": "f", "description": "F.", "parameters": {"type": "dict"}}, True),
    ],
)
def test_questions_and_tools_are_no_run(entry: dict[str, Any], has_tools: bool) -> None:
    assert sniffed(READER, lines(entry)) >= 0.8
    reading = read(READER, lines(entry, entry))
    assert reading.traces == ()
    assert "2 entries" in reading.notices[0].message
    assert ("--tools" in reading.notices[0].message) is has_tools


@pytest.mark.parametrize(
    "data", [{"id": 1, "result": 2}, {"id": 1}, [SINGLE], {"name": "f", "parameters": {}}]
)
def test_other_files_are_not_claimed(data: Any) -> None:
    assert sniffed(READER, data) == 0.0


def test_what_the_handler_could_not_read_and_what_is_not_known_is_told() -> None:
    turn: Any = LOG[1]
    failed = {"role": "handler_log", "content": "Error decoding the model response.", "error": "no call"}
    forced = {"role": "handler_log", "content": "Model has been forced to quit after 20 steps."}
    step = [*turn["step_1"], failed, {"role": "inference_input", "content": ""}, {"role": "oracle"}, forced]
    reading = read(READER, lines({**MULTI, "inference_log": [{**turn, "step_1": step}]}))
    trace = reading.traces[0]
    assert outline(trace)[4:] == ["opaque handler!", "opaque handler"]
    assert (trace.body(4).error, trace.body(5).output_value) == ("no call", forced["content"])
    assert [(notice.pointer, notice.message) for notice in reading.notices] == [
        ("", "1 event of a kind that is not known, left out: oracle (1)")
    ]


SAMPLES = [SINGLE, {**MULTI, "inference_log": LOG}]
