"""Every tool call of a run, once, with where it stands, what ran and the schema in force: what rules about calls share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from replaydbg.core.message import ToolCall
from replaydbg.core.tool import SchemaSource, ToolSpec
from replaydbg.graph.index import SpecInForce, TraceIndex


class SeenCall(NamedTuple):
    call: ToolCall
    row: int
    """The model call that asked for it, or the execution where no recorded model call did."""
    number: int
    """Which call of that step."""
    ran: int | None
    """The execution; None where none was recorded."""
    offered: tuple[ToolSpec, ...] | None
    """The tools of the request; None where they were not recorded."""
    in_force: SpecInForce | None

    @property
    def pointer(self) -> str:
        """The call in the document of its step."""
        return f"/tool_calls/{self.number}"

    @property
    def alone(self) -> bool:
        """Whether code ran the tool: no recorded model call asked for it."""
        return self.ran == self.row

    @property
    def rows(self) -> tuple[int, ...]:
        """The step that asked, then the execution."""
        return (self.row,) if self.ran is None or self.alone else (self.row, self.ran)

    @property
    def schema_source(self) -> str:
        return str(self.in_force.source if self.in_force else SchemaSource.NOT_RECORDED)

    @property
    def takes_text(self) -> bool:
        """Whether the tool takes free text and not JSON: the `custom` tools of OpenAI."""
        raw = self.in_force.spec.raw if self.in_force else None
        return isinstance(raw, dict) and raw.get("type") == "custom"


def seen_calls(index: TraceIndex, executions_alone: Iterable[int]) -> Iterator[SeenCall]:
    """The calls of every reply by time, then the executions that no recorded reply asked for."""
    # Equal offers are one value (`TraceIndex`), so that a tool is looked up once per offer and not once per call.
    known: dict[int, dict[str, SpecInForce | None]] = {}
    asked, offers, ran, new = (
        index.calls_by_row,
        index.offers_by_row,
        index.executions_of_calls.get,
        tuple.__new__,
    )
    for row, calls in asked.items():  # by time, as the walk goes
        if not calls:
            continue
        offered = offers.get(row)
        specs = known.get(id(offered))
        if specs is None:
            specs = known[id(offered)] = {}
        for number, call in enumerate(calls):
            name = call.name
            if name not in specs:
                specs[name] = index.spec(row, name)
            # Made in half the time that a call of the class takes.
            yield new(SeenCall, (call, row, number, ran((row, number)), offered, specs[name]))
    for row in executions_alone:
        alone = index.executed_call(row)
        if alone is not None:
            yield SeenCall(alone, row, 0, row, None, index.spec(row, alone.name))


def unchecked(calls: tuple[SeenCall, ...]) -> int:
    """How many calls could not be held against a schema, because none was recorded: that is no pass."""
    return sum(seen.in_force is None or seen.in_force.spec.schema is None for seen in calls)
