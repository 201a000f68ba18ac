"""What Claude Code sent to the model beside what was said: tools and parameters. Since version 2.1.3 it writes them down.

A reply names its request, `api-request`; that names its shape, `api-request-shape`, which many requests share. Tools
that are loaded only when the model looks for them are named in attachments. Messages as they were sent
(`api-request-blob`) are not told: no document says which request sent which. The conversation is that of the session.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _salvage
from replaydbg.readers._line_store import LineStore
from replaydbg.readers._salvage import UNREADABLE
from replaydbg.wire import loose, tool_specs

REQUEST, SHAPE, BLOB = "api-request", "api-request-shape", "api-request-blob"
_PLACEHOLDER = "DeferredToolPlaceholder"
_OF_THE_PROGRAM = frozenset({"defer_loading", "cache_control"})
"""Of a tool what says how it is sent, and not what it is."""
_PARAMS = ("max_tokens", "temperature", "top_p", "top_k", "stop_sequences")
"""Other parameters are asked for together with headers, and are refused without them."""


class _Named(msgspec.Struct, gc=False):
    id: str = ""
    shape: str = msgspec.field(name="shapeHash", default="")


class _Attachment(msgspec.Struct, gc=False):
    type: Any = None
    prompt: Any = msgspec.field(name="systemPrompt", default=None)
    added: Any = msgspec.field(name="addedNames", default=None)


class _Attached(msgspec.Struct, gc=False):
    attachment: _Attachment


_named = msgspec.json.Decoder(_Named).decode
_attached = msgspec.json.Decoder(_Attached).decode


class Requests:
    def __init__(self, store: LineStore) -> None:
        self._store = store
        self._requests: dict[int, int] = {}
        """By the hash of its id the entry of each request,"""
        self._shapes: dict[str, int] = {}
        """and by its own hash that of each shape."""
        self._offers: dict[str, tuple[ToolSpec, ...]] = {}
        self._later: dict[str, None] = {}
        """Names of tools that are loaded when they are looked for."""
        self._instructed: dict[int, int] = {}
        """For each talk the hash of the system prompt that it was told last."""
        self.sent: list[int] = []
        """Where lines begin that hold a message as it was sent."""

    def __bool__(self) -> bool:
        return bool(self._requests)

    def add(self, kind: str, entry: int, raw: memoryview) -> None:
        try:
            named = _named(raw)
        except UNREADABLE:
            return
        if kind == SHAPE:
            self._shapes.setdefault(named.shape, entry)
        else:
            self._requests[hash(named.id)] = entry

    def unread(self) -> Iterator[Notice]:
        if self.sent:
            count = len(self.sent)
            what = "message as it was" if count == 1 else "messages as they were"
            said = f"{count:,} {what} sent to the model ({BLOB}) not shown: the conversation is told as the session has it"
            yield Notice(f"byte {self.sent[0]}", said)

    def is_told(self, raw: memoryview, talk: int) -> bool:
        """Whether the attachment says something to the model that it was not told already."""
        text = bytes(raw)
        if b'"deferred_tools_delta"' in text:
            self._later |= dict.fromkeys(filter(_is_text, loose.sequence(_of(raw).added)))
        elif b'"prompt_snapshot"' in text:
            found = _of(raw)
            if found.type == "prompt_snapshot":
                name, known = hash(instructions(found.prompt)), self._instructed.get(talk)
                self._instructed[talk] = name
                return name != known
        elif b'"session_context"' in text:
            return _of(raw).type != "session_context" or b'"rendered"' in text
        return True

    def facts(self, name: str) -> tuple[tuple[ToolSpec, ...] | None, Mapping[str, Json]]:
        """The tools that the request offered, None where that is not known, and its parameters."""
        entry = self._requests.get(hash(name))
        if entry is None:
            return None, {}
        request = loose.mapping(self._store.values(entry)[0])
        given = loose.mapping(request.get("params"))
        offered = self._offered(loose.text(request.get("shapeHash")))
        return offered, {key: given[key] for key in _PARAMS if given.get(key) is not None}

    def _offered(self, shape: str) -> tuple[ToolSpec, ...] | None:
        entry = self._shapes.get(shape)
        if entry is None:
            return None
        if shape not in self._offers:
            found = loose.mapping(loose.mapping(self._store.values(entry)[0]).get("shape")).get("tools")
            tools = tool_specs.read_tools([_bare(tool) for tool in loose.sequence(found)])
            names = {tool.name for tool in tools}
            later = (ToolSpec(name) for name in self._later if name not in names)
            self._offers[shape] = (*(tool for tool in tools if tool.name != _PLACEHOLDER), *later)
        return self._offers[shape]


def instructions(prompt: Json) -> str:
    """The system prompt out of its pieces."""
    return "\n\n".join(filter(_is_text, loose.sequence(prompt)))


def _of(raw: memoryview) -> _Attachment:
    try:
        return _attached(raw).attachment
    except UNREADABLE:
        found = loose.mapping(loose.mapping(_salvage.value(raw)).get("attachment"))
        return _Attachment(found.get("type"), found.get("systemPrompt"), found.get("addedNames"))


def _bare(tool: Json) -> Json:
    return {key: value for key, value in loose.mapping(tool).items() if key not in _OF_THE_PROGRAM}


def _is_text(value: Json) -> bool:
    return isinstance(value, str)
