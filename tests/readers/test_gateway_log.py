"""What gateways and test runners write of a call: the same run in each of their forms."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.errors import UnreadableInput
from replaydbg.readers import _gateway_log, _registry
from tests.support.chat_logs import TOOL, asks, one, says, tool, user
from tests.support.readings import document

ASKED = [user("go")]
CALLED = asks(("c1", "search", "{}"))
THEN = [*ASKED, CALLED, tool("c1", "found")]
ANSWERED = says("done")


def completion(message: dict[str, Any]) -> dict[str, Any]:
    usage = {"prompt_tokens": 7, "completion_tokens": 2}
    return {
        "object": "chat.completion",
        "model": "m",
        "usage": usage,
        "choices": [{"message": message, "finish_reason": "stop"}],
    }


CALLS = [(ASKED, CALLED), (THEN, ANSWERED)]
SENT = [{"model": "m", "tools": [TOOL], "messages": messages} for messages, _ in CALLS]
CAME = [completion(reply) for _, reply in CALLS]


def helicone(at: int) -> dict[str, Any]:
    return {
        "request_id": f"r{at}", "request_created_at": f"2026-01-01T00:00:0{2 * at}Z", "request_body": SENT[at],
        "response_created_at": f"2026-01-01T00:00:0{2 * at + 1}Z", "response_body": CAME[at], "costUSD": 0.5,
        "request_properties": {"Helicone-Session-Id": "s"},
    }  # fmt: skip


def litellm(at: int) -> dict[str, Any]:
    return {
        "request_id": f"r{at}", "session_id": "s", "call_type": "acompletion", "startTime": f"2026-01-01T00:00:0{2 * at}Z",
        "endTime": f"2026-01-01T00:00:0{2 * at + 1}Z", "model": "m", "spend": 0.5, "messages": CALLS[at][0],
        "response": CAME[at], "proxy_server_request": SENT[at],
    }  # fmt: skip


def vertex(at: int) -> dict[str, Any]:
    return {
        "logging_time": f"2026-01-01T00:00:0{2 * at}Z",
        "full_request": SENT[at],
        "full_response": CAME[at],
        "cost": 0.5,
    }


def portkey(at: int, *, has_columns: bool) -> dict[str, Any]:
    bodies = (
        {"request.body": json.dumps(SENT[at]), "response.body": json.dumps(CAME[at])}
        if has_columns
        else {"request": {"method": "POST", "body": SENT[at]}, "response": {"body": CAME[at], "status": 200}}
    )
    return {
        "created_at": f"2026-01-01T00:00:0{2 * at}Z", **bodies, "is_success": 1, "ai_org": "openai", "ai_model": "m", "trace_id": "s",
        "req_units": 7, "res_units": 2, "cost": 50.0, "cost_currency": "USD", "response_time": 842, "response_status_code": 200,
    }  # fmt: skip


LOGS: dict[str, Any] = {
    "portkey": [portkey(0, has_columns=False), portkey(1, has_columns=False)],
    "portkey, columns": [portkey(0, has_columns=True), portkey(1, has_columns=True)],
    "helicone": [helicone(0), helicone(1)],
    "newest first": [helicone(1), helicone(0)],
    "helicone's api": {"data": [helicone(1), helicone(0)], "error": None},
    "litellm": [litellm(0), litellm(1)],
    "litellm's api": {"data": [litellm(1), litellm(0)], "total": 2, "page": 1},
    "vertex": [vertex(0), vertex(1)],
}


@pytest.mark.parametrize("log", LOGS.values(), ids=LOGS.keys())
def test_the_run_is_the_same(log: Any) -> None:
    assert _registry.choose(document(log)).reader.name == "chat-log"
    trace: Trace = one(log)
    assert [step.kind for step in trace.steps()] == [Kind.MODEL_CALL, Kind.TOOL_EXECUTION, Kind.MODEL_CALL]
    first, _, last = trace.steps()
    assert (first.model, first.cost_usd, first.body.usage.input_tokens) == ("m", 0.5, 7)
    assert first.body.tools is not None
    assert [offer.name for offer in first.body.tools] == ["search"]
    assert first.body.params == {}
    assert first.started_ns is not None
    assert last.started_ns is not None
    assert first.started_ns < last.started_ns
    assert last.body.output is not None
    assert last.body.output.text == "done"


def promptfoo(at: int, output: Any) -> dict[str, Any]:
    return {
        "prompt": {"raw": json.dumps(CALLS[at][0]), "label": "p"}, "provider": {"id": "openai:chat:m"}, "latencyMs": 5, "cost": 0.5,
        "response": {"output": output, "tokenUsage": {"prompt": 7, "completion": 2}}, "success": True,
    }  # fmt: skip


def test_results_of_promptfoo() -> None:
    results = [promptfoo(0, CALLED["tool_calls"]), promptfoo(1, "done")]
    log = {"evalId": "e", "results": {"version": 3, "results": results}}
    assert _registry.choose(document(log)).reader.name == "chat-log"
    first, execution, last = one(log).steps()
    assert (first.model, first.body.provider, first.body.usage.output_tokens) == ("m", "openai", 2)
    assert execution.body.result == "found"
    assert last.body.output is not None
    assert last.body.output.text == "done"


@pytest.mark.parametrize(
    ("prompt", "output", "asked", "said"),
    [("hi", "ho", "hi", "ho"), ("hi", {"a": 1}, "hi", '{"a":1}'), ("{}", None, "{}", "")],
)
def test_prompts_and_outputs_of_promptfoo_that_are_no_messages(
    prompt: str, output: Any, asked: str, said: str
) -> None:
    record = _gateway_log.plain(
        {"prompt": {"raw": prompt}, "provider": {"id": "echo"}, "response": {"output": output}}
    )
    (step,) = one(record).steps()
    assert step.body.messages is not None
    assert step.body.messages[0].text == asked
    assert (step.body.output.text if step.body.output else "") == said


def test_what_portkey_says_of_a_call_that_failed() -> None:
    failed = {
        **portkey(0, has_columns=True),
        "response.body": '{"error": {"message": "no"}}',
        "response_status_code": 429,
    }
    (step,) = one(failed).steps()
    assert (step.body.error, step.body.provider, step.duration_ms, step.body.params) == (
        "no",
        "openai",
        842,
        {},
    )
    assert one({**failed, "response.body": ""}).step(0).body.error == "HTTP status 429"
    kept = one({key: value for key, value in failed.items() if key != "cost"})
    assert kept.step(0).cost_usd is None


def test_a_record_of_the_usual_form_stays() -> None:
    record = {"request": SENT[0], "response": CAME[0]}
    assert _gateway_log.plain(record) is record


def test_a_log_without_contents_is_refused_with_the_switch() -> None:
    hollow = {**litellm(0), "messages": "{}", "response": "{}", "proxy_server_request": "{}"}
    with pytest.raises(UnreadableInput) as caught:
        _registry.choose(document([hollow]))
    assert "store_prompts_in_spend_logs" in caught.value.hint
