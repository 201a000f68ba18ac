"""Places of parts in the two shapes that a message's document has."""

from __future__ import annotations

import pytest

from replaydbg import codec
from replaydbg.core import pointer
from replaydbg.core.message import Message, Role, Text, ToolCall, ToolResponse
from replaydbg.graph.answers import PromptPlace
from replaydbg.rules._places import part_pointer
from tests.support.build import assistant, call, model_call, response, trace

ONE, TWO = call("f", {"x": 1}, "a"), call("f", {"x": 2}, "b")


@pytest.mark.parametrize(
    ("message", "part", "place"),
    [
        pytest.param(assistant("Hm.", ONE, TWO), 2, "/messages/0/tool_calls/1", id="a call after text"),
        pytest.param(response("a", "x"), 0, "/messages/0/content", id="a response alone"),
        pytest.param(
            Message(Role.USER, (ToolResponse("a", 1), Text("On."))),
            0,
            "/messages/0/parts/0",
            id="a response among others",
        ),
        pytest.param(
            Message(Role.ASSISTANT, (ONE, Text("Hm."), TWO)),
            2,
            "/messages/0/parts/2",
            id="text between calls",
        ),
    ],
)
def test_place(message: Message, part: int, place: str) -> None:
    run = trace(model_call("m", [message], ""))
    assert part_pointer(run, PromptPlace(0, 0, part)) == place
    there = pointer.get(codec.step_document(run.step(0)), place)
    if isinstance(message.parts[part], ToolCall):
        assert there["arguments"] == message.parts[part].arguments  # type: ignore[union-attr]
