"""The agent that a run of LangGraph is of."""

from __future__ import annotations

import json

import pytest

from replaydbg.core.message import Json
from replaydbg.core.step import Kind
from replaydbg.readers import _langgraph

NODE = "langgraph_node"
PLACE = "langgraph_checkpoint_ns"


@pytest.mark.parametrize(
    ("metadata", "name"),
    [
        ({"lc_agent_name": "a", "agent_name": "b", NODE: "model"}, "a"),
        ({"agent_name": "b"}, "b"),
        ({NODE: "writer", PLACE: "writer:1"}, "writer"),
        ({NODE: "model", PLACE: "critic:1|model:2"}, "critic"),
        ({NODE: "tools", "checkpoint_ns": "team:1|critic:2|tools:3"}, "critic"),
        ({NODE: "model", PLACE: "model:1"}, ""),
        ({NODE: "call_tools", PLACE: "call_tools:1"}, ""),
        ({NODE: "__start__"}, ""),
        ({NODE: ["x"], PLACE: {"y": 1}, "lc_agent_name": 3}, ""),
        ({"thread_id": "t"}, ""),
        ("no JSON", ""),
        (None, ""),
    ],
)
def test_which_agent(metadata: Json, name: str) -> None:
    assert _langgraph.agent(metadata, Kind.MODEL_CALL) == name
    assert _langgraph.agent(json.dumps(metadata), Kind.MODEL_CALL) == name


def test_a_node_is_no_agent_for_what_is_no_call() -> None:
    assert _langgraph.agent({NODE: "grade", PLACE: "grade:1"}, Kind.OPAQUE) == ""
