"""Traceloop's workflow attributes (`traceloop.span.kind`: workflow, task, agent, tool), on spans that are GenAI's otherwise.

`traceloop.entity.input` wraps what went in with LangChain's own bookkeeping; `gen_ai.workflow.nodes` and `.edges` are
the graph that LangGraph was compiled to.
"""

from __future__ import annotations

from replaydbg.core.message import Json
from replaydbg.core.step import Kind
from replaydbg.readers import _dialect_genai
from replaydbg.readers._attributes import parsed
from replaydbg.readers._lazy import lazy

MARK = "traceloop.span.kind"
WANTED = frozenset({MARK})
COUNTS = _dialect_genai.COUNTS
facts = _dialect_genai.facts

_BOOKKEEPING = {"tags", "metadata", "kwargs", "args"}
_GRAPH = {"nodes": "gen_ai.workflow.nodes", "edges": "gen_ai.workflow.edges"}


class Body(_dialect_genai.Body):
    @lazy
    def input(self) -> Json:
        if self.kind in {Kind.MODEL_CALL, Kind.TOOL_EXECUTION}:
            return None
        graph = {word: self.attributes[key] for word, key in _GRAPH.items() if self.attributes.get(key)}
        said = _unwrapped(super().input, "inputs")
        if not graph:
            return said
        return {"graph": graph} if said is None else {"inputs": said, "graph": graph}

    @lazy
    def output_value(self) -> Json:
        return _unwrapped(super().output_value, "outputs")


def _unwrapped(value: Json, key: str) -> Json:
    """What the application passed; a value that is not wrapped, or wraps nothing, stays as it is."""
    if isinstance(value, dict) and key in value and value.keys() <= {key, *_BOOKKEEPING}:
        return parsed(value[key])
    return value
