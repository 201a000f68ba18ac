"""What was said in the lines of Claude Code, decoded when somebody looks.

An entry is a number: which line, and which section of it. A reply that was written in several lines is a chain of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from replaydbg.core.message import Json, Message, OtherPart, Part, Role, Text, ToolResponse
from replaydbg.core.step import Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _salvage
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._claude_requests import Requests, instructions
from replaydbg.readers._line_store import MARK_BITS, LineStore, whole
from replaydbg.readers._salvage import UNREADABLE
from replaydbg.wire import anthropic_messages, loose

ALL, RESULTS, OTHERS = 0, 1, 2
"""Sections of a line: a person's words may stand beside tool results, and are a message of their own then."""
INNER = 4
"""The entry is the message that a line of progress tells of."""


_NO_FACTS = Facts()
_NOTHING, _REPLY = 1, 2
_ABSENT = msgspec.Raw()


class _Frame(msgspec.Struct, gc=False):
    type: Any = None
    message: msgspec.Raw = _ABSENT
    attachment: msgspec.Raw = _ABSENT
    data: msgspec.Raw = _ABSENT
    rendered: msgspec.Raw = _ABSENT
    rendered_role: Any = msgspec.field(name="renderedRole", default=None)
    request: Any = msgspec.field(name="requestRef", default=None)


_QUIET = frozenset(
    {
        "hook_success", "command_permissions", "structured_output", "output_style", "date_change", "budget_usd", "model",
        "auto_mode", "auto_mode_exit", "session_context", "already_read_file",
    }
)  # fmt: skip
_QUIET_ENDINGS = ("_delta", "_listing", "_reminder", "_record", "_snapshot")
"""Attachments that come with each turn, or tell that all is well."""
_OF_COMMANDS = ("<command-name>", "<command-message>", "<local-command-")
"""How lines begin that tell of commands of the program, such as `/exit`: it answers them itself."""

_frame = msgspec.json.Decoder(_Frame).decode


def _told(raw: bytes) -> Json:
    """What a line tells the model. What it tells the screen beside that, mostly the same again, is passed over."""
    try:
        frame = _frame(raw)
    except UNREADABLE:
        return whole(raw)
    parts = (
        ("message", frame.message), ("attachment", frame.attachment), ("data", frame.data), ("rendered", frame.rendered),
    )  # fmt: skip
    told = {key: _salvage.loads(memoryview(part)) for key, part in parts if part is not _ABSENT}
    return {"type": frame.type, "renderedRole": frame.rendered_role, "requestRef": frame.request, **told}


class Bodies:
    """The decoders of a session's entries."""

    def __init__(self, store: LineStore) -> None:
        self.store = store
        self.requests = Requests(store)
        self.tools: tuple[ToolSpec, ...] | None = None
        """What a stream says at its beginning; a session file does not."""
        self._of_replies = Facts(provider="anthropic")
        self._kinds = bytearray()
        """For each line whether it is a reply's or tells nothing beside its message: _REPLY or _NOTHING, 0 where that is not known."""

    def message(self, entry: int) -> Message:
        lines = self._lines(entry)
        first = lines[0]
        if first.get("type") == "attachment":
            return _attachment(first)
        said = [loose.mapping(line.get("message")) for line in lines]
        parts = [part for one in said for part in anthropic_messages.read_content(one.get("content"))]
        if said[0].get("role") == "assistant" or first.get("type") == "assistant":
            self._note(entry, _REPLY)
            return Message(
                Role.ASSISTANT, tuple(parts), finish_reason=loose.text(said[-1].get("stop_reason"))
            )
        if _failed(said[-1]) is None:
            self._note(entry, _NOTHING)
        section = entry & 3
        if section != ALL:
            parts = [part for part in parts if isinstance(part, ToolResponse) == (section == RESULTS)]
        only_results = bool(parts) and all(isinstance(part, ToolResponse) for part in parts)
        return Message(Role.TOOL if only_results else Role.USER, tuple(parts))

    def facts(self, entry: int) -> Facts:
        """Of a reply who gave it; of a tool result what went wrong, where it is told in several blocks."""
        at = entry >> MARK_BITS
        known = self._kinds[at] if at < len(self._kinds) else 0
        if known == _NOTHING:
            return _NO_FACTS
        if not known and not self.store.may_hold(entry, (b'"assistant"',), (b'"is_error"', b"true")):
            return _NO_FACTS
        if not known:
            lines = self._lines(entry)
            said = loose.mapping(lines[-1].get("message"))
            if said.get("role") != "assistant" and lines[0].get("type") != "assistant":
                failed = _failed(said)
                return _NO_FACTS if failed is None else Facts(error=first_text(failed.get("content")))
        name = loose.text(self._lines(entry)[-1].get("requestRef")) if self.requests else ""
        if name:
            tools, params = self.requests.facts(name)
            return Facts(provider="anthropic", tools=self.tools if tools is None else tools, params=params)
        if self._of_replies.tools is not self.tools:
            self._of_replies = replace(self._of_replies, tools=self.tools)
        return self._of_replies

    def usage(self, entry: int) -> Usage:
        """Tokens of a reply."""
        said = loose.mapping(self._lines(entry)[-1].get("message"))
        return anthropic_messages.read_usage(said.get("usage"))

    def _note(self, entry: int, kind: int) -> None:
        at, known = entry >> MARK_BITS, self._kinds
        known.extend(bytes(max(0, at + 1 - len(known))))
        known[at] = kind

    def says(self, entry: int) -> bool:
        """Whether somebody might be asking for a reply with it: results of tools are steps, and much is only of the program."""
        lines = self._lines(entry)
        found = loose.mapping(lines[0].get("attachment"))
        if lines[0].get("type") == "attachment":
            kind = loose.text(found.get("type"))
            return kind not in _QUIET and not kind.endswith(_QUIET_ENDINGS)
        message = self.message(entry)
        return message.role is not Role.TOOL and not message.text.startswith(_OF_COMMANDS)

    def raw(self, entry: int) -> Json:
        lines = self.store.values(entry)
        return lines[0] if len(lines) == 1 else lines

    def _lines(self, entry: int) -> list[dict[str, Json]]:
        lines = [loose.mapping(value) for value in self.store.values(entry, _told)]
        if entry & INNER:
            return [loose.mapping(loose.mapping(line.get("data")).get("message")) for line in lines]
        return lines


def _failed(said: dict[str, Json]) -> dict[str, Json] | None:
    """The result that says that a tool failed, where it is the only one: of several each says so itself."""
    blocks = (loose.mapping(block) for block in loose.sequence(said.get("content")))
    results = [block for block in blocks if block.get("type") == "tool_result"]
    return results[0] if len(results) == 1 and results[0].get("is_error") is True else None


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


def _attachment(line: dict[str, Json]) -> Message:
    """What the program puts before the model beside the talk: reminders, words of hooks, files that were named.

    Today's versions write down what they made of it for the model, and the system prompt.
    """
    found = loose.mapping(line.get("attachment"))
    rendered = [loose.mapping(one).get("content") for one in loose.sequence(line.get("rendered"))]
    if rendered:
        parts = tuple(part for content in rendered for part in anthropic_messages.read_content(content))
        return Message(Role.SYSTEM if line.get("renderedRole") == "system" else Role.USER, parts)
    if found.get("type") == "prompt_snapshot":
        return Message(Role.SYSTEM, (Text(instructions(found.get("systemPrompt"))),))
    return Message(Role.USER, (_part(found),))


def _part(found: dict[str, Json]) -> Part:
    for key in ("prompt", "content", "snippet"):
        text = found.get(key)
        if isinstance(text, list) and text and all(isinstance(line, str) for line in text):
            text = "\n".join(text)
        if isinstance(text, str) and text:
            return Text(text)
    failed = loose.text(loose.mapping(found.get("blockingError")).get("blockingError")) or loose.text(
        found.get("stderr")
    )
    if failed and loose.text(found.get("type")).endswith("_error"):
        return Text(f"{loose.text(found.get('hookName')) or 'hook'} failed: {failed}")
    return OtherPart(found)
