"""What was said in the lines of Claude Code, decoded when somebody looks.

An entry is a number: which line, and which section of it. A reply that was written in several lines is a chain of them.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator

from replaydbg.core.message import Json, Message, OtherPart, Part, Role, Text, ToolResponse
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _json_lines, _salvage
from replaydbg.readers._chat_facts import Facts
from replaydbg.wire import anthropic_messages, loose

ALL, RESULTS, OTHERS = 0, 1, 2
"""Sections of a line: a person's words may stand beside tool results, and are a message of their own then."""
_INNER = 4
"""The entry is the message that a line of progress tells of."""
_BITS = 3


class Store:
    """Where the lines begin that are shown: offsets, no bytes."""

    def __init__(self) -> None:
        self._buffers: list[memoryview] = []
        self._bases = array("q")
        self.base = 0
        self._starts = array("q")
        self._following = array("i")

    def open(self, buffer: memoryview) -> None:
        """The lines that are added from now on are in this buffer."""
        self.base += len(self._buffers[-1]) if self._buffers else 0
        self._bases.append(self.base)
        self._buffers.append(buffer)

    def add(self, start: int, inner: bool) -> int:
        starts = self._starts
        entry = len(starts) << _BITS | inner << 2
        starts.append(self.base + start)
        self._following.append(-1)
        return entry

    def link(self, entry: int, following: int) -> None:
        """`following` is the next line of the reply that `entry` is a line of."""
        self._following[entry >> _BITS] = following >> _BITS

    def size(self, entry: int) -> int:
        return sum(len(self._raw(at)) for at in self._chain(entry))

    def values(self, entry: int) -> list[Json]:
        """The lines of the entry, parsed; a damaged one as far as it is whole."""
        return [_parsed(bytes(self._raw(at))) for at in self._chain(entry)]

    def _chain(self, entry: int) -> Iterator[int]:
        at = entry >> _BITS
        while at >= 0:
            yield at
            at = self._following[at]

    def _raw(self, at: int) -> memoryview:
        start = self._starts[at]
        holder = bisect_right(self._bases, start) - 1
        return _json_lines.line_at(self._buffers[holder], start - self._bases[holder])


def _parsed(raw: bytes) -> Json:
    try:
        return _salvage.loads(raw)
    except ValueError:
        return _json_lines.saved(raw)[0]


class Bodies:
    """The decoders of a session's entries."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.tools: tuple[ToolSpec, ...] | None = None
        """What a stream says at its beginning; a session file does not."""

    def message(self, entry: int) -> Message:
        lines = self._lines(entry)
        first = lines[0]
        if first.get("type") == "attachment":
            return Message(Role.USER, (_attachment(first.get("attachment")),))
        said = [loose.mapping(line.get("message")) for line in lines]
        parts = [part for one in said for part in anthropic_messages.read_content(one.get("content"))]
        if said[0].get("role") == "assistant" or first.get("type") == "assistant":
            return Message(
                Role.ASSISTANT, tuple(parts), finish_reason=loose.text(said[-1].get("stop_reason"))
            )
        section = entry & 3
        if section != ALL:
            parts = [part for part in parts if isinstance(part, ToolResponse) == (section == RESULTS)]
        only_results = bool(parts) and all(isinstance(part, ToolResponse) for part in parts)
        return Message(Role.TOOL if only_results else Role.USER, tuple(parts))

    def facts(self, entry: int) -> Facts:
        """Of a reply its model and tokens; of a tool result what went wrong, where it is told in several blocks."""
        lines = self._lines(entry)
        said = loose.mapping(lines[-1].get("message"))
        if said.get("role") == "assistant" or lines[0].get("type") == "assistant":
            usage = anthropic_messages.read_usage(said.get("usage"))
            return Facts(provider="anthropic", usage=usage, tools=self.tools)
        blocks = (loose.mapping(block) for block in loose.sequence(said.get("content")))
        failed = [block.get("content") for block in blocks if block.get("is_error") is True]
        return Facts(error=first_text(failed[0])) if len(failed) == 1 else Facts()

    def raw(self, entry: int) -> Json:
        lines = self.store.values(entry)
        return lines[0] if len(lines) == 1 else lines

    def _lines(self, entry: int) -> list[dict[str, Json]]:
        lines = [loose.mapping(value) for value in self.store.values(entry)]
        if entry & _INNER:
            return [loose.mapping(loose.mapping(line.get("data")).get("message")) for line in lines]
        return lines


def first_text(content: Json) -> str:
    """The first text of a message's content."""
    if isinstance(content, str):
        return content
    texts = (loose.mapping(block).get("text") for block in loose.sequence(content))
    return next((text for text in texts if isinstance(text, str)), "")


def words(line: Json) -> str:
    """What a line says that is neither the model's nor a person's."""
    found = loose.mapping(line)
    said = first_text(loose.mapping(found.get("message")).get("content")) or loose.text(found.get("content"))
    error = found.get("error")
    return said or (error if isinstance(error, str) else loose.encoded(error) if error else "")


def _attachment(value: Json) -> Part:
    """What the program puts before the model beside the talk: reminders, words of hooks, files that were named."""
    found = loose.mapping(value)
    for key in ("prompt", "content", "snippet"):
        text = found.get(key)
        if isinstance(text, list) and text and all(isinstance(line, str) for line in text):
            text = "\n".join(text)
        if isinstance(text, str) and text:
            return Text(text)
    return OtherPart(value)
