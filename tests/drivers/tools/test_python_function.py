"""A Python function as a tool."""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from replaydbg.core.message import ToolCall
from replaydbg.core.outcome import Failed, ToolResult
from replaydbg.drivers.tools.python_function import PythonTool
from replaydbg.wire.arguments import call_from_raw


def lookup(order_id: str, region: str = "EU") -> Any:
    return {"order": order_id, "regions": (region,)}


async def lookup_async(order_id: str) -> Any:
    await asyncio.sleep(0)
    return order_id


def anything(**arguments: Any) -> Any:
    return arguments


def raises(order_id: str) -> Any:
    raise KeyError(order_id)


def leaves(order_id: str) -> Any:
    sys.exit("bye")


def cancels(order_id: str) -> Any:
    raise asyncio.CancelledError


def slow(order_id: str) -> Any:
    time.sleep(60)


async def slow_async(order_id: str) -> Any:
    await asyncio.sleep(60)


def run(function: Any, call: ToolCall, **fields: Any) -> Any:
    return asyncio.run(PythonTool("python:m:f", function, **fields).run(call))


CALL = ToolCall("c", "lookup", {"order_id": "A1"})


def test_arguments_are_keywords_and_results_are_json() -> None:
    outcome = run(lookup, CALL)
    assert isinstance(outcome, ToolResult)
    assert outcome.result == {"order": "A1", "regions": ["EU"]}
    assert outcome.duration_ms >= 0
    assert not outcome.is_error


def test_async_functions_and_keyword_functions() -> None:
    assert run(lookup_async, CALL).result == "A1"
    assert run(anything, CALL).result == {"order_id": "A1"}
    assert run(anything, call_from_raw("c", "f", "")).result == {}


def test_a_function_may_return_nothing() -> None:
    outcome = run(lambda: None, ToolCall("c", "f", {}))
    assert isinstance(outcome, ToolResult)
    assert outcome.result is None


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (call_from_raw("c", "lookup", '{"order_id": '), "are no JSON"),
        (ToolCall("c", "lookup", ["A1"]), "no JSON object but list"),
        (ToolCall("c", "lookup", {}), "missing a required argument: 'order_id'"),
        (ToolCall("c", "lookup", {"order_id": "A1", "colour": 1}), "unexpected keyword argument 'colour'"),
    ],
)
def test_arguments_that_do_not_fit(call: ToolCall, words: str) -> None:
    outcome = run(lookup, call)
    assert isinstance(outcome, Failed)
    assert outcome.kind == "tool"
    assert words in outcome.message


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (raises, "python:m:f raised KeyError: 'A1'"),
        (leaves, "python:m:f raised SystemExit: bye"),
        (cancels, "python:m:f raised CancelledError"),
    ],
)
def test_exceptions_are_failures(function: Any, words: str) -> None:
    assert run(function, CALL) == Failed("tool", words)


@pytest.mark.parametrize("function", [slow, slow_async])
def test_a_tool_that_hangs_does_not_hang_us(function: Any) -> None:
    started = time.monotonic()
    outcome = run(function, CALL, timeout_seconds=0.05)
    assert time.monotonic() - started < 30
    assert isinstance(outcome, Failed)
    assert outcome.kind == "timeout"


def loop() -> Any:
    value: list[Any] = []
    value.append(value)
    return value


@pytest.mark.parametrize("result", [datetime.now(UTC), {1, 2}, b"bytes", float("nan"), object(), loop()])
def test_results_that_are_no_json(result: Any) -> None:
    outcome = run(lambda: result, ToolCall("c", "f", {}))
    assert isinstance(outcome, Failed)
    assert outcome.kind == "tool"
    assert "no JSON" in outcome.message


def test_functions_that_hide_their_signature_are_called() -> None:
    assert isinstance(run(dict, ToolCall("c", "dict", {"a": 1})), ToolResult)


def test_cancelling_a_tool_that_hangs_ends_at_once() -> None:
    async def cancelled() -> float:
        running = asyncio.ensure_future(PythonTool("python:m:f", slow).run(CALL))
        await asyncio.sleep(0.05)
        running.cancel()
        started = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await running
        return time.monotonic() - started

    assert asyncio.run(cancelled()) < 30
