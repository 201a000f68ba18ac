"""What the model was told about its tools."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from replaydbg.core.message import Json


class SchemaSource(StrEnum):
    """Where the schema of a tool came from, best first. Shown beside each finding that rests on it."""

    REQUEST = "this request"
    OTHER_STEP = "another step"
    SIDE_FILE = "side file"
    SERVER_LIST = "an MCP server's list"
    INFERRED = "the other calls of this run"
    NOT_RECORDED = "schema not recorded"


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as it was offered. `schema` is the JSON Schema as given, None when only the name was recorded."""

    name: str
    description: str = ""
    schema: Json | None = None
    raw: Json = None
    """The offer in its provider's own shape, resent verbatim on replay."""
