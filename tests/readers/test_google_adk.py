"""Google ADK: sessions in either case of keys, branches, eval sets."""

from __future__ import annotations

import re
from typing import Any

import pytest

from replaydbg.core.message import ToolCall
from replaydbg.core.step import Usage
from replaydbg.readers import _registry
from replaydbg.readers.google_adk import READER
from tests.support.readings import document, lines, one, outline, read, sniffed


def event(author: str, *parts: dict[str, Any], second: float = 0, **more: Any) -> dict[str, Any]:
    role = "model" if author != "user" and not any("functionResponse" in part for part in parts) else "user"
    return {
        "id": f"e{second}",
        "invocationId": "i-1",
        "author": author,
        "content": {"role": role, "parts": list(parts)},
        "timestamp": 1795667654.0 + second,
        **more,
    }


def call(name: str, id_: str | None = None, **args: Any) -> dict[str, Any]:
    return {"functionCall": {"id": id_, "name": name, "args": args}}


def returned(name: str, response: Any, id_: str | None = None) -> dict[str, Any]:
    return {"functionResponse": {"id": id_, "name": name, "response": response}}


USAGE = {
    "promptTokenCount": 9,
    "candidatesTokenCount": 3,
    "thoughtsTokenCount": 1,
    "cachedContentTokenCount": 2,
}
SESSION: dict[str, Any] = {
    "id": "s-1",
    "appName": "app",
    "userId": "u",
    "events": [
        event("user", {"text": "go"}, second=1),
        event("root", {"text": "par"}, second=2, partial=True),
        event(
            "root", call("look", at=1), call("look", at=2), second=3, usageMetadata=USAGE, finishReason="STOP"
        ),
        event("root", returned("look", {"found": 1}), returned("look", {"status": "error"}), second=4),
        {"author": "root", "invocationId": "i-1", "actions": {"stateDelta": {"a": 1}}},
        event("root", call("transfer_to_agent", "t", agent_name="helper"), second=5),
        event("root", returned("transfer_to_agent", {"result": None}, "t"), second=6),
        event("helper", {"text": "done"}, second=7),
    ],
}


def in_snake_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {re.sub(r"(?=[A-Z])", "_", key).lower(): in_snake_case(item) for key, item in value.items()}
    return [in_snake_case(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("session", [SESSION, in_snake_case(SESSION)], ids=["camel", "snake"])
def test_a_session(session: dict[str, Any]) -> None:
    assert sniffed(READER, session) == 0.95
    trace = one(READER, session)
    assert trace.id == "s-1"
    assert outline(trace) == [
        "model-call chat",
        "tool-execution look",
        "tool-execution look!",
        "model-call chat",
        "tool-execution transfer_to_agent",
        "model-call chat",
    ]
    asked, first, second, *_, last = trace.steps()
    assert [step.agent for step in trace.steps()] == ["root"] * 5 + ["helper"]
    assert asked.tool_calls == (ToolCall("", "look", {"at": 1}), ToolCall("", "look", {"at": 2}))
    assert asked.body.usage == Usage(9, 4, 2, 1)
    assert asked.duration_ms == 2000
    assert asked.body.output is not None
    assert asked.body.output.finish_reason == "stop"
    assert [step.body.call for step in (first, second)] == list(asked.tool_calls)
    assert (first.body.result, first.duration_ms) == ({"found": 1}, 1000)
    assert last.body.messages is not None
    assert [message.role for message in last.body.messages] == [
        "user",
        "assistant",
        "tool",
        "tool",
        "assistant",
        "tool",
    ]


@pytest.mark.parametrize(
    "data",
    [SESSION["events"], lines(*SESSION["events"]), {"sessionEvents": SESSION["events"]}],
    ids=["/run", "lines", "Vertex AI"],
)
def test_events_without_their_session(data: Any) -> None:
    """What `/run` of the server answers, what a program writes of each event, and what Vertex AI lists."""
    assert _registry.choose(document(data)).reader is READER
    assert outline(one(READER, data)) == outline(one(READER, SESSION))


def test_errors_of_the_model() -> None:
    failed = {"author": "root", "invocationId": "i", "errorCode": "429", "errorMessage": "too many requests"}
    (step,) = one(READER, {**SESSION, "events": [failed]}).steps()
    assert (step.status, step.body.error, step.body.output) == ("error", "too many requests", None)


def test_agents_side_by_side_do_not_hear_each_other() -> None:
    told = [
        event("user", {"text": "go"}),
        event("a", {"text": "from a"}, branch="all.a"),
        event("b", {"text": "from b"}, branch="all.b"),
        event("a", {"text": "more of a"}, branch="all.a"),
        event("root", {"text": "sum"}),
    ]
    heard = []
    for step in one(READER, {**SESSION, "events": told}).steps():
        assert step.body.messages is not None
        heard.append([message.text for message in step.body.messages])
    assert heard == [["go"], ["go"], ["go", "from a"], ["go", "from a", "from b", "more of a"]]


def test_requests_that_were_kept_beside_the_events() -> None:
    declared = {"name": "look", "parameters": {"type": "OBJECT", "properties": {}}}
    request = {
        "model": "gemini-1.5-flash",
        "contents": [],
        "config": {"system_instruction": "Be brief.", "tools": [{"function_declarations": [declared]}]},
    }
    answer = {"model_version": "gemini-1.5-flash-001", "usage_metadata": {"prompt_token_count": 3}}
    logs = [{"event_id": "e1", "model_request": request, "model_response": answer}]
    events = [event("user", {"text": "hi"}), event("root", {"text": "hello"}, second=1)]
    step = one(READER, {"id": "s", "events": events, "event_logs": logs}).step(0)
    assert (step.model, step.body.response_model) == ("gemini-1.5-flash", "gemini-1.5-flash-001")
    assert [(tool.name, tool.schema) for tool in step.body.tools or ()] == [("look", declared["parameters"])]
    assert step.body.messages is not None
    assert [message.text for message in step.body.messages] == ["Be brief.", "hi"]
    assert step.body.usage.input_tokens == 3


TURN = {
    "invocation_id": "i",
    "user_content": {"role": "user", "parts": [{"text": "lights on"}]},
    "final_response": {"role": None, "parts": [{"text": "They are on."}]},
    "intermediate_data": {"tool_uses": [{"id": None, "name": "set", "args": {"on": True}}]},
}
EVAL_SET = {"eval_set_id": "x", "eval_cases": [{"eval_id": "a/b/case", "conversation": [TURN]}]}


@pytest.mark.parametrize("data", [EVAL_SET, in_snake_case(EVAL_SET)])
def test_an_eval_set(data: Any) -> None:
    assert sniffed(READER, data) == 0.95
    trace = one(READER, data)
    assert trace.id == "case"
    assert outline(trace) == ["model-call chat", "tool-execution set", "model-call chat"]
    asked, ran, last = trace.steps()
    assert asked.tool_calls == (ToolCall("", "set", {"on": True}),)
    assert (ran.body.call, ran.body.has_result) == (asked.tool_calls[0], False)
    assert last.body.output is not None
    assert last.body.output.text == "They are on."


def test_an_eval_set_of_the_first_kind() -> None:
    data = [
        {
            "query": "lights on",
            "expected_tool_use": [{"tool_name": "set", "tool_input": {"on": True}}],
            "reference": "On.",
        }
    ]
    assert sniffed(READER, data) == 0.8
    reading = read(READER, data)
    assert outline(reading.traces[0]) == ["model-call chat", "tool-execution set", "model-call chat"]
    assert "expected" in reading.notices[0].message


@pytest.mark.parametrize("data", [{"events": []}, {"events": [{"author": "x"}]}, [{"query": "x"}], {}, []])
def test_other_files_are_not_claimed(data: Any) -> None:
    assert sniffed(READER, data) == 0.0


def test_what_an_agent_said_in_a_branch_was_no_question() -> None:
    said = event("helper", {"text": "aside"}, second=8, branch="root.helper")
    assert outline(one(READER, {**SESSION, "events": [*SESSION["events"], said]}))[-1] == "model-call chat"
    asked = event("user", {"text": "and?"}, second=9)
    told = outline(one(READER, {**SESSION, "events": [*SESSION["events"], said, asked]}))
    assert told[-2:] == ["model-call chat", "opaque messages without a reply"]


SAMPLES = [SESSION, EVAL_SET, lines(*SESSION["events"]), {"sessionEvents": SESSION["events"]}]
