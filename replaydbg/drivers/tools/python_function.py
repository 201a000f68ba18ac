"""A Python function as a tool: `python:module:function`, called with the arguments as keywords. It may be async."""

from __future__ import annotations

import inspect
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from replaydbg import limits
from replaydbg.core.message import Json, ToolCall
from replaydbg.core.outcome import Failed, ToolResult
from replaydbg.drivers import python_name


@dataclass(frozen=True, slots=True)
class PythonTool:
    """Satisfies `ToolBinding`."""

    name: str
    function: Callable[..., Any] = field(repr=False)
    timeout_seconds: float = limits.TOOL_TIMEOUT_SECONDS
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)

    async def run(self, call: ToolCall) -> ToolResult | Failed:
        misfit = self._misfit(call)
        if misfit:
            return Failed("tool", misfit)
        started = self.clock()
        try:
            result = await python_name.call(
                partial(self.function, **call.arguments), timeout_seconds=self.timeout_seconds
            )
        except TimeoutError:
            return Failed("timeout", f"{self.name} did not return within {self.timeout_seconds:.0f} s")
        except python_name.Raised as error:
            return Failed("tool", f"{self.name} raised {error}")
        try:
            plain = as_json(result)
        except ValueError as error:
            return Failed("tool", f"{self.name} returned what is no JSON: {error}")
        return ToolResult(plain, duration_ms=(self.clock() - started) * 1000)

    def _misfit(self, call: ToolCall) -> str:
        """Why the function can not be called so; "" where it can."""
        if call.problem is not None:
            return f"the arguments of {call.name} are no JSON: {call.problem.message}"
        if not isinstance(call.arguments, dict):
            kind = type(call.arguments).__name__
            return f"the arguments of {call.name} are no JSON object but {kind}: a function takes names and values"
        try:
            signature = inspect.signature(self.function)
        except ValueError:  # some functions written in C do not tell
            return ""
        try:
            signature.bind(**call.arguments)
        except TypeError as error:
            return f"{self.name}{signature} does not take these arguments: {error}"
        return ""


def as_json(value: Any) -> Json:
    """The value as JSON would bring it back: tuples become lists. Raises ValueError for what JSON does not have."""
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, RecursionError) as error:
        raise ValueError(python_name.described(error)) from error


def python_tool(spec: str) -> PythonTool:
    """Raises UsageProblem when there is no such function."""
    return PythonTool(spec, python_name.load(spec))
