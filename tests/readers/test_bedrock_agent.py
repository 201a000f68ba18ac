"""Traces of Amazon Bedrock's agents, as its API tells them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.core.message import Role
from replaydbg.core.step import Usage
from replaydbg.readers.bedrock_agent import READER
from tests.support.readings import clear, lines, opened, outline, sniffed, walked

OWN, OTHER = "arn:aws:bedrock:us-east-1:1:agent-alias/A/1", "arn:aws:bedrock:us-east-1:1:agent-alias/B/1"


def part(
    seconds: int, of: str = "orchestrationTrace", *, chain: tuple[str, ...] = (OWN,), **told: Any
) -> dict[str, Any]:
    return {
        "agentId": "A", "agentAliasId": "1", "agentVersion": "1", "sessionId": "s1",
        "callerChain": [{"agentAliasArn": each} for each in chain],
        "eventTime": f"2026-03-01T10:00:{seconds:02}.500000Z",
        "trace": {of: told},
    }  # fmt: skip


def asked(seconds: int, id_: str, text: Any, **more: Any) -> dict[str, Any]:
    told = {
        "traceId": id_,
        "text": text,
        "type": "ORCHESTRATION",
        "foundationModel": "claude-x",
        "inferenceConfiguration": {"temperature": 0.5},
    }
    return part(seconds, modelInvocationInput=told, **more)  # fmt: skip


def said(seconds: int, id_: str, content: Any, **more: Any) -> dict[str, Any]:
    usage = {"usage": {"inputTokens": 100, "outputTokens": 20}}
    return part(
        seconds,
        modelInvocationOutput={"traceId": id_, "rawResponse": {"content": content}, "metadata": usage},
        **more,
    )


PROMPT = json.dumps(
    {"system": "You sell tea.", "messages": [{"role": "user", "content": "Order 2 of assam"}]}
)
CALLS = json.dumps(
    {
        "type": "message", "role": "assistant", "stop_reason": "tool_use",
        "content": [
            {"type": "text", "text": "Let me order."},
            {"type": "tool_use", "id": "u1", "name": "shop__order", "input": {"tea": "assam", "boxes": "2"}},
        ],
    }
)  # fmt: skip
ORDER = {
    "actionGroupName": "shop", "function": "order", "executionType": "LAMBDA",
    "parameters": [{"name": "tea", "type": "string", "value": "assam"}, {"name": "boxes", "type": "integer", "value": "2"}],
}  # fmt: skip
RUN = [
    asked(0, "t-0", PROMPT),
    said(2, "t-0", CALLS),
    part(2, rationale={"traceId": "t-0", "text": "Let me order."}),
    part(
        3,
        invocationInput={
            "traceId": "t-0",
            "invocationType": "ACTION_GROUP",
            "actionGroupInvocationInput": ORDER,
        },
    ),
    part(
        5,
        observation={
            "traceId": "t-0",
            "type": "ACTION_GROUP",
            "actionGroupInvocationOutput": {"text": "ordered"},
        },
    ),
    asked(6, "t-1", PROMPT),
    said(8, "t-1", "Done: two boxes."),
    part(
        8,
        observation={
            "traceId": "t-1",
            "type": "FINISH",
            "finalResponse": {"text": "Two boxes are on their way."},
        },
    ),
]


@pytest.mark.parametrize("write", [lambda each: each, lambda each: {"trace": each}])
def test_a_run(write: Any) -> None:
    trace = clear(READER, lines(*map(write, RUN), {"chunk": {"bytes": "b'...'"}}))
    assert (trace.id, outline(trace)) == (
        "s1",
        [
            "model-call orchestration",
            "tool-execution shop__order",
            "model-call orchestration",
            "opaque final response",
        ],
    )
    call, tool, answer, end = trace.steps()
    assert [(message.role, message.text) for message in call.body.messages or ()] == [
        (Role.SYSTEM, "You sell tea."), (Role.USER, "Order 2 of assam"),
    ]  # fmt: skip
    assert [(one.id, one.name) for one in call.tool_calls] == [("u1", "shop__order")]
    assert (call.model, call.body.usage, call.body.params) == (
        "claude-x",
        Usage(100, 20),
        {"temperature": 0.5},
    )
    assert (trace.duration_ms(0), trace.duration_ms(1), trace.status(1)) == (2000, 2000, "ok")
    assert tool.body.call is not None
    assert (tool.body.call.id, tool.body.call.arguments, tool.body.result) == (
        "u1",
        {"tea": "assam", "boxes": 2},
        "ordered",
    )
    assert answer.body.output is not None
    assert (answer.body.output.text, end.body.output_value) == (
        "Done: two boxes.",
        "Two boxes are on their way.",
    )


def test_an_array_and_a_trace_that_was_sorted_by_kinds() -> None:
    """As the console exports it, and as AWS's samples collect it."""
    assert outline(clear(READER, RUN)) == outline(clear(READER, lines(*RUN)))
    sorted_ = {
        "output_text": "x",
        "trace": {"orchestrationTrace": [each["trace"]["orchestrationTrace"] for each in RUN]},
    }
    assert outline(clear(READER, sorted_)) == outline(clear(READER, lines(*RUN)))


def test_a_collaborator_stands_below_the_call_that_asked_for_it() -> None:
    partner = {
        "agentCollaboratorName": "tea-buyer",
        "agentCollaboratorAliasArn": OTHER,
        "input": {"text": "buy", "type": "TEXT"},
    }
    run = [
        part(1, invocationInput={"traceId": "t-0", "agentCollaboratorInvocationInput": partner}),
        asked(2, "u-0", PROMPT, chain=(OWN, OTHER)),
        said(3, "u-0", "bought", chain=(OWN, OTHER)),
        part(4, observation={"traceId": "t-0", "agentCollaboratorInvocationOutput": {"agentCollaboratorName": "tea-buyer", "output": {"text": "bought"}}}),
    ]  # fmt: skip
    trace = clear(READER, lines(*run))
    assert outline(trace) == ["agent-invocation tea-buyer", "  model-call orchestration"]
    assert (trace.agent(0), trace.duration_ms(0)) == ("tea-buyer", 3000)


def test_retrievals_code_and_fields_of_bodies() -> None:
    found = {"retrievedReferences": [{"content": {"text": "so"}}]}
    body = {"content": {"application/json": [{"name": "n", "type": "number", "value": "1.5"}]}}
    run = [
        part(
            1,
            invocationInput={
                "traceId": "a",
                "knowledgeBaseLookupInput": {"knowledgeBaseId": "KB1", "text": "why"},
            },
        ),
        part(2, observation={"traceId": "a", "knowledgeBaseLookupOutput": found}),
        part(3, invocationInput={"traceId": "b", "codeInterpreterInvocationInput": {"code": "1/0"}}),
        part(
            4,
            observation={
                "traceId": "b",
                "codeInterpreterInvocationOutput": {"executionError": "ZeroDivisionError"},
            },
        ),
        part(
            5,
            invocationInput={
                "traceId": "c",
                "actionGroupInvocationInput": {"apiPath": "/x", "verb": "post", "requestBody": body},
            },
        ),
    ]
    reading = opened(READER, lines(*run))
    assert outline(reading.traces[0]) == [
        "retrieval KB1",
        "tool-execution code interpreter!",
        "tool-execution /x",
    ]
    look, code, post = walked(reading)
    assert (look.body.input, look.body.output_value) == ({"knowledgeBaseId": "KB1", "text": "why"}, found)
    assert code.body.call is not None
    assert (code.body.call.arguments, code.body.error) == ({"code": "1/0"}, "ZeroDivisionError")
    assert post.body.call is not None
    assert (post.body.call.arguments, post.body.has_result) == ({"n": 1.5}, False)
    assert [notice.message for notice in reading.notices] == ["1 step was begun and not answered: /x"]


def test_failures_guardrails_and_what_is_not_known() -> None:
    run = [
        part(1, "failureTrace", failureReason="throttled", failureCode=429, traceId="f"),
        part(2, "guardrailTrace", action="INTERVENED", traceId="g"),
        part(
            3,
            "preProcessingTrace",
            modelInvocationOutput={"traceId": "p", "parsedResponse": {"rationale": "fine", "isValid": True}},
        ),
        part(4, dream={"traceId": "t"}),
        {"returnControl": {"invocationId": "i", "invocationInputs": []}},
        {"weather": 1},
    ]
    reading = opened(READER, lines(*run))
    assert outline(reading.traces[0]) == [
        "opaque failure!", "opaque guardrail!", "model-call pre-processing", "opaque return control",
    ]  # fmt: skip
    assert [step.body.error for step in walked(reading)][:2] == ["throttled", "the guardrail intervened"]
    assert walked(reading)[2].body.output.text == "fine"  # type: ignore[union-attr]
    assert [notice.message for notice in reading.notices] == [
        "no event of an agent, left out", "1 event of a kind that is not known, left out: dream (1)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content", [{"trace": {}}, {"trace": "x"}, {"trace": {"trace": 3}}, {"chunk": {"bytes": ""}}, [], [1]]
)
def test_other_files_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [lines(*RUN), RUN]
