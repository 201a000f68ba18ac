"""What a record says of a call beside its messages."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.step import Status, Usage
from replaydbg.readers import _chat_facts
from tests.support.chat_logs import TALK, TOOL, completion, logged, one, read, says, user


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


SECOND = 1_000_000_000
NINE = 1_780_391_640


@pytest.mark.parametrize(
    ("fields", "start", "end"),
    [
        ({"timestamp": NINE}, NINE, None),
        ({"timestamp": NINE, "latency_sec": 2}, NINE - 2, NINE),  # written when it was over
        ({"start_time": NINE, "end_time": NINE + 3}, NINE, NINE + 3),
        ({"start_time": NINE, "duration_ms": 4000}, NINE, NINE + 4),
        ({"start_time": NINE, "end_time": NINE - 3}, NINE, None),
        ({"timestamp": "soon"}, None, None),
    ],
)
def test_times(fields: dict[str, Any], start: int | None, end: int | None) -> None:
    (step,) = one(logged([user("hi")], says("ok"), **fields)).steps()
    assert step.started_ns == (None if start is None else start * SECOND)
    assert step.ended_ns == (None if end is None else end * SECOND)


def test_the_time_of_the_response_counts_where_the_log_has_none() -> None:
    record = logged([user("hi")], None) | {"response": completion(says("ok"), created=NINE)}
    assert one(record).step(0).started_ns == NINE * SECOND


@pytest.mark.parametrize("key", ["cost", "cost_usd", "response_cost"])
def test_costs(key: str) -> None:
    assert one(logged([user("hi")], says("ok"), **{key: 0.5})).step(0).cost_usd == 0.5
    assert one(logged([user("hi")], says("ok"), **{key: "much"})).step(0).cost_usd is None


def test_usage_may_stand_beside_the_response() -> None:
    record = logged([user("hi")], says("ok"), usage={"input_tokens": 5, "output_tokens": 2})
    assert one(record).step(0).body.usage == Usage(5, 2)


def test_parameters_are_what_no_logger_puts_there() -> None:
    record = logged(
        [user("hi")], says("ok"), temperature=0.5, id="x", session_id="s", kwargs={"seed": 1, "tools": []}
    )
    step = one(record).step(0)
    assert step.body.params == {"temperature": 0.5, "seed": 1}
    assert step.body.tools == ()


def test_agents_by_name() -> None:
    assert one(logged([user("hi")], says("ok"), agent_name="planner")).step(0).agent == "planner"


def litellm(messages: list[Any], answer: dict[str, Any] | None, number: int, **more: Any) -> dict[str, Any]:
    """As LiteLLM hands it to loggers: a trace id for each request, its own words beside the parameters."""
    return logged(
        messages, answer, litellm_call_id=f"call-{number}", trace_id=f"trace-{number}", session_id="", response_cost=0.5,
        custom_llm_provider="openai", cache_hit=None, model_parameters={"temperature": 0.5, "tools": [TOOL]},
        startTime=NINE + number, endTime=NINE + number + 1, error_str=None, **more,
    )  # fmt: skip


def test_payloads_of_litellm_are_one_conversation() -> None:
    first = [user("hi")]
    second = [*first, says("ho"), user("more")]
    trace = one([litellm(first, says("ho"), 1), litellm(second, says("that is all"), 2)])
    step = trace.step(1)
    assert step.body.params == {"temperature": 0.5}, "what else the logger says was not sent to the model"
    assert step.body.tools is not None
    assert (step.body.provider, step.cost_usd, step.duration_ms) == ("openai", 0.5, 1000)


def test_a_failure_in_the_words_of_litellm() -> None:
    (step,) = one(litellm([user("hi")], None, 1) | {"response": {}, "error_str": "Connection error."}).steps()
    assert (step.status, step.body.error, step.body.output) == (Status.ERROR, "Connection error.", None)


def test_a_trace_id_of_other_loggers_is_a_session() -> None:
    assert len(read([logged([user("hi")], says("ho"), trace_id=f"t{n}") for n in (1, 2)]).traces) == 2


@pytest.mark.parametrize(
    ("times", "backwards"), [([3, 2, 1], True), ([1, 2], False), ([2, 2], False), ([2], False), ([], False)]
)
def test_logs_that_are_told_backwards(times: list[int], backwards: bool) -> None:
    records = [{"start_time": NINE + time} for time in times]
    assert _chat_facts.are_newest_first(records) is backwards
    assert not _chat_facts.are_newest_first([*records, {}])
