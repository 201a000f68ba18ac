"""Tool bindings: what runs a tool when a branch needs a result that was not recorded. One file a kind of binding."""

from __future__ import annotations

from typing import Protocol

from replaydbg.core.message import ToolCall
from replaydbg.core.outcome import Failed, ToolResult


class ToolBinding(Protocol):
    """Runs tool calls. Whatever goes wrong is a `Failed`; whether a call may run at all was decided before."""

    async def run(self, call: ToolCall) -> ToolResult | Failed: ...
