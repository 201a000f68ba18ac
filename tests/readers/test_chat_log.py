"""The reader of raw chat logs: what becomes a step, what belongs to one run, and that nothing makes it fail."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import Reasoning, Role, Text, ToolCall
from replaydbg.core.step import Kind, Status, Step, Usage
from replaydbg.core.trace import Trace
from replaydbg.readers._api import Document, Reading
from replaydbg.readers.chat_log import READER
from replaydbg.wire import anthropic_messages, openai_chat, openai_responses
from replaydbg.wire.arguments import call_from_raw
from tests.support import said
from tests.support.model_server import reply

CORPORA = Path("/work/shared/corpora")
TRACES = Path(__file__).parents[2] / "traces"

TOOL = {"type": "function", "function": {"name": "search", "parameters": {"type": "object"}}}
SYSTEM = {"role": "system", "content": "Be brief."}


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def asks(*calls: tuple[str, str, str], text: str | None = None) -> dict[str, Any]:
    functions = [
        {"id": id_, "type": "function", "function": {"name": name, "arguments": raw}}
        for id_, name, raw in calls
    ]
    return {"role": "assistant", "content": text, "tool_calls": functions}


def says(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def tool(id_: str, text: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": id_, "content": text}


def completion(message: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"model": "m-1", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}], **fields}


def logged(messages: list[Any], answer: dict[str, Any] | None, **fields: Any) -> dict[str, Any]:
    response = {"response": completion(answer)} if answer is not None else {}
    return {"model": "m", "messages": messages, **response, **fields}


def lines(*records: Any) -> bytes:
    return b"".join(orjson.dumps(record) + b"\n" for record in records)


def read(data: bytes | Any, name: str = "log.jsonl") -> Reading:
    raw = data if isinstance(data, bytes) else orjson.dumps(data)
    (reading,) = READER.read(Document(name, memoryview(raw)), False)
    assert reading.complete
    return reading


def one(data: bytes | Any) -> Trace:
    (trace,) = read(data).traces
    return trace


def outline(trace: Trace) -> list[str]:
    return [f"{step.id} {step.name}" for step in trace.steps()]


def sniffed(data: bytes | Any, name: str = "log.jsonl") -> float:
    raw = data if isinstance(data, bytes) else orjson.dumps(data)
    return READER.sniff(Document(name, memoryview(raw)))


TALK = [
    SYSTEM,
    user("Find x."),
    asks(("c1", "search", '{"q": "x"}'), ("c2", "search", '{"q": "y"}')),
    tool("c2", "about y"),
    tool("c1", "about x"),
    says("Found."),
]


# ---- message lists -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        orjson.dumps(TALK),
        orjson.dumps(TALK, option=orjson.OPT_INDENT_2),
        lines(TALK),
        lines({"messages": TALK}),
        lines({"metadata": {"by": "us"}}, {"index": 0, "messages": TALK, "annotations": []}),
        orjson.dumps({"messages": TALK}),
        orjson.dumps([{"messages": TALK}]),
    ],
)
def test_a_message_list_in_any_wrapping(data: bytes) -> None:
    trace = one(data)
    assert outline(trace) == ["m1 chat", "t2 search", "t3 search", "m4 chat"]
    first, second, third, last = trace.steps()
    assert first.body.messages is not None
    assert [message.role for message in first.body.messages] == [Role.SYSTEM, Role.USER]
    assert [call.id for call in first.tool_calls] == ["c1", "c2"]
    assert (second.body.call, second.body.result) == (
        ToolCall("c2", "search", {"q": "y"}, '{"q": "y"}'),
        "about y",
    )
    assert (third.tool_calls[0].arguments, third.body.result) == ({"q": "x"}, "about x")
    assert last.body.messages is not None
    assert len(last.body.messages) == 5
    assert last.body.output is not None
    assert last.body.output.text == "Found."
    assert all(step.parent_id is None for step in trace.steps())
    assert 0.4 <= sniffed(data) <= 0.6


def test_each_list_is_a_run_even_where_two_are_alike() -> None:
    reading = read(lines({"id": "same", "messages": TALK}, {"id": "same", "messages": TALK}, TALK))
    assert [trace.id for trace in reading.traces] == ["same", "log-2", "log-3"]
    assert [len(trace) for trace in reading.traces] == [4, 4, 4]


def test_tools_that_were_not_recorded_and_tools_that_were_none() -> None:
    unknown, none, some = (
        one(record).step(0).body.tools
        for record in (
            {"messages": TALK},
            {"messages": TALK, "tools": []},
            {"messages": TALK, "tools": [TOOL]},
        )
    )
    assert unknown is None
    assert none == ()
    assert some is not None
    assert (some[0].name, some[0].raw) == ("search", TOOL)


def test_a_list_without_a_reply_is_shown_nevertheless() -> None:
    (step,) = one([SYSTEM, user("hi")]).steps()
    assert (step.kind, step.id, step.name) == (Kind.OPAQUE, "x1", "messages without a reply")
    assert step.body.messages is not None
    assert len(step.body.messages) == 2


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


def test_broken_arguments_stay_as_they_were_written() -> None:
    (step,) = one([user("go"), asks(("c", "search", '{"q": [1, 2'))]).steps()
    (call,) = step.tool_calls
    assert call.raw == '{"q": [1, 2'
    assert call.problem is not None
    assert call.problem.truncated


def test_anthropic_lists_are_known_by_their_blocks() -> None:
    talk = [
        user("go"),
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "s"},
                {"type": "tool_use", "id": "a", "name": "search", "input": {"q": 1}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "a", "content": "bad", "is_error": True},
                {"type": "text", "text": "and?"},
            ],
        },
    ]
    first, second = one({"system": "Be brief.", "messages": talk}).steps()
    assert first.body.messages is not None
    assert [message.role for message in first.body.messages] == [Role.SYSTEM, Role.USER]
    assert first.body.output is not None
    assert first.body.output.parts[0] == Reasoning("hm", "s")
    assert (second.status, second.body.error, second.tool_calls[0].name) == (Status.ERROR, "bad", "search")


def test_messages_may_say_things_of_themselves() -> None:
    record = [
        user("go"),
        {
            **says("ok"),
            "model": "m",
            "usage": {"prompt_tokens": 5, "completion_tokens": 2},
            "cost": 0.5,
            "timestamp": 1e9,
        },
    ]
    (step,) = one(record).steps()
    assert (step.model, step.body.usage, step.cost_usd) == ("m", Usage(5, 2), 0.5)
    assert step.started_ns == 10**18


# ---- calls -------------------------------------------------------------------------------------------------------


def chain() -> list[dict[str, Any]]:
    """Two calls of one run, as a wrapper around a client logs them."""
    prompt = [SYSTEM, user("Find x.")]
    ask = asks(("c1", "search", '{"q": "x"}'))
    return [
        logged(
            prompt,
            ask,
            tools=[TOOL],
            temperature=0,
            timestamp="2026-06-02T09:14:00Z",
            latency_ms=1500,
            cost=0.25,
        ),
        logged([*prompt, ask, tool("c1", "about x")], says("Found."), tools=[TOOL]),
    ]


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


PROMPT = {"model": "m", "messages": [user("hi")], "tools": [TOOL]}
ANSWER = reply("Hello.", call_from_raw("c", "search", "{}"))


@pytest.mark.parametrize(
    "record",
    [
        {**PROMPT, "response": openai_chat.write_reply(ANSWER)},
        {**PROMPT, "output": openai_chat.write_reply(ANSWER)["choices"][0]["message"]},
        {**PROMPT, **openai_chat.write_reply(ANSWER)},
        {"request": PROMPT, "response": openai_chat.write_reply(ANSWER)},
        {"request": {"body": PROMPT}, "response": {"status": 200, "body": openai_chat.write_reply(ANSWER)}},
        {
            "request": orjson.dumps(PROMPT).decode(),
            "response": orjson.dumps(openai_chat.write_reply(ANSWER)).decode(),
        },
        {"input": PROMPT, "output": openai_chat.write_reply(ANSWER)},
        {"request": PROMPT, "response": b"".join(openai_chat.stream_reply(ANSWER)).decode()},
        {"kwargs": PROMPT, "response": openai_chat.write_reply(ANSWER)},
        {
            "messages": PROMPT["messages"],
            "response": openai_chat.write_reply(ANSWER),
            "optional_params": {"tools": [TOOL]},
            "model": "m",
        },
        {"request": PROMPT, "response": anthropic_messages.write_reply(ANSWER)},
        {"request": PROMPT, "response": b"".join(anthropic_messages.stream_reply(ANSWER)).decode()},
        {
            "request": {"model": "m", "input": [user("hi")], "tools": [TOOL]},
            "response": openai_responses.write_reply(ANSWER),
        },
    ],
)
def test_one_call_in_any_wrapping(record: dict[str, Any]) -> None:
    (step,) = one(record).steps()
    assert step.kind is Kind.MODEL_CALL
    assert step.model in {"m", "test-model"}
    assert step.body.messages is not None
    assert [message.text for message in step.body.messages] == ["hi"]
    assert step.body.output is not None
    assert step.body.output.text == "Hello."
    assert [call.name for call in step.tool_calls] == ["search"]
    assert step.body.tools is not None
    assert [offer.name for offer in step.body.tools] == ["search"]
    assert sniffed(record) == 0.6


def test_a_text_as_the_output_and_a_list_as_the_input() -> None:
    (step,) = one({"input": [SYSTEM, user("hi")], "output": "Hello.", "model": "m"}).steps()
    assert step.body.output is not None
    assert step.body.output.parts == (Text("Hello."),)


def test_a_request_without_a_reply() -> None:
    (step,) = one({"model": "m", "messages": [user("hi")], "tools": []}).steps()
    assert (step.kind, step.body.output, step.status) == (Kind.MODEL_CALL, None, Status.UNSET)


# ---- cassettes ---------------------------------------------------------------------------------------------------


def exchange(url: str, body: Any, response: Any) -> dict[str, Any]:
    return {"request": {"method": "POST", "url": url, "body": body}, "response": response}


def test_a_cassette_is_one_run_and_other_traffic_is_left_out() -> None:
    base = "https://api.example.org/v1"
    stream = b"".join(anthropic_messages.stream_reply(reply("Hello."))).decode()
    cassette = {
        "exchanges": [
            {"request": {"method": "GET", "url": f"{base}/models"}, "response": {"status": 200, "body": {}}},
            exchange(f"{base}/messages/count_tokens", PROMPT, {"body": {"input_tokens": 3}}),
            exchange(
                f"{base}/messages",
                {"type": "json", "value": PROMPT},
                {"body": {"type": "text", "value": stream}},
            ),
            exchange(
                f"{base}/chat/completions", {**PROMPT, "messages": [user("x")]}, {"status": 500, "body": "no"}
            ),
        ]
    }
    reading = read(cassette)
    (trace,) = reading.traces
    first, second = trace.steps()
    assert first.body.output is not None
    assert first.body.output.text == "Hello."
    assert first.body.raw == cassette["exchanges"][2]
    assert (second.status, second.body.error) == (Status.ERROR, "HTTP status 500")
    assert [notice.message for notice in reading.notices] == ["2 exchanges are no model calls, left out"]
    assert sniffed(cassette) == 0.6


def test_vcr_and_har() -> None:
    body, answer = orjson.dumps(PROMPT).decode(), orjson.dumps(openai_chat.write_reply(ANSWER)).decode()
    vcr = {
        "interactions": [
            {
                "request": {"uri": "https://x/v1/chat/completions", "body": body},
                "response": {"body": {"string": answer}},
            }
        ]
    }
    har = {
        "log": {
            "entries": [
                {
                    "request": {"url": "https://x/v1/chat/completions", "postData": {"text": body}},
                    "response": {
                        "content": {"text": base64.b64encode(answer.encode()).decode(), "encoding": "base64"}
                    },
                }
            ]
        }
    }
    for cassette in (vcr, har):
        (step,) = one(cassette).steps()
        assert [call.name for call in step.tool_calls] == ["search"]
        assert sniffed(cassette) == 0.6


# ---- what is odd -------------------------------------------------------------------------------------------------


def test_what_is_no_call_is_a_notice_with_its_place() -> None:
    reading = read(lines(TALK, {"level": "info", "event": "started"}, TALK))
    assert len(reading.traces) == 2
    assert [(notice.pointer, notice.message) for notice in reading.notices] == [
        ("line 2", "no messages and no model call here, left out")
    ]


def test_a_line_that_is_cut_off_is_read_as_far_as_it_goes() -> None:
    whole = lines(TALK, TALK)
    reading = read(whole[:-30])
    assert [len(trace) for trace in reading.traces] == [4, 3]
    assert reading.notices[0].pointer == "line 2"


def test_deep_nesting_ends_the_record_not_the_reader() -> None:
    deep = b'{"messages": [{"role": "user", "content": ' + b"[" * 900 + b"]" * 900 + b"}]}\n"
    reading = read(deep + lines(TALK))
    assert [len(trace) for trace in reading.traces if trace.kind(0) is Kind.MODEL_CALL] == [4]


@pytest.mark.parametrize(
    "data",
    [
        {"resourceSpans": []},
        [{"trace_id": "x", "spans": []}],
        {"trajectory": [], "messages": TALK},
        [{"task_id": 1, "traj": TALK}],
        [1, 2],
        {"a": 1},
        b"",
        b"no json",
        lines({"type": "user", "sessionId": "s", "message": user("hi")}),
    ],
)
def test_other_formats_are_not_claimed(data: Any) -> None:
    assert sniffed(data) == 0.0
    read(data)


SAMPLES = [
    lines(*chain()),
    lines({"metadata": {}}, {"messages": TALK}),
    orjson.dumps(TALK),
    orjson.dumps(
        {
            "exchanges": [
                exchange(
                    "https://x/v1/messages",
                    PROMPT,
                    {"body": b"".join(anthropic_messages.stream_reply(ANSWER)).decode()},
                )
            ]
        }
    ),
]


def walked(reading: Reading) -> list[Step]:
    """Every step decoded whole: damage must not show up later either."""
    steps = [step for trace in reading.traces for step in trace.steps()]
    for step in steps:
        for name in (
            "messages",
            "output",
            "tools",
            "params",
            "call",
            "result",
            "error",
            "usage",
            "raw",
            "provider",
        ):
            getattr(step.body, name)
    return steps


@given(st.data())
def test_damaged_files_are_read_as_far_as_they_go(data: Any) -> None:
    document = data.draw(said.damaged(data.draw(st.sampled_from(SAMPLES))))
    sniffed(document)
    walked(read(document))


@given(st.data())
def test_values_of_other_types_anywhere_are_read(data: Any) -> None:
    record = data.draw(
        st.sampled_from(
            [
                *chain(),
                {"messages": TALK},
                {"exchanges": [exchange("https://x/v1/messages", PROMPT, {"body": {}})]},
            ]
        )
    )
    twisted = data.draw(said.twisted(record))
    sniffed(twisted)
    walked(read(lines(twisted, chain()[1])))


@given(said.json_values)
def test_any_json_is_read(value: Any) -> None:
    sniffed(value)
    walked(read(value))


# ---- real files --------------------------------------------------------------------------------------------------


def shape_of(path: Path) -> tuple[int, int, int, int]:
    """Runs, model calls, tool executions, distinct tools with a schema."""
    reading = read(path.read_bytes(), path.name)
    steps = walked(reading)
    schemas = {tool.name for step in steps for tool in step.body.tools or () if tool.schema is not None}
    return (
        len(reading.traces),
        sum(step.kind is Kind.MODEL_CALL for step in steps),
        sum(step.kind is Kind.TOOL_EXECUTION for step in steps),
        len(schemas),
    )


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("chat_messages/invariant_trace_for_analysis.jsonl", (1, 3, 2, 0)),
        ("chat_messages/invariant_trace_with_json_parseable_tool_call_arguments.jsonl", (1, 1, 0, 0)),
        ("chat_messages/invariant_trace_with_non_json_parseable_tool_call_arguments.jsonl", (1, 1, 0, 0)),
        ("chat_messages/invariant_with_annotations.jsonl", (2, 0, 0, 0)),
        ("raw_llm_logs/vercel_codex-files.json", (1, 2, 1, 10)),
        ("raw_llm_logs/vercel_codex-generate-tool.json", (1, 2, 1, 14)),
        ("raw_llm_logs/vercel_pi-generate-tool.json", (1, 2, 1, 8)),
        ("openhands_sdk/llm_data__nonfncall-llm-message.json", (1, 4, 4, 0)),
    ],
)
def test_corpora(name: str, shape: tuple[int, int, int, int]) -> None:
    path = CORPORA / name
    if not path.exists():
        pytest.skip(f"the collection of other people's traces is not on this machine: {path}")
    assert shape_of(path) == shape
    assert sniffed(path.read_bytes()) >= 0.4


def test_arguments_of_the_corpora_that_are_no_json() -> None:
    path = CORPORA / "chat_messages/invariant_trace_with_non_json_parseable_tool_call_arguments.jsonl"
    if not path.exists():
        pytest.skip(f"the collection of other people's traces is not on this machine: {path}")
    (call,) = one(path.read_bytes()).step(0).tool_calls
    assert call.raw == '["fiction", "mystery"], ["Agatha Christie", "Dan Brown"]'
    assert call.problem is not None


@pytest.mark.parametrize(("name", "count"), [("leave-chatlog.jsonl", 11), ("oncall-anthropic.jsonl", 9)])
def test_sample_traces(name: str, count: int) -> None:
    path = TRACES / name
    if not path.exists():
        pytest.skip(f"no such sample here: {path}")
    trace = one(path.read_bytes())
    assert len(trace) == count
    assert all(trace.handles[0].history is handle.history for handle in trace.handles)
