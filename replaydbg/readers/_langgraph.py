"""Which agent a run of LangGraph is of, out of the metadata that LangChain gives to each of its runs.

`create_agent` and its kin write down the agent's name. Without it a graph within a graph is an agent under the name of
the node that it runs in, and the node names itself, unless it is only a part of one agent's loop: *model*, *tools*.
"""

from __future__ import annotations

from replaydbg.core.message import Json
from replaydbg.core.step import Kind
from replaydbg.readers._attributes import parsed
from replaydbg.wire import loose

_NAMES = ("lc_agent_name", "agent_name")
_PLACES = ("langgraph_checkpoint_ns", "checkpoint_ns")
_PARTS = frozenset({"agent", "model", "llm", "chatbot", "call_model", "assistant", "generate", "respond"})
"""Nodes that are the model of whatever agent the graph is."""


def agent(metadata: Json, kind: Kind) -> str:
    """Its name, "" where it has none."""
    told = loose.mapping(parsed(metadata))
    name = next(filter(None, (loose.text(told.get(key)) for key in _NAMES)), "")
    if name or "langgraph_node" not in told:
        return name
    place = next(filter(None, (loose.text(told.get(key)) for key in _PLACES)), "")
    outer = [node.partition(":")[0] for node in place.split("|")][:-1]
    if outer:
        return outer[-1]
    node = loose.text(told["langgraph_node"])
    is_own = node not in _PARTS and "tool" not in node.lower() and not node.startswith("__")
    return node if is_own and kind in {Kind.MODEL_CALL, Kind.TOOL_EXECUTION} else ""
