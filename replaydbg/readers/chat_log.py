"""Raw chat logs: what a program that talks to a model keeps when it keeps the requests and replies themselves.

One call to a file, JSON Lines or an array of calls, HTTP cassettes, or plain lists of messages, in the shapes of
OpenAI and Anthropic. Every reply becomes a model call with the messages before it as its prompt, every tool response a
tool execution. This is the reader for all that no other format claims.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from replaydbg import limits
from replaydbg.core.columns import Columns, arrange
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json, Message, Role, ToolCall
from replaydbg.core.step import Body, Kind, Status, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Source, Trace
from replaydbg.readers import _cassette, _chat_records, _containers, _salvage, _stitch
from replaydbg.readers._api import Document, Reader, Reading

FORMAT = "chat-log"
_OTHERS = frozenset(
    {
        "resourceSpans",
        "resource_spans",
        "resourceLogs",
        "spans",
        "observations",
        "trajectory",
        "samples",
        "simulations",
    }
)
"""Keys of formats that hold messages too and say more than they do."""


# ---- which files ------------------------------------------------------------------------------------------------


def sniff(document: Document) -> float:
    """Moderate at best: a list of messages stands in many formats, and a reader that knows one reads more of it."""
    first = _containers.first_record(document.head)
    if _chat_records.is_messages(first):
        return 0.5
    if isinstance(first, list):
        first = first[0] if first else None
    if not isinstance(first, dict) or _OTHERS & set(first):
        return 0.0
    if _cassette.path_of_exchanges(first) is not None:
        return 0.6
    request = _chat_records.request_of(first)
    if request is None:
        is_heading = set(first) <= {"metadata", "annotations"} and b'"messages"' in document.head
        return 0.5 if is_heading else 0.0
    is_call = request is not first or bool(_CALL_KEYS & set(first))
    return 0.6 if is_call else 0.5


_CALL_KEYS = frozenset({"response", "choices", "model", "tools", "output"})


# ---- reading ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Origin:
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


def read(document: Document, partial: bool) -> Iterator[Reading]:
    """The runs of the file. There is only the complete reading: what belongs together is known at the end."""
    del partial
    notices: list[Notice] = []
    stitcher = _stitch.Stitcher()
    is_array_of_records = not _chat_records.is_messages(_containers.first_record(document.head))
    for record in _containers.records(document.buffer, notices, items=is_array_of_records):
        value = _parsed(record, notices)
        if value is None:
            continue
        try:
            _add(stitcher, value, record, notices)
        except RecursionError:
            notices.append(Notice(record.place or "/", "nested too deep, left out"))
    traces = []
    runs = list(stitcher.runs())
    for threads, id_ in zip(runs, _ids(document.name, runs), strict=True):
        trace, odd = _trace(document, threads, id_)
        traces.append(trace)
        notices += odd
    yield Reading(tuple(traces), _capped(notices))


def _ids(name: str, runs: list[list[_stitch.Thread]]) -> list[str]:
    """An id for each run: what the log calls it, else the name of the file and a number; each only once."""
    stem = name.replace("\\", "/").rpartition("/")[2]
    for ending in (".gz", ".json", ".jsonl", ".ndjson"):
        stem = stem.removesuffix(ending)
    ids: list[str] = []
    taken: set[str] = set()
    for number, threads in enumerate(runs, start=1):
        named = next(
            (thread.title or thread.session for thread in threads if thread.title or thread.session), ""
        )
        plain = f"{stem}-{number}" if len(runs) > 1 else stem
        id_ = named if named and named not in taken else plain
        while id_ in taken:
            id_ += "~"
        taken.add(id_)
        ids.append(id_)
    return ids


def _parsed(record: _containers.Record, notices: list[Notice]) -> Json | None:
    try:
        return _salvage.loads(record.raw)
    except ValueError:
        value = _salvage.repaired(record.raw)
        said = (
            "not JSON, left out"
            if value is None
            else "damaged JSON: only what stands before the damage was read"
        )
        notices.append(Notice(record.place or "byte 0", said))
        return value


def _add(stitcher: _stitch.Stitcher, value: Json, record: _containers.Record, notices: list[Notice]) -> None:
    if _cassette.path_of_exchanges(value) is not None:
        for call in _cassette.calls(value, record.place, notices):
            stitcher.add_call(call, _Origin(record.raw, call.path), group=f"cassette {record.place}")
        return
    for found in _chat_records.recognise(value, record.place, notices):
        if isinstance(found, _chat_records.Talk):
            stitcher.add_talk(found, _Origin(record.raw, found.path))
            if not any(message.role is Role.ASSISTANT for message in found.messages):
                notices.append(Notice(record.place or "/", "a list of messages without a reply of a model"))
        else:
            stitcher.add_call(found, _Origin(record.raw, found.path))


def _capped(notices: list[Notice]) -> tuple[Notice, ...]:
    if len(notices) <= limits.NOTICES_MAX:
        return tuple(notices)
    more = len(notices) - limits.NOTICES_MAX + 1
    return (*notices[: limits.NOTICES_MAX - 1], Notice("/", f"and {more} more notices"))


# ---- steps ------------------------------------------------------------------------------------------------------


_LETTERS = {Kind.MODEL_CALL: "m", Kind.TOOL_EXECUTION: "t", Kind.OPAQUE: "x"}
"""The first letter of an id; the number on the screen follows."""


def _trace(document: Document, threads: list[_stitch.Thread], id_: str) -> tuple[Trace, tuple[Notice, ...]]:
    columns = Columns()
    rows = sorted(
        ((at, row, thread) for thread in threads for at, row in thread.rows), key=lambda item: item[0]
    )
    ids = {id(row): f"{_LETTERS[row.kind]}{count}" for count, (_, row, _) in enumerate(rows, start=1)}
    spawning = {id(thread): _spawning(thread, ids) for thread in threads}
    for _, row, thread in rows:
        parent_id, agent = spawning[id(thread)]
        _add_row(columns, row, ids[id(row)], parent_id, agent)
    arranged = arrange(columns, trace_id=id_, source=Source(document.name, FORMAT), decode=_decoded)
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
        name=f"chat {facts.model}".rstrip() if is_call else "messages without a reply",
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
        return None

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
        return origin.raw() if isinstance(origin, _Origin) else None


READER = Reader(FORMAT, "raw chat logs and message lists (OpenAI, Anthropic)", sniff, read)
