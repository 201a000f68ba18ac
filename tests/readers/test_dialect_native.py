"""What is exact is tested where it is written (`tests/writers/test_native.py`); here, what strangers may do to it."""

from __future__ import annotations

import pytest

from replaydbg.core.message import Json
from replaydbg.core.step import Kind
from tests.support.otlp import step


@pytest.mark.parametrize(
    "value", ["", "[", "null", "{}", "[1]", "17", 17, ["x"], None, '[{"role":"user","parts":3}]']
)
def test_odd_values_raise_nothing(value: Json) -> None:
    keys = (
        "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.tool.definitions", "gen_ai.tool.call.result",
        "replaydbg.params", "replaydbg.call", "replaydbg.input", "replaydbg.output", "replaydbg.error",
    )  # fmt: skip
    found = step("x", {"replaydbg.kind": "tool-execution"} | dict.fromkeys(keys, value))
    body = found.body
    assert found.kind is Kind.TOOL_EXECUTION
    assert body.call is None
    assert isinstance(body.params, dict)
    body.messages, body.output, body.tools, body.result, body.input, body.output_value, body.usage  # noqa: B018


def test_an_unknown_kind_is_opaque() -> None:
    assert step("x", {"replaydbg.kind": "from the future"}).kind is Kind.OPAQUE
