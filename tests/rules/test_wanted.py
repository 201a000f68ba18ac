"""Where each vendor puts the schema of an answer, and of a tool's results."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.tool import ToolSpec
from replaydbg.rules._wanted import output_schema, wanted_format

SCHEMA = {"type": "object"}


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}}}, {"schema": SCHEMA}),
        ({"text": {"format": {"type": "json_schema", "schema": SCHEMA}}}, {"schema": SCHEMA}),
        ({"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}, {"schema": SCHEMA}),
        ({"generation_config": {"response_schema": SCHEMA}}, {"schema": SCHEMA}),
        ({"generation_config": {"responseMimeType": "application/json"}}, {}),
        ({"response_format": {"type": "json_object"}}, {}),
        ({"format": "json"}, {}),
        ({"response_format": {"type": "text"}}, None),
        ({"response_format": {"type": ["json"]}}, None),
        ({"text": "short"}, None),
        ({}, None),
    ],
)
def test_what_the_request_wants(params: dict[str, Any], expected: Any) -> None:
    assert wanted_format(params) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"name": "f", "outputSchema": SCHEMA}, SCHEMA),
        ({"toolSpec": {"output_schema": SCHEMA}}, SCHEMA),
        ({"function": {"name": "f"}}, None),
        ({"outputSchema": "no object"}, None),
        (None, None),
    ],
)
def test_what_the_tool_says_of_its_results(raw: Any, expected: Any) -> None:
    assert output_schema(ToolSpec("f", "", None, raw=raw)) == expected
