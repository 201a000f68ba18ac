"""Events of LangChain's `astream_events` (in JavaScript `streamEvents`), as programs write them down and LangGraph's server streams them.

A run begins, says something in pieces, and ends or fails: each is a step below the nearest of its `parent_ids` that was written down. Where no event names
its parents (version 1, JavaScript) the runs stand below the one that was open. What came in pieces and did not end is what had
come by then, marked as broken off. There are no times in these events, nor the tools that a model was offered.

Shapes: https://reference.langchain.com/python/langchain_core/runnables (`astream_events`), and what langchain-core 1.8 writes.

Get one: `async for event in agent.astream_events(input, version="v2"): print(langchain_core.load.dumps(event), file=file)`, or
`curl -N -X POST $LANGGRAPH_URL/runs/stream -d '{"stream_mode": "events", ...}' > run.txt`
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import nan
from typing import Any

import msgspec

from replaydbg.core.columns import KIND_NUMBER, NOT_RECORDED, STATUS_NUMBER
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.core.step import Kind, Status
from replaydbg.core.trace import Source
from replaydbg.readers import _containers, _json_lines, _langchain, _langgraph, _salvage
from replaydbg.readers._api import STRETCH_BYTES, Document, NotThisFormat, Reader, Reading, on_the_way
from replaydbg.readers._payloads import error_in, tool_message
from replaydbg.readers._records import Observed, Records, column, document_of, row_id, seen_of
from replaydbg.readers._transcript import not_known
from replaydbg.wire import loose

FORMAT = "langchain-events"
_EVENT = re.compile(r"on_(chain|chat_model|llm|tool|retriever|prompt|parser)_(start|stream|end|error)")
_CUSTOM = "on_custom_event"
_KINDS = {
    "chat_model": Kind.MODEL_CALL,
    "llm": Kind.MODEL_CALL,
    "tool": Kind.TOOL_EXECUTION,
    "retriever": Kind.RETRIEVAL,
}
_ENVELOPE = "events"
"""What LangGraph's SDK calls the events of a stream, which stand in their `data`."""
_NONE = msgspec.Raw(b"null")
_SHAPE = msgspec.json.Decoder(
    msgspec.defstruct(
        "Event",
        [
            *((name, Any, None) for name in ("event", "name", "run_id", "parent_ids")),
            *((name, msgspec.Raw, _NONE) for name in ("metadata", "data")),
        ],
        gc=False,
    )
)
_DATA = msgspec.json.Decoder(
    msgspec.defstruct(
        "Data",
        [(name, msgspec.Raw, _NONE) for name in ("input", "output", "chunk", "error", "tool_call_id")],
        gc=False,
    )
)
_EMPTY = (b"null", b"{}", b'""')


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    some = first if isinstance(first, list) else (first, *_json_lines.first_values(document.head))
    return 0.95 if any(map(_is_event, some[:3])) else 0.0


def _is_event(value: Json) -> bool:
    event = loose.mapping(value)
    inner = loose.mapping(event.get("data")) if event.get("event") == _ENVELOPE else event
    kind = loose.text(inner.get("event"))
    return "data" in inner and (_EVENT.fullmatch(kind) is not None or kind == _CUSTOM)


def _none() -> msgspec.Raw:
    return _NONE


@dataclass(slots=True, eq=False)
class _Run:
    """What was told of one run; a handle, of which a body is made when somebody looks."""

    id: str
    parents: list[str]
    name: str
    kind: str
    metadata: msgspec.Raw
    input: msgspec.Raw
    output: msgspec.Raw = field(default_factory=_none)
    error: msgspec.Raw = field(default_factory=_none)
    call_id: msgspec.Raw = field(default_factory=_none)
    chunks: list[msgspec.Raw] = field(default_factory=list)
    """Pieces of what a model said, until it has ended."""
    has_ended: bool = False
    is_broken: bool = False
    """Whether it is told that it did not end: some programs write down the pieces alone."""

    @property
    def has_failed(self) -> bool:
        return bytes(self.error) != b"null"

    @property
    def says(self) -> Kind:
        return _KINDS.get(self.kind, Kind.OPAQUE)


def read(document: Document, partial: bool) -> Iterator[Reading]:
    stream = _Stream(document)
    read, due, size = 0, STRETCH_BYTES, len(document.buffer)
    for record in _containers.records(document.buffer, stream.notices, items=True):
        stream.add(record)
        read += len(record.raw)
        if partial and due <= read < size:
            due = read + STRETCH_BYTES
            yield on_the_way(read, size)
    yield stream.reading()


class _Stream:
    """The runs of one file, in the order in which they began."""

    def __init__(self, document: Document) -> None:
        self.notices: list[Notice] = []
        self._source = Source(document.name, FORMAT)
        self._runs: dict[str, _Run] = {}
        self._unknown = Counter[str]()
        self._open: _Run | None = None
        """The outermost run that goes on."""

    def add(self, record: _containers.Record) -> None:
        try:
            event: Any = _SHAPE.decode(record.raw)
        except _salvage.UNREADABLE:
            values = [value for value, _ in _containers.parsed(record, self.notices)]
            if not values:
                return
            event = _SHAPE.decode(msgspec.json.encode(loose.mapping(values[0])))
        if event.event == _ENVELOPE:
            event = seen_of(event.data, _SHAPE)
        kind, id_ = loose.text(event.event), row_id(event.run_id)
        known = _EVENT.fullmatch(kind)
        if not id_ and (known is not None or kind == _CUSTOM):  # as where a line breaks off
            self.notices.append(Notice(record.place, "an event that names no run, left out"))
        elif known is not None:
            self._hear(event, id_, known[1], known[2])
        elif kind == _CUSTOM:
            self._custom(event, id_)
        elif kind:
            self._unknown[kind[:60]] += 1
        else:
            self._beside(record)

    def _beside(self, record: _containers.Record) -> None:
        """What LangGraph's server says of a stream: its id at the beginning, and why it has failed."""
        said = document_of(record.raw)
        words = loose.text(said.get("message")) or loose.text(said.get("error"))
        if words or "run_id" not in said:
            told = f"the server told an error: {words[:200]}" if words else "no event, left out"
            self.notices.append(Notice(record.place, told))

    def _hear(self, event: Any, id_: str, kind: str, what: str) -> None:
        run = self._runs.get(id_) or self._begin(event, id_, kind)
        data = seen_of(event.data, _DATA)
        if bytes(data.input) not in _EMPTY and (what == "start" or bytes(run.input) in _EMPTY):
            run.input = data.input
        if what == "stream":
            if run.says is Kind.MODEL_CALL:
                run.chunks.append(data.chunk)
        elif what != "start":
            run.has_ended = True
            run.output, run.error, run.call_id = data.output, data.error, data.tool_call_id
            if what == "error" and not run.has_failed:
                run.error = msgspec.Raw(b'"failed"')
            if bytes(run.output) not in _EMPTY:
                run.chunks.clear()
            if run is self._open:
                self._open = None

    def _begin(self, event: Any, id_: str, kind: str) -> _Run:
        parents = [row_id(above) for above in loose.sequence(event.parent_ids)]
        if not parents and self._open is not None:
            parents = [self._open.id]
        name = loose.text(event.name) or kind
        run = self._runs[id_] = _Run(id_, parents, name, kind, event.metadata, _NONE)
        if not parents:
            self._open = run
        return run

    def _custom(self, event: Any, above: str) -> None:
        """What a program tells of itself, in the run that was going on."""
        around = self._runs.get(above)
        parents = around.parents if around else [*map(row_id, loose.sequence(event.parent_ids))]
        parents = [*parents, above]
        id_ = f"{above} custom {len(self._runs)}"
        run = _Run(id_, parents, loose.text(event.name) or "custom", "custom", event.metadata, event.data)
        run.has_ended = True
        self._runs[id_] = run

    def reading(self) -> Reading:
        if not self._runs:
            raise NotThisFormat("no event of a run")
        records = Records(self._source, _observed, _written)
        *_, last = self._runs.values()
        are_ends_told = any(run.has_ended for run in self._runs.values())
        for run in self._runs.values():
            run.is_broken = not run.has_ended and (are_ends_told or run is last)
            above = next((id_ for id_ in reversed(run.parents) if id_ in self._runs), "")
            records.add(run.parents[0] if run.parents else run.id, _row(run, above))
        records.notices += self.notices
        records.notices += self._odd()
        return records.reading()

    def _odd(self) -> Iterator[Notice]:
        if self._unknown:
            yield Notice("", not_known(self._unknown))
        broken = [run for run in self._runs.values() if run.is_broken]
        if broken:
            some = ", ".join(dict.fromkeys(run.name for run in reversed(broken[-4:])))
            what = "run has" if len(broken) == 1 else "runs have"
            yield Notice("", f"the stream breaks off: {len(broken)} {what} not ended, {some} last of all")
        calls = (run for run in self._runs.values() if run.says is Kind.MODEL_CALL)
        if any(b'"content=' in bytes(run.input) for run in calls):
            yield Notice(
                "",
                "messages were written as Python prints them, which does not tell a system's from a person's: "
                "`langchain_core.load.dumps` writes them whole",
            )


def _written(run: _Run) -> list[Any] | None:
    """The bytes of a run; None where its words are not there as they are, since they came in pieces or as Python prints them."""
    raws = [run.input, run.output, run.error]
    return None if run.chunks or any(b"content=" in bytes(raw) for raw in raws) else raws


def _row(run: _Run, above: str) -> tuple[Any, ...]:
    kind = run.says
    metadata = document_of(run.metadata)
    agent, name = _langgraph.agent(metadata, kind), run.name
    if kind is Kind.OPAQUE and agent and agent == name:
        kind = Kind.AGENT_INVOCATION
    is_call = kind is Kind.MODEL_CALL
    said = _reply(run) if is_call else {}
    used = _langchain.usage(said)
    return (
        run.id,
        above,
        KIND_NUMBER[kind],
        name,
        agent,
        (loose.text(metadata.get("ls_model_name")) or _langchain.model(said)) if is_call else "",
        NOT_RECORDED,
        NOT_RECORDED,
        STATUS_NUMBER[_status(run)],
        column(used.input_tokens),
        column(used.output_tokens),
        nan,
        run,
    )


def _status(run: _Run) -> Status:
    if run.has_failed:
        return Status.ERROR
    if run.says is Kind.TOOL_EXECUTION and error_in(tool_message(_langchain.fields(_value(run.output)))):
        return Status.ERROR
    return Status.OK if run.has_ended else Status.UNSET


def _value(raw: msgspec.Raw) -> Json:
    try:
        value: Json = _salvage.loads(memoryview(raw))
    except ValueError:
        return _salvage.repaired(memoryview(raw))
    return value


def _reply(run: _Run) -> dict[str, Json]:
    """The fields of what a model said, put together where it did not end."""
    if run.chunks:
        return _langchain.joined(map(_value, run.chunks))
    output = _value(run.output)
    several = loose.mapping(output).get("generations")
    while isinstance(several, list):  # a batch of candidates; of old models a text alone
        several = several[0] if several else None
    if isinstance(several, dict):
        message = several.get("message")
        return _langchain.fields(message) or {"type": "ai", "content": several.get("text")}
    return _langchain.fields(output)


def _observed(run: _Run) -> Observed:
    kind = run.says
    metadata = document_of(run.metadata)
    given, output = _value(run.input), _value(run.output)
    raw = {"run_id": run.id, "name": run.name, "metadata": metadata, "input": given, "output": output}
    error = _value(run.error)
    told = Observed(
        kind, run.name, error=_error(error), raw={**raw, "error": error} if run.has_failed else raw
    )
    if kind is Kind.MODEL_CALL:
        said = _reply(run)
        return replace(
            told,
            input=_asked(given),
            output=said or output,
            params={
                key.removeprefix("ls_"): metadata[key]
                for key in ("ls_temperature", "ls_max_tokens", "ls_stop")
                if key in metadata
            },
            finish_reason="interrupted" if run.is_broken else "",
            usage=_langchain.usage(said),
            response_model=_langchain.model(said),
            provider=loose.text(metadata.get("ls_provider")),
        )
    if kind is Kind.TOOL_EXECUTION:
        said = _langchain.fields(output)
        is_message = bool(tool_message(said))
        is_exact = isinstance(given, dict) and not _is_text_of_object(given)
        return replace(
            told,
            input=bytes(run.input).decode("utf-8", "replace") if is_exact else given,
            is_exact=is_exact,
            output=said if is_message else output,
            has_output=run.has_ended and not run.has_failed,
            call_id=loose.text(_value(run.call_id)),
        )
    return replace(told, input=given, output=output)


def _is_text_of_object(given: dict[str, Json]) -> bool:
    """Arguments as LangChain's JavaScript has them: JSON as text under one key."""
    text = given.get("input")
    return len(given) == 1 and isinstance(text, str) and isinstance(loose.parsed(text), dict)


def _asked(given: Json) -> Json:
    """The prompt of a model; of several that were asked at once the first. What Python printed is read."""
    asked = loose.mapping(given).get("messages", loose.mapping(given).get("prompts", given))
    while isinstance(asked, list) and asked and isinstance(asked[0], list):
        asked = asked[0]
    if not isinstance(asked, list):
        return given
    return [_langchain.printed(item) or item if isinstance(item, str) else item for item in asked]


def _error(value: Json) -> str:
    told = loose.mapping(value)
    words = loose.text(value) or loose.text(told.get("repr")) or loose.text(told.get("message"))
    return words or ("" if value is None else loose.encoded(value))


READER = Reader(
    FORMAT,
    "events of LangChain and LangGraph (astream_events)",
    sniff,
    read,
    marks=("event", "run_id", "data", "parent_ids"),
    needs=(
        b'"on_chain_', b'"on_chat_model_', b'"on_llm_', b'"on_tool_', b'"on_retriever_', b'"on_prompt_', b'"on_parser_',
        b'"on_custom_event"',
    ),
)  # fmt: skip
