"""Messages of Inspect, part by part."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import (
    Media,
    Message,
    OtherPart,
    ParseProblem,
    Part,
    Reasoning,
    Role,
    Text,
    ToolCall,
    ToolResponse,
)
from replaydbg.readers._inspect_messages import read_call, read_message, read_messages


@pytest.mark.parametrize(
    ("part", "read"),
    [
        ({"type": "text", "text": "t"}, Text("t")),
        ("t", Text("t")),
        ({"type": "reasoning", "reasoning": "r", "signature": "s"}, Reasoning("r", "s")),
        ({"type": "reasoning", "reasoning": "xx", "redacted": True, "summary": "in short"}, Reasoning("in short")),
        ({"type": "image", "image": "data:image/png;base64,AA"}, Media("image", "image/png", data="AA")),
        ({"type": "audio", "audio": "https://x/a.mp3"}, Media("audio", uri="https://x/a.mp3")),
        ({"type": "document", "document": "a.pdf", "mime_type": "application/pdf"},
         Media("document", "application/pdf", "a.pdf")),
        ({"type": "tool_use", "id": "x"}, OtherPart({"type": "tool_use", "id": "x"})),
        ({"type": "image"}, OtherPart({"type": "image"})),
    ],
)  # fmt: skip
def test_parts(part: Any, read: Part) -> None:
    assert read_message({"role": "user", "content": [part]}) == Message(Role.USER, (read,))


def test_reasoning_beside_the_content() -> None:
    said = read_message({"role": "assistant", "content": "c", "reasoning": "r"})
    assert said.parts == (Reasoning("r"), Text("c"))


@pytest.mark.parametrize(
    ("item", "response"),
    [
        ({"content": "ok", "tool_call_id": "c", "function": "f"}, ToolResponse("c", "ok", "f")),
        (
            {"content": "", "error": {"type": "timeout", "message": "late"}},
            ToolResponse("", "late", is_error=True),
        ),
        ({"content": [{"type": "text", "text": "t"}]}, ToolResponse("", "t")),
        ({}, ToolResponse("", "")),
    ],
)
def test_responses_of_tools(item: Any, response: ToolResponse) -> None:
    assert read_message({"role": "tool", **item}) == Message(Role.TOOL, (response,))


def test_what_is_no_message() -> None:
    assert [message.role for message in read_messages([1, {"role": "judge"}])] == [Role.UNKNOWN] * 2


def test_an_error_that_quotes_only_a_part_of_the_arguments_is_no_raw_text() -> None:
    said = (
        'Error parsing the following tool call arguments:\n\n{"a\n\n'
        "(arguments middle-truncated from 99999 bytes)\n\nError details: bad"
    )
    call = read_call({"id": "c", "function": "f", "arguments": {}, "parse_error": said})
    assert call == ToolCall("c", "f", None, None, ParseProblem(said))
