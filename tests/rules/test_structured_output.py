"""Answers that were asked to be JSON."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import Message, OtherPart, Role
from replaydbg.core.trace import Trace
from replaydbg.rules.structured_output import RULE
from tests.support.build import assistant, call, model_call, parameters, trace, user
from tests.support.rules import found

SCHEMA = parameters(["city"], city={"type": "string"})
CHAT = {"response_format": {"type": "json_schema", "json_schema": {"name": "place", "schema": SCHEMA}}}
SHAPES = [
    pytest.param(CHAT, id="Chat Completions"),
    pytest.param({"text": {"format": {"type": "json_schema", "name": "place", "schema": SCHEMA}}}, id="Responses"),
    pytest.param({"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}, id="Anthropic"),
    pytest.param({"response_schema": {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}, "required": ["city"]}}, id="Gemini"),
    pytest.param({"generation_config": {"responseJsonSchema": SCHEMA}}, id="Gemini's other place"),
]  # fmt: skip
ANY_JSON = {"response_format": {"type": "json_object"}}


def answering(params: dict[str, Any], reply: Message | str) -> Trace:
    return trace(model_call("m1", [user("Where?")], reply, params=params))


@pytest.mark.parametrize("params", SHAPES)
def test_each_shape_of_the_request(params: dict[str, Any]) -> None:
    assert found(RULE, answering(params, '{"city": "Oslo"}')) == []
    (finding,) = found(RULE, answering(params, '{"city": 7}'))
    assert finding.message == "the answer breaks its schema: city: 7 is an integer, not string"


@pytest.mark.parametrize(
    ("params", "reply"),
    [
        pytest.param({}, "Oslo", id="text was wanted"),
        pytest.param({"response_format": {"type": "text"}}, "Oslo", id="text was asked for"),
        pytest.param(ANY_JSON, "[1]", id="any JSON"),
        pytest.param(CHAT, assistant("", call("find")), id="a call is no answer yet"),
        pytest.param(CHAT, Message(Role.ASSISTANT), id="nothing recorded"),
        pytest.param(
            CHAT, Message(Role.ASSISTANT, (OtherPart({"type": "refusal", "refusal": "No."}),)), id="a refusal"
        ),
        pytest.param(CHAT, "[REDACTED]", id="removed by the recorder"),
        pytest.param(CHAT, '{"city": "<redacted>"}', id="a value that was removed"),
        pytest.param(CHAT, assistant("I cannot.", finish_reason="content_filter"), id="filtered"),
        pytest.param({"response_format": 7, "text": "x"}, "Oslo", id="parameters of no known shape"),
        pytest.param({"response_format": {"type": {}}}, "Oslo", id="a format of no type"),
    ],
)
def test_quiet(params: dict[str, Any], reply: Message | str) -> None:
    assert found(RULE, answering(params, reply)) == []


@pytest.mark.parametrize(
    ("params", "reply", "said"),
    [
        (ANY_JSON, "Sure! Oslo.", 'is no JSON: unexpected character, expected a JSON value at character 0: "Sure! Oslo."'),
        (ANY_JSON, '```json\n{"city": "Oslo"}\n```', "is JSON inside a code fence, not JSON"),
        (ANY_JSON, "```\nOslo\n```", "is a code fence, not JSON"),
        (CHAT, assistant('{"city": "Os', finish_reason="length"), "is no complete JSON: it breaks off after 12 characters, at the token limit"),
        (CHAT, '{"town": "Oslo"}', 'breaks its schema: "town" is not a field of the schema (and 1 more)'),
    ],
)  # fmt: skip
def test_found(params: dict[str, Any], reply: Message | str, said: str) -> None:
    (finding,) = found(RULE, answering(params, reply))
    assert finding.message == f"the answer {said}"
    assert finding.evidence[0].pointer == "/output/content"
