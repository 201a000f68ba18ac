"""Which requests must get the same recorded reply."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from replaydbg.core.message import (
    Json,
    Media,
    Message,
    OtherPart,
    Part,
    Reasoning,
    Role,
    Text,
    ToolCall,
    ToolResponse,
)
from replaydbg.core.request import ModelRequest, ToolRequest, call_digest
from replaydbg.core.tool import ToolSpec
from tests.support.build import assistant, call, response, system, tool, user

REQUEST = ModelRequest(
    "m-1",
    (system("S"), user("Go.")),
    (tool("f", {"type": "object"}, "Does f."),),
    {"temperature": 0},
    "openai",
)


def test_equal_requests_share_a_name() -> None:
    assert REQUEST.digest() == replace(REQUEST).digest()
    spelled = replace(
        REQUEST,
        params={"temperature": 0.0},
        tools=(ToolSpec("f", "Does f.", {"type": "object"}, {"raw": 1}),),
    )
    assert REQUEST.digest() == spelled.digest()


@pytest.mark.parametrize(
    "change",
    [
        {"model": "m-2"},
        {"messages": (system("S"),)},
        {"messages": (user("Go."), system("S"))},
        {"messages": (system("S"), replace(user("Go."), name="ann"))},
        {"tools": ()},
        {"tools": (tool("f", {"type": "object"}, "Does g."),)},
        {"params": {"temperature": 1}},
        {"params": {}},
    ],
    ids=repr,
)
def test_what_matters_changes_the_name(change: dict[str, Any]) -> None:
    assert replace(REQUEST, **change).digest() != REQUEST.digest()


PARTS: list[Part] = [
    Text("a"),
    Reasoning("a"),
    call("a", {}, "1"),
    ToolResponse("1", "a"),
    ToolResponse("1", "a", is_error=True),
    Media("a"),
    OtherPart("a"),
]


def test_parts_of_different_sorts_differ() -> None:
    digests = {ModelRequest("m", (Message(Role.USER, (part,)),)).digest() for part in PARTS}
    assert len(digests) == len(PARTS)


def test_what_is_no_part_is_our_mistake() -> None:
    part: Json = "text"
    with pytest.raises(TypeError, match="str"):
        ModelRequest("m", (Message(Role.USER, (part,)),)).digest()


def test_calls_are_equal_without_their_ids() -> None:
    one, other = call("f", {"a": 1}, "1"), call("f", raw='{"a": 1.0}', id_="2")
    assert ToolRequest(one).digest() == ToolRequest(other).digest() == call_digest(one)
    assert call_digest(call("g", {"a": 1})) != call_digest(one)


def test_calls_that_cannot_be_parsed_differ_by_their_text() -> None:
    assert call_digest(call("f", raw="{")) != call_digest(call("f", raw="{{"))
    assert call_digest(call("f", raw="{")) != call_digest(ToolCall("", "f", None))


def test_a_prompt_with_other_call_ids_is_another_prompt() -> None:
    """The provider is sent the ids; a recording of the one is no recording of the other."""

    def prompt(id_: str) -> ModelRequest:
        return ModelRequest("m", (user("Go."), assistant("", call("f", {}, id_)), response(id_, 1)))

    assert prompt("a").digest() != prompt("b").digest()
