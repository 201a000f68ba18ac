"""Files without contents: said once, with what records them, and never of a file that has some."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.core.message import Json
from replaydbg.readers import _registry
from tests.support.otlp import document, request, span

CHAT = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 9}
LLM = {"openinference.span.kind": "LLM", "llm.model_name": "m"}
FAILED: dict[str, Any] = {"status": {"code": 2}}


def said(*messages: Json) -> dict[str, Json]:
    return {"gen_ai.input.messages": json.dumps(messages)}


def hollow(*spans: Any) -> list[str]:
    *_, reading = _registry.read(document(request(*spans)))
    return [one.message for one in reading.notices if "hollow" in one.message]


def calls(attributes: dict[str, Json], count: int = 3) -> list[Any]:
    return [span(number, attributes=attributes) for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("attributes", "switch"),
    [
        (CHAT, "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true"),
        (CHAT | {"traceloop.workflow.name": "w"}, "TRACELOOP_TRACE_CONTENT=true"),
        ({"llm.request.type": "chat", "gen_ai.system": "OpenAI"}, "TRACELOOP_TRACE_CONTENT=true"),
        (LLM | {"input.value": "__REDACTED__"}, "OPENINFERENCE_HIDE_INPUTS"),
        (
            LLM
            | {
                "llm.input_messages.0.message.role": "user",
                "llm.input_messages.0.message.content": "__REDACTED__",
            },
            "OPENINFERENCE_HIDE_INPUTS",
        ),
        (
            CHAT | {"logfire.msg": "chat m"} | said({"role": "user", "parts": [{"type": "text"}]}),
            "include_content=True",
        ),
        (CHAT | {"aws.local.service": "x"}, "otel-rt-logs"),
        (CHAT | {"spring.ai.kind": "chat"}, "spring.ai.chat.observations.log-prompt=true"),
        (
            {"haystack.component.type": "OpenAIGenerator", "haystack.component.name": "llm"},
            "HAYSTACK_CONTENT_TRACING_ENABLED=true",
        ),
        ({"ai.operationId": "ai.generateText.doGenerate", "ai.model.id": "m"}, "recordInputs"),
    ],
)
def test_it_is_said_once_with_what_records_them(attributes: dict[str, Json], switch: str) -> None:
    (told,) = hollow(*calls(attributes))
    assert "any of the 3 model calls" in told
    assert switch in told
    (told,) = hollow(*calls(attributes, 1))
    assert "the one model call" in told


def test_not_where_one_call_has_contents() -> None:
    bare = calls(CHAT, 500)
    last = span(501, attributes=CHAT | said({"role": "user", "parts": [{"type": "text", "content": "hi"}]}))
    assert hollow(*bare[:5], last) == []
    assert hollow(*bare) != []
    output = json.dumps(
        [{"role": "assistant", "parts": [{"type": "tool_call", "name": "f", "arguments": {}}]}]
    )
    assert hollow(span(1, attributes=CHAT | {"gen_ai.output.messages": output})) == []


def test_a_name_of_a_tool_alone_is_no_content() -> None:
    output = json.dumps([{"role": "assistant", "parts": [{"type": "tool_call", "name": "f", "id": "1"}]}])
    assert hollow(span(1, attributes=CHAT | {"gen_ai.output.messages": output})) != []


def test_calls_that_failed_often_have_none() -> None:
    assert hollow(span(1, attributes=CHAT, **FAILED)) == []
    assert hollow(span(1, attributes=CHAT, **FAILED), span(2, attributes=CHAT)) != []


def test_nothing_is_said_of_files_without_a_model_call() -> None:
    assert hollow(span(1), span(2, attributes={"openinference.span.kind": "CHAIN"})) == []


def test_a_reader_that_knows_more_says_it_alone() -> None:
    answer = {"object": "trace.span", "id": "s", "trace_id": "t", "span_data": {"type": "response"}}
    *_, reading = _registry.read(document({"object": "list", "data": [answer]}))
    assert [one.message for one in reading.notices if "hollow" in one.message] == [
        one.message for one in reading.notices if "Agents SDK" in one.message
    ]
