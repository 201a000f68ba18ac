"""A fixed answer, or a fixed failure, for every call of a tool: what would the agent do if this went wrong?"""

from __future__ import annotations

from dataclasses import dataclass

from replaydbg.core.message import Json, ToolCall
from replaydbg.core.outcome import Failed, ToolResult


@dataclass(frozen=True, slots=True)
class FixedAnswer:
    """Satisfies `ToolBinding`."""

    result: Json

    async def run(self, call: ToolCall) -> ToolResult | Failed:
        del call
        return ToolResult(self.result)


@dataclass(frozen=True, slots=True)
class FixedFailure:
    """Satisfies `ToolBinding`. The model is told of it, as of any result that is an error."""

    words: str

    async def run(self, call: ToolCall) -> ToolResult | Failed:
        del call
        return ToolResult(self.words, is_error=True)
