"""Arguments and offers in the wrappings that recorders put around them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.core.message import ToolCall
from replaydbg.readers import _payloads
from replaydbg.wire.arguments import REDACTED


@pytest.mark.parametrize(
    ("value", "arguments"),
    [
        ({"q": 1}, {"q": 1}),
        ('{"q": 1}', {"q": 1}),
        (json.dumps('{"q": 1}'), {"q": 1}),
        ("{'q': 1}", {"q": 1}),
        ({"input": "{'q': 1}"}, {"q": 1}),
        ({"input": {"q": 1}}, {"q": 1}),
        ({"args": [], "kwargs": {"q": 1}}, {"q": 1}),
        ({"args": [1], "kwargs": {}}, {"args": [1], "kwargs": {}}),
        ({"input": "some text"}, {"input": "some text"}),
        ("some text", "some text"),
        (None, None),
    ],
)
def test_arguments(value: Any, arguments: Any) -> None:
    assert _payloads.call_of("c1", "find", value) == ToolCall("c1", "find", arguments)


def test_arguments_that_were_removed_are_no_text() -> None:
    problem = _payloads.call_of("", "find", "__REDACTED__").problem
    assert problem is not None
    assert problem.message == REDACTED


def test_a_fourth_level_of_text_stays_text() -> None:
    value: Any = {"q": 1}
    for _ in range(4):
        value = json.dumps(value)
    assert _payloads.unwrapped(value) == '{"q": 1}'


@pytest.mark.parametrize(
    "offers",
    [
        [{"name": "find", "parameters": {"type": "object"}}],
        json.dumps([{"name": "find", "parameters": {"type": "object"}}]),
        [json.dumps({"type": "function", "name": "find", "inputSchema": {"type": "object"}})],
        ["{'type': 'function', 'function': {'name': 'find', 'parameters': {'type': 'object'}}}"],
    ],
)
def test_offers(offers: Any) -> None:
    assert [(tool.name, tool.schema) for tool in _payloads.tools_of(offers)] == [("find", {"type": "object"})]


@pytest.mark.parametrize("nothing", [None, "find", 3, {"find": {}}, []])
def test_what_is_no_list_of_offers_offers_nothing(nothing: Any) -> None:
    assert _payloads.tools_of(nothing) == ()


def test_offers_among_messages_are_told_from_responses() -> None:
    offer = {"type": "function", "function": {"name": "find"}}
    talk = [
        {"role": "user", "content": "hi"},
        {"role": "tool", "content": offer},
        {"role": "tool", "content": offer, "tool_call_id": "c1"},
        "text",
    ]
    assert _payloads.offers_among(talk) == [offer]
    assert _payloads.without_offers(talk) == [talk[0], talk[2], talk[3]]
    assert _payloads.without_offers({"messages": []}) == {"messages": []}


def test_keywords_that_nobody_set_are_no_keywords() -> None:
    schema = {
        "type": "object",
        "additionalProperties": None,
        "properties": {"q": {"enum": ["a", None], "items": None}},
    }
    assert _payloads.without_nulls(schema) == {"type": "object", "properties": {"q": {"enum": ["a", None]}}}


SAID = {"content": "down", "tool_call_id": "c1", "status": "error"}


@pytest.mark.parametrize(
    "value",
    [
        SAID,
        {"type": "tool", "data": SAID},
        {"lc": 1, "type": "constructor", "id": ["ToolMessage"], "kwargs": SAID},
        {"output": {"lc": 1, "kwargs": SAID}, "kwargs": {"color": "green"}},
        {"output": json.dumps(SAID)},
    ],
)
def test_what_langchain_makes_of_a_result(value: Any) -> None:
    found = _payloads.tool_message(value)
    assert found == SAID
    assert _payloads.error_in(found) == "down"
    assert _payloads.error_in({**SAID, "status": "success"}) == ""


@pytest.mark.parametrize(
    "value", [None, "text", [SAID], {}, {"output": 7}, {"tool_call_id": "c1"}, {"kwargs": {"a": 1}}]
)
def test_other_results_are_no_message(value: Any) -> None:
    assert _payloads.tool_message(value) == {}
