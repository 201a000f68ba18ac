"""Calls put together into runs."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from replaydbg.core.message import Role, ToolCall
from replaydbg.core.step import Status
from tests.support.chat_logs import SYSTEM, asks, chain, logged, one, outline, read, says, sniffed, tool, user
from tests.support.readings import lines


@pytest.mark.parametrize("data", [lines(*chain()), orjson.dumps(chain())])
def test_calls_that_go_on_from_each_other_are_one_run(data: bytes) -> None:
    trace = one(data)
    assert outline(trace) == ["m1 chat m", "t2 search", "m3 chat m"]
    first, _, last = trace.steps()
    assert first.body.params == {"temperature": 0}
    assert first.ended_ns is not None
    assert first.ended_ns == 1_780_391_640_000_000_000
    assert (first.duration_ms, first.cost_usd) == (1500.0, 0.25)
    assert first.body.response_model == "m-1"
    assert last.body.messages is not None
    assert len(last.body.messages) == 4
    assert first.body.raw == chain()[0]
    assert sniffed(data) == 0.6


def test_histories_are_kept_once() -> None:
    trace = one(lines(*chain()))
    assert trace.handles[0].history is trace.handles[2].history


def test_a_reply_that_comes_back_reworded_is_still_the_reply() -> None:
    first, second = chain()
    second["messages"][2] = {**second["messages"][2], "content": "I will search. "}
    trace = one(lines(first, second))
    assert outline(trace) == ["m1 chat m", "t2 search", "m3 chat m"]
    assert trace.handles[0].history is trace.handles[2].history


def test_a_reply_that_comes_back_in_pieces_is_one_step() -> None:
    """Some clients make a message of the text and one of each call."""
    calls = [
        {"id": id_, "type": "function", "function": {"name": "search", "arguments": f'{{"q": "{id_}"}}'}}
        for id_ in ("c1", "c2")
    ]
    whole = {"role": "assistant", "content": "I search.", "tool_calls": calls}
    pieces: list[dict[str, Any]] = [
        {"role": "assistant", "content": "I search."},
        *({"role": "assistant", "content": None, "tool_calls": [each]} for each in calls),
    ]
    asked = [SYSTEM, user("hello there")]
    told = [*asked, *pieces, tool("c1", "one"), tool("c2", "two")]
    last = [*told, {"role": "assistant", "content": "Both found."}, user("thanks")]
    trace = one(lines(logged(asked, whole), logged(told, last[-2]), logged(last, says("Welcome."))))
    assert outline(trace) == ["m1 chat m", "t2 search", "t3 search", "m4 chat m", "m5 chat m"]
    other = [*asked, pieces[0], {"role": "assistant", "content": "And something else."}, user("go on")]
    assert len(one(lines(logged(asked, whole), logged(other, says("Done."))))) == 3, (
        "what nobody logged is a step"
    )


def test_a_clock_in_the_instructions_does_not_break_the_chain() -> None:
    first, second = chain()
    second["messages"][0] = {"role": "system", "content": "Be brief. It is 9:15."}
    trace = one(lines(first, second))
    assert outline(trace) == ["m1 chat m", "t2 search", "m3 chat m"]
    texts = [step.body.messages[0].text for step in trace.steps() if step.body.messages]
    assert texts == ["Be brief.", "Be brief. It is 9:15."]


def test_a_question_asked_again_is_another_step_of_the_run() -> None:
    first, second = chain()
    trace = one(lines(logged(first["messages"], None, error={"message": "overloaded"}), first, second))
    assert outline(trace) == ["m1 chat m", "m2 chat m", "t3 search", "m4 chat m"]
    assert (trace.step(0).status, trace.step(0).body.error) == (Status.ERROR, "overloaded")
    assert trace.step(0).body.output is None


def test_strangers_in_one_file_are_runs_of_their_own() -> None:
    reading = read(lines(*(logged([SYSTEM, user(f"Question {n}")], says(f"Answer {n}")) for n in range(3))))
    assert [outline(trace) for trace in reading.traces] == [["m1 chat m"]] * 3
    assert [trace.id for trace in reading.traces] == ["log-1", "log-2", "log-3"]


def test_interleaved_strangers_are_told_apart() -> None:
    def talk(n: int) -> list[dict[str, Any]]:
        prompt, answer = [user(f"Question {n}")], says(f"A long enough answer to question {n}")
        return [logged(prompt, answer), logged([*prompt, answer, user("more")], says("."))]

    (a1, a2), (b1, b2) = talk(1), talk(2)
    assert [len(trace) for trace in read(lines(a1, b1, a2, b2)).traces] == [2, 2]


def test_a_session_joins_and_parts() -> None:
    def call(n: int, session: str) -> dict[str, Any]:
        return logged([user(f"Question {n}")], says("Yes."), metadata={"session_id": session})

    reading = read(lines(call(1, "a"), call(2, "b"), call(3, "a")))
    assert [(trace.id, len(trace)) for trace in reading.traces] == [("a", 2), ("b", 1)]


def test_sessions_that_quote_each_other_stay_apart() -> None:
    plan = "First look at the logs, then at the metrics."
    calls = (
        logged([user("Plan!")], says(plan), session_id="a"),
        logged([user(f"Carry this out: {plan}")], says("Done."), session_id="b"),
    )
    assert [trace.id for trace in read(lines(*calls)).traces] == ["a", "b"]


def test_a_sub_agent_runs_inside_the_tool_execution_that_asked_it() -> None:
    task = "Find out who wrote the oldest of the three reports."
    ask = asks(("c1", "researcher", orjson.dumps({"task": task}).decode()))
    prompt = [SYSTEM, user("Who wrote it?")]
    found = "The oldest of the reports was written by Ada."
    trace = one(
        lines(
            logged(prompt, ask),
            logged([{"role": "system", "content": "You research."}, user(task)], says(found)),
            logged([*prompt, ask, tool("c1", found)], says("Ada.")),
        )
    )
    assert [(step.id, step.parent_id, step.name) for step in trace.steps()] == [
        ("m1", None, "chat m"),
        ("t3", None, "researcher"),
        ("m2", "t3", "chat m"),
        ("m4", None, "chat m"),
    ]
    assert trace.step(2).agent == "researcher"


def test_a_reply_that_another_agent_is_given_joins_their_runs() -> None:
    plan = "First look at the logs, then at the metrics."
    reading = read(
        lines(logged([user("Plan!")], says(plan)), logged([user(f"Carry this out: {plan}")], says("Done.")))
    )
    assert [outline(trace) for trace in reading.traces] == [["m1 chat m", "m2 chat m"]]


def test_a_history_made_shorter_does_not_tell_its_turns_twice() -> None:
    first, second = chain()
    ask, result = second["messages"][2:4]
    trace = one(
        lines(
            {**first, "session_id": "s"},
            {**second, "session_id": "s"},
            logged(
                [SYSTEM, user("Summary: x was sought."), ask, result, user("And y?")],
                says("No."),
                session_id="s",
            ),
        )
    )
    assert outline(trace) == ["m1 chat m", "t2 search", "m3 chat m", "m4 chat m"]


def test_turns_that_nobody_logged_are_told_from_the_history() -> None:
    _, second = chain()
    trace = one(second)
    assert outline(trace) == ["m1 chat", "t2 search", "m3 chat m"]
    assert trace.step(0).body.tools is None
    assert trace.step(2).body.tools is not None


def test_new_messages_only_with_the_id_of_the_response_before() -> None:
    def response(id_: str, items: list[Any]) -> dict[str, Any]:
        return {"object": "response", "id": id_, "model": "m", "status": "completed", "output": items}

    call = {"type": "function_call", "call_id": "c", "name": "search", "arguments": "{}"}
    text = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Found."}]}
    result = {"type": "function_call_output", "call_id": "c", "output": "ok"}
    trace = one(
        lines(
            {"request": {"model": "m", "input": "Find x."}, "response": response("r1", [call])},
            {
                "request": {"model": "m", "input": [result], "previous_response_id": "r1"},
                "response": response("r2", [text]),
            },
        )
    )
    assert outline(trace) == ["m1 chat m", "t2 search", "m3 chat m"]
    messages = trace.step(2).body.messages
    assert messages is not None
    assert [message.role for message in messages] == [Role.USER, Role.ASSISTANT, Role.TOOL]


@pytest.mark.parametrize("named", ["conv_1", {"id": "conv_1"}])
def test_new_messages_only_of_a_conversation_that_the_provider_keeps(named: Any) -> None:
    def response(id_: str, text: str) -> dict[str, Any]:
        content = [{"type": "output_text", "text": text}]
        items = [{"type": "message", "role": "assistant", "content": content}]
        return {"object": "response", "id": id_, "model": "m", "status": "completed", "output": items}

    def asked(text: str, conversation: Any) -> dict[str, Any]:
        return {"model": "m", "input": text, "conversation": conversation}

    trace = one(
        lines(
            {"request": asked("Find x.", named), "response": response("r1", "Where?")},
            {"request": asked("In the cellar.", named), "response": response("r2", "Found.")},
        )
    )
    messages = trace.step(1).body.messages
    assert messages is not None
    assert [message.text for message in messages] == ["Find x.", "Where?", "In the cellar."]


def test_a_result_without_a_call_keeps_its_id_and_a_call_without_a_result_is_no_step() -> None:
    trace = one([user("go"), tool("lost", "?"), asks(("c", "search", "{}"))])
    assert outline(trace) == ["t1 tool", "m2 chat"]
    assert trace.step(0).body.call == ToolCall("lost", "")


def test_ids_that_come_again_pair_with_the_nearest_call() -> None:
    trace = one(
        [
            user("go"),
            asks(("1", "search", '{"q": 1}')),
            tool("1", "one"),
            asks(("1", "search", '{"q": 2}')),
            tool("1", "two"),
            says("done"),
        ]
    )
    ran = [(step.tool_calls[0].arguments, step.body.result) for step in trace.steps() if step.body.has_result]
    assert ran == [({"q": 1}, "one"), ({"q": 2}, "two")]


def test_results_pair_by_id_in_either_order() -> None:
    for order in (["c1", "c2"], ["c2", "c1"]):
        calls = asks(("c1", "first", "{}"), ("c2", "second", "{}"))
        trace = one([user("go"), calls, *(tool(id_, "ok") for id_ in order)])
        names = {"c1": "first", "c2": "second"}
        assert [step.name for step in trace.steps()][1:] == [names[id_] for id_ in order]


def test_the_first_function_calls_pair_by_name() -> None:
    trace = one(
        [
            user("go"),
            {"role": "assistant", "content": None, "function_call": {"name": "search", "arguments": "{}"}},
            {"role": "function", "name": "search", "content": "ok"},
        ]
    )
    assert outline(trace) == ["m1 chat", "t2 search"]


def test_a_reply_of_a_role_that_nobody_knows_is_gone_on_from_all_the_same() -> None:
    first, second = chain()
    reply = first["response"]["choices"][0]["message"]
    reply["role"] = "bot"
    second["messages"][2] = reply
    trace = one(lines(first, second))
    assert outline(trace) == ["m1 chat m", "t2 tool", "m3 chat m"]
