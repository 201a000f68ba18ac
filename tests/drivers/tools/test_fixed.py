"""Answers and failures that a person wrote."""

from __future__ import annotations

import asyncio

from replaydbg.core.outcome import ToolResult
from replaydbg.drivers.tools.fixed import FixedAnswer, FixedFailure
from tests.support.build import call


def test_every_call_gets_it() -> None:
    assert asyncio.run(FixedAnswer({"a": 1}).run(call("f"))) == ToolResult({"a": 1})
    assert asyncio.run(FixedFailure("no").run(call("f"))) == ToolResult("no", is_error=True)
