"""The turn of an agent as Vercel's AI SDK streams it to a page (versions 5 to 7): its pieces make the message that the page keeps.

Shapes: https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol. What was asked is not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from replaydbg.core.message import Json
from replaydbg.wire import loose

_TEXTS = ("text", "reasoning")
_OF_TEXTS = frozenset(f"{kind}-{which}" for kind in _TEXTS for which in ("start", "delta", "end"))
_OF_TOOLS = frozenset(
    {
        "tool-input-start", "tool-input-delta", "tool-input-available", "tool-input-error", "tool-approval-request",
        "tool-output-available", "tool-output-error", "tool-output-denied",
    }
)  # fmt: skip
_WHOLE = frozenset({"source-url", "source-document", "file"})
_SILENT = frozenset({"start", "start-step", "finish-step", "finish", "message-metadata", "abort", "error"})
_STATES = {
    "tool-input-available": "input-available",
    "tool-input-error": "output-error",
    "tool-approval-request": "approval-requested",
    "tool-output-available": "output-available",
    "tool-output-error": "output-error",
    "tool-output-denied": "output-denied",
}


def is_stream(values: Sequence[Json]) -> bool:
    """Whether a file that begins with these values is such a stream: some kinds have names that are used elsewhere, too."""
    pieces = list(map(loose.mapping, values))
    sure = any(
        loose.text(piece.get("type")) in _OF_TEXTS | _OF_TOOLS and not {"id", "toolCallId"}.isdisjoint(piece)
        for piece in pieces
    )
    return sure and all(map(is_piece, pieces))


def is_piece(piece: dict[str, Json]) -> bool:
    kind = loose.text(piece.get("type"))
    return kind in _OF_TEXTS | _OF_TOOLS | _WHOLE | _SILENT or kind.startswith("data-")


class Turn:
    """Takes pieces; `message` is what they have made so far, `error` what went wrong, `has_ended` whether nothing is missing."""

    def __init__(self) -> None:
        self.parts: list[dict[str, Any]] = []
        self.error = ""
        self.has_ended = False
        self._id = ""
        self._metadata: dict[str, Json] = {}
        self._texts: dict[tuple[str, str], dict[str, Any]] = {}
        self._calls: dict[str, dict[str, Any]] = {}

    @property
    def message(self) -> dict[str, Json]:
        return {"id": self._id, "role": "assistant", "metadata": self._metadata, "parts": self.parts}

    def feed(self, piece: dict[str, Json]) -> None:
        kind = loose.text(piece.get("type"))
        self._metadata |= loose.mapping(piece.get("messageMetadata"))
        if kind in _OF_TEXTS:
            kind, _, which = kind.partition("-")
            self._text(kind, which, piece)
        elif kind in _OF_TOOLS:
            self._call(kind, piece)
        elif kind == "start":
            self._id = loose.text(piece.get("messageId"))
        elif kind == "start-step":
            self.parts.append({"type": "step-start"})
        elif kind in {"finish", "abort", "error"}:
            self.has_ended = True
            self.error = {"abort": "aborted", "error": loose.text(piece.get("errorText"))}.get(
                kind, self.error
            )
        elif kind not in _SILENT and piece.get("transient") is not True:
            self.parts.append(piece)

    def _text(self, kind: str, which: str, piece: dict[str, Json]) -> None:
        key = kind, loose.text(piece.get("id"))
        if which == "start" or key not in self._texts:
            self._texts[key] = {"type": kind, "text": ""}
            self.parts.append(self._texts[key])
        if which == "delta":
            self._texts[key]["text"] += loose.text(piece.get("delta"))

    def _call(self, kind: str, piece: dict[str, Json]) -> None:
        id_ = loose.text(piece.get("toolCallId"))
        if id_ not in self._calls:
            self._calls[id_] = {"type": "dynamic-tool", "toolCallId": id_, "rawInput": ""}
            self.parts.append(self._calls[id_])
        call = self._calls[id_]
        if kind == "tool-input-delta":
            call["rawInput"] += loose.text(piece.get("inputTextDelta"))
        call |= {key: piece[key] for key in ("toolName", "input", "output", "errorText") if key in piece}
        call |= {"state": _STATES[kind]} if kind in _STATES else {}
