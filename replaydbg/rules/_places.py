"""Places in the documents of steps, for evidence."""

from __future__ import annotations

from replaydbg import codec
from replaydbg.core.message import ToolCall, ToolResponse
from replaydbg.core.trace import Trace
from replaydbg.graph.answers import PromptPlace


def part_pointer(trace: Trace, place: PromptPlace) -> str:
    """Pointer to a part of a prompt's message: the document of a message has two shapes (`codec.message_document`)."""
    message = (trace.body(place.row).messages or ())[place.message]
    part = message.parts[place.part]
    at = f"/messages/{place.message}"
    if "parts" in codec.message_document(message):
        return f"{at}/parts/{place.part}"
    if isinstance(part, ToolCall):
        return f"{at}/tool_calls/{message.tool_calls.index(part)}"
    return f"{at}/content" if isinstance(part, ToolResponse) else at
