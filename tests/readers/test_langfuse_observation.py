"""What an observation of Langfuse says: tokens, kinds, and what stands in its metadata only."""

from __future__ import annotations

import json

import pytest

from replaydbg.core.message import Json, ToolCall
from replaydbg.core.step import Kind, Status, Usage
from replaydbg.readers.langfuse import READER
from tests.readers.test_langfuse import ANSWER, OFFER, SCHEMA, TALK, TRACE, observation
from tests.support.readings import steps


@pytest.mark.parametrize(
    ("details", "usage"),
    [
        ({"input": 10, "output": 4, "total": 14, "output_reasoning": 3}, Usage(10, 4, None, 3)),
        ({"input": 10, "output": 4, "total": 17, "output_reasoning": 3}, Usage(10, 7, None, 3)),
        ({"input": 10, "input_cached_tokens": 90, "output": 4, "total": 104}, Usage(100, 4, 90)),
        ({"input": 100, "prompt_details.cache_read": 90, "output": 4, "total": 104}, Usage(100, 4, 90)),
        ('{"input": "10"}', Usage(10)),
        ({}, Usage()),
    ],
    ids=["inside", "reasoning beside", "cached beside", "cached inside", "text", "nothing"],
)
def test_cached_and_reasoning_tokens_are_counted_once(details: Json, usage: Usage) -> None:
    (call,) = steps(READER, {"trace": TRACE, "observations": [observation("c", "GENERATION", output="x", usageDetails=details)]}).values()  # fmt: skip
    assert call.body.usage == usage


@pytest.mark.parametrize("details", [{"total": 0.5}, '{"total": "0.5"}'])
def test_a_cost_that_only_the_details_tell(details: Json) -> None:
    (call,) = steps(READER, {"trace": TRACE, "observations": [observation("c", "GENERATION", output="x", costDetails=details)]}).values()  # fmt: skip
    assert call.cost_usd == 0.5


def metadata(**attributes: Json) -> str:
    return json.dumps({"attributes": attributes, "scope": {"name": "x"}})


def test_attributes_in_the_metadata_say_what_the_platform_dropped() -> None:
    found = steps(
        READER,
        [
            observation("outer", "GENERATION", metadata=metadata(**{"ai.operationId": "ai.streamText"})),
            observation(
                "inner", "GENERATION", "outer", input=TALK,
                metadata=metadata(
                    **{
                        "ai.operationId": "ai.streamText.doStream",
                        "ai.response.toolCalls": json.dumps([{"toolCallId": "c1", "toolName": "find", "input": {}}]),
                        "ai.prompt.tools": [json.dumps({"name": "find", "inputSchema": SCHEMA})],
                        "gen_ai.response.finish_reasons": ["tool-calls"],
                    }
                ),
            ),
            observation("ai.toolCall", "TOOL", metadata=metadata(**{"ai.toolCall.name": "find", "ai.toolCall.id": "c1"}), input={"input": {"q": 1}}, output="[]"),
            observation("qa run", "SPAN", metadata=metadata(agent_name="qa")),
        ],
    )  # fmt: skip
    assert [step.kind for step in found.values()] == [
        Kind.AGENT_INVOCATION, Kind.MODEL_CALL, Kind.TOOL_EXECUTION, Kind.AGENT_INVOCATION,
    ]  # fmt: skip
    inner, tool = found["inner"], found["ai.toolCall"]
    assert [call.name for call in inner.tool_calls] == ["find"]
    assert inner.body.output is not None
    assert inner.body.output.finish_reason == "tool-calls"
    assert [spec.schema for spec in inner.body.tools or ()] == [SCHEMA]
    assert (tool.name, tool.body.call) == ("find", ToolCall("c1", "find", {"q": 1}))
    assert (tool.body.has_result, tool.body.result) == (True, [])
    assert found["qa run"].agent == "qa"


def test_the_tools_that_langfuse_found_are_offers_where_nothing_else_is() -> None:
    found = {
        "find": json.dumps({"description": "finds", "parameters": json.dumps(SCHEMA)}),
        "stop": json.dumps({"description": "", "parameters": ""}),
    }
    first, last = (
        steps(READER, [observation("a", "GENERATION", input=TALK, toolDefinitions=told)])["a"]
        for told in (found, {})
    )
    assert [(tool.name, tool.schema) for tool in first.body.tools or ()] == [("find", SCHEMA), ("stop", None)]
    assert last.body.tools is None


def test_langchain_writes_tools_as_spans_and_offers_as_messages() -> None:
    found = steps(
        READER,
        [
            observation("call", "GENERATION", input=[*TALK, {"role": "tool", "content": OFFER}], output=ANSWER),
            observation("weather", "SPAN", input="{'city': 'Oslo'}", output={"type": "tool", "content": "no", "tool_call_id": "c1", "status": "error"}),
            observation("tools", "SPAN", input={}, output={"messages": [{"type": "tool", "content": "no", "tool_call_id": "c1"}]}),
        ],
    )  # fmt: skip
    call, tool, node = found.values()
    assert call.body.messages is not None
    assert len(call.body.messages) == 2
    assert [spec.name for spec in call.body.tools or ()] == ["weather"]
    assert (tool.kind, tool.body.call) == (Kind.TOOL_EXECUTION, ToolCall("c1", "weather", {"city": "Oslo"}))
    assert (tool.body.result, tool.body.error) == ("no", "no")
    assert node.kind is Kind.OPAQUE


def test_levels_are_statuses() -> None:
    found = steps(
        READER,
        [
            observation("bad", "SPAN", level="ERROR", statusMessage="boom"),
            observation("odd", "SPAN", level="WARNING", statusMessage="hm"),
        ],
    )
    assert [(step.status, step.body.error) for step in found.values()] == [
        (Status.ERROR, "boom"),
        (Status.UNSET, ""),
    ]
