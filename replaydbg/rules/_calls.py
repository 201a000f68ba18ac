"""Every tool call of a run, once, with where it stands and the schema in force: what the rules about calls share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from replaydbg.core.message import ToolCall
from replaydbg.core.tool import SchemaSource, ToolSpec
from replaydbg.graph.facts import Facts
from replaydbg.graph.index import SpecInForce


@dataclass(frozen=True, slots=True)
class SeenCall:
    call: ToolCall
    row: int
    """The model call that asked for it, or the execution where no recorded model call did."""
    pointer: str
    """The call in the document of that step."""
    step_ids: tuple[str, ...]
    """That step, then the execution."""
    offered: tuple[ToolSpec, ...] | None
    """The tools of the request; None where they were not recorded."""
    in_force: SpecInForce | None

    @property
    def schema_source(self) -> str:
        return str(self.in_force.source if self.in_force else SchemaSource.NOT_RECORDED)

    @property
    def takes_text(self) -> bool:
        """Whether the tool takes free text and not JSON: the `custom` tools of OpenAI."""
        raw = self.in_force.spec.raw if self.in_force else None
        return isinstance(raw, dict) and raw.get("type") == "custom"


def seen_calls(facts: Facts) -> Iterator[SeenCall]:
    """The calls of every reply by time, then the executions that no recorded reply asked for."""
    index, ids = facts.index, facts.trace.ids
    for row in index.model_calls:
        for number, call in enumerate(index.calls(row)):
            ran = index.execution_of(row, number)
            step_ids = (ids[row],) if ran is None else (ids[row], ids[ran])
            yield SeenCall(
                call, row, f"/tool_calls/{number}", step_ids, index.tools(row), index.spec(row, call.name)
            )
    for row in facts.turns.executions_alone:
        call_alone = index.executed_call(row)
        if call_alone is not None:
            in_force = index.spec(row, call_alone.name)
            yield SeenCall(call_alone, row, "/tool_calls/0", (ids[row],), None, in_force)


def unchecked_calls(facts: Facts) -> int:
    """How many calls could not be held against a schema, because none was recorded: that is no pass."""
    return sum(seen.in_force is None or seen.in_force.spec.schema is None for seen in seen_calls(facts))
