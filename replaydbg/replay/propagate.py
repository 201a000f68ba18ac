"""A new answer put where the old one stood: in values and messages, word for word or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from replaydbg.core.message import Json, Message, Part, Text, ToolResponse
from replaydbg.graph.dependence import spellings


@dataclass(frozen=True, slots=True)
class Carried:
    """`new` was said where the recording said `old`, by the step at `source`; `where` is what a person calls it."""

    source: int
    old: str
    new: str

    @property
    def where(self) -> str:
        return f"#{self.source + 1}"


def in_text(text: str, carried: Carried) -> str:
    """As it is, or, where it only stands there in JSON's spelling, in that."""
    for old, new in spellings(carried.old.strip(), carried.new.strip()):
        if old and old in text:
            return text.replace(old, new)
    return text


def in_value(value: Json, carried: Carried) -> Json:
    """A copy with the new answer in every string that holds the old one."""
    if isinstance(value, str):
        return in_text(value, carried)
    if isinstance(value, list):
        return [in_value(item, carried) for item in value]
    if isinstance(value, dict):
        return {key: in_value(item, carried) for key, item in value.items()}
    return value


def in_messages(messages: Iterable[Message], answers: Iterable[Carried]) -> tuple[Message, ...]:
    changed = tuple(messages)
    for carried in answers:
        changed = tuple(
            replace(message, parts=tuple(_in_part(part, carried) for part in message.parts))
            for message in changed
        )
    return changed


def _in_part(part: Part, carried: Carried) -> Part:
    if isinstance(part, Text):
        return Text(in_text(part.text, carried))
    if isinstance(part, ToolResponse):
        return replace(part, result=in_value(part.result, carried))
    return part
