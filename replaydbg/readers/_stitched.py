"""Runs that were put together out of recorded calls (`_stitch`), as traces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from replaydbg.core.columns import Columns, arrange
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json, Message, ToolCall
from replaydbg.core.step import Body, Kind, Status, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Source, Trace
from replaydbg.readers import _salvage, _stitch
from replaydbg.readers._api import stem
from replaydbg.readers._transcript_body import UNHEARD, said_last


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a step was recorded: a place in a record that is parsed again when somebody wants to see it raw."""

    record: memoryview
    path: tuple[str | int, ...]

    def raw(self) -> Json:
        try:
            value = _salvage.loads(self.record)
            for key in self.path:
                value = value[key]
        except (ValueError, LookupError, TypeError):
            return None
        return value


def traces(source: Source, stitcher: _stitch.Stitcher, notices: list[Notice]) -> tuple[Trace, ...]:
    """A trace for each run."""
    found = []
    runs = list(stitcher.runs())
    for threads, id_ in zip(runs, _ids(source.name, runs), strict=True):
        trace, odd = _trace(source, threads, id_)
        found.append(trace)
        notices += odd
    return tuple(found)


def _ids(name: str, runs: list[list[_stitch.Thread]]) -> list[str]:
    """An id for each run: what the log calls it, else the name of the file and a number; each only once."""
    ids: list[str] = []
    taken: set[str] = set()
    for number, threads in enumerate(runs, start=1):
        named = next(
            (thread.title or thread.session for thread in threads if thread.title or thread.session), ""
        )
        plain = f"{stem(name)}-{number}" if len(runs) > 1 else stem(name)
        id_ = named if named and named not in taken else plain
        while id_ in taken:
            id_ += "~"
        taken.add(id_)
        ids.append(id_)
    return ids


_LETTERS = {Kind.MODEL_CALL: "m", Kind.TOOL_EXECUTION: "t", Kind.OPAQUE: "x"}
"""The first letter of an id; the number on the screen follows."""


def _trace(source: Source, threads: list[_stitch.Thread], id_: str) -> tuple[Trace, tuple[Notice, ...]]:
    columns = Columns()
    rows = sorted(
        ((at, row, thread) for thread in threads for at, row in thread.rows), key=lambda item: item[0]
    )
    ids = {id(row): f"{_LETTERS[row.kind]}{count}" for count, (_, row, _) in enumerate(rows, start=1)}
    spawning = {id(thread): _spawning(thread, ids) for thread in threads}
    for _, row, thread in rows:
        parent_id, agent = spawning[id(thread)]
        _add_row(columns, row, ids[id(row)], parent_id, agent)
    arranged = arrange(columns, trace_id=id_, source=source, decode=_decoded)
    return arranged.trace, arranged.notices


def _spawning(thread: _stitch.Thread, ids: dict[int, str]) -> tuple[str, str]:
    """Of a sub-agent's thread the tool execution that it ran in, and the name of the tool; else nothing."""
    if thread.spawned_by is None:
        return "", ""
    parent, asked = thread.spawned_by
    for _, row in parent.rows:
        if row.call is not None and (row.call.name, row.call.arguments) == (asked.name, asked.arguments):
            return ids.get(id(row), ""), asked.name
    return "", asked.name


def _add_row(columns: Columns, row: _stitch.Row, id_: str, parent_id: str, agent: str) -> None:
    facts = row.facts
    if row.response is not None and row.call is not None:
        status = Status.ERROR if row.response.is_error else Status.UNSET
        name = row.call.name or "tool"
        columns.add(
            id=id_,
            kind=Kind.TOOL_EXECUTION,
            name=name,
            handle=row,
            parent_id=parent_id,
            agent=agent,
            status=status,
        )
        return
    is_call = row.kind is Kind.MODEL_CALL
    columns.add(
        id=id_,
        kind=row.kind,
        name=f"chat {facts.model}".rstrip() if is_call else UNHEARD,
        handle=row,
        parent_id=parent_id,
        agent=facts.agent or agent,
        model=facts.model,
        start_ns=facts.start_ns,
        end_ns=facts.end_ns,
        status=Status.ERROR if facts.error else Status.UNSET,
        input_tokens=_column(facts.usage.input_tokens),
        output_tokens=_column(facts.usage.output_tokens),
        cost_usd=facts.cost_usd,
    )


def _column(count: int | None) -> int:
    return -1 if count is None else count


def _decoded(row: _stitch.Row) -> Body:
    return _Body(row)


@dataclass(frozen=True, slots=True)
class _Body:
    """The `Body` of a step of this format. Prompts are cut out of the shared history when they are asked for."""

    row: _stitch.Row

    @property
    def messages(self) -> tuple[Message, ...] | None:
        return None if self.row.response is not None else tuple(self.row.history[: self.row.length])

    @property
    def output(self) -> Message | None:
        return self.row.output

    @property
    def tools(self) -> tuple[ToolSpec, ...] | None:
        return self.row.facts.tools

    @property
    def params(self) -> Mapping[str, Json]:
        return self.row.facts.params

    @property
    def call(self) -> ToolCall | None:
        return self.row.call

    @property
    def has_result(self) -> bool:
        return self.row.response is not None

    @property
    def result(self) -> Json:
        return self.row.response.result if self.row.response else None

    @property
    def input(self) -> Json:
        return said_last(self.messages or ()) if self.row.kind is Kind.OPAQUE else None

    @property
    def output_value(self) -> Json:
        return None

    @property
    def error(self) -> str:
        if self.row.response is not None and self.row.response.is_error:
            return self.row.response.result if isinstance(self.row.response.result, str) else ""
        return self.row.facts.error

    @property
    def usage(self) -> Usage:
        return self.row.facts.usage

    @property
    def response_model(self) -> str:
        return self.row.facts.response_model

    @property
    def provider(self) -> str:
        return self.row.facts.provider

    @property
    def raw(self) -> Json:
        origin = self.row.origin
        return origin.raw() if isinstance(origin, Origin) else None
