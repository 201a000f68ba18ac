"""LangSmith runs: what `list_runs` gives, what the UI copies, and what the SDK sends while a program runs.

Shapes: an array of runs, one for each line, `{runs: [...]}`, one run with its `child_runs` inside, and the operations of
the SDK (`{post: [...], patch: [...]}`, or one for each line), in which a run is created first and completed later: what
is said of one id is one step. Parents stand in `parent_run_id`, or in `dotted_order` only.

Get one: `json.dump([run.dict() for run in Client().list_runs(trace_id=TRACE_ID)], file, default=str)` with LangSmith's
Python SDK, or *Copy run as JSON* in its UI
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial as bound
from math import nan
from typing import Any

import msgspec

from replaydbg.core.columns import KIND_NUMBER, STATUS_NUMBER, Row
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.core.step import NO_USAGE, Kind, Status, Usage
from replaydbg.readers import _containers, _exports, _salvage
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._attributes import number
from replaydbg.readers._payloads import error_in, tool_message
from replaydbg.readers._records import (
    Observed,
    column,
    document_of,
    moment_ns,
    object_of_key,
    row_id,
    seen_of,
    text_of_key,
)
from replaydbg.readers._windows import WINDOW_BITS, windows
from replaydbg.wire import loose

FORMAT = "langsmith"
_OPENING = re.compile(rb'"(?:runs|post|patch|child_runs)"\s*:\s*\[')


# ---- which files ------------------------------------------------------------------------------------------------


def _sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    if isinstance(first, dict):
        for key in ("runs", "post", "patch"):
            if isinstance(first.get(key), list):
                first = first[key]
                break
    if isinstance(first, list):
        first = first[0] if first else None
    if not isinstance(first, dict):
        return 0.0
    if "dotted_order" in first:
        return 0.95
    if "run_type" in first and {"trace_id", "parent_run_id", "session_name", "session_id"} & first.keys():
        return 0.9
    return 0.6 if {"run_type", "inputs"} <= first.keys() else 0.0


# ---- structure --------------------------------------------------------------------------------------------------

_FIELDS = (
    "id", "name", "run_type", "start_time", "end_time", "parent_run_id", "trace_id", "dotted_order", "status", "error",
    "prompt_tokens", "completion_tokens", "total_cost",
)  # fmt: skip
_SEVERAL = ("runs", "post", "patch")
"""Where several runs stand in one record."""
_NONE = msgspec.Raw(b"null")
_RUN = msgspec.json.Decoder(
    msgspec.defstruct(
        "Run",
        [
            *((name, Any, None) for name in _FIELDS),
            *((name, msgspec.Raw, _NONE) for name in ("outputs", "extra", "child_runs", *_SEVERAL)),
        ],
        gc=False,
    )
)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


def _read(document: Document, partial: bool) -> Iterator[Reading]:
    runs = yield from _exports.read(document, partial, _Runs)
    if not len(runs):
        raise NotThisFormat("there is no run in the document")
    yield runs.reading()


_Handle = msgspec.Raw | int
"""The text of a run; of one that is a line of the file only where it stands, which is a fifth of the size."""
_LENGTH_BITS = 32


def _place(start: int, length: int) -> int:
    return start << _LENGTH_BITS | length


_Told = tuple[Any, ...]
"""The id of a run, and then a `_Handle` for each time that it was told of: the handle of its row."""


def _raws(buffer: memoryview, told: _Told) -> tuple[msgspec.Raw, ...]:
    return tuple(_raw(buffer, handle) if isinstance(handle, int) else handle for handle in told[1:])


def _raw(buffer: memoryview, place: int) -> msgspec.Raw:
    start, length = _start_and_length(place)
    return msgspec.Raw(buffer[start : start + length])


def _start_and_length(place: int) -> tuple[int, int]:
    return place >> _LENGTH_BITS, place & ((1 << _LENGTH_BITS) - 1)


class _Written:
    """The bytes of a run: of a line the windows that it lies in."""

    def __init__(self, buffer: memoryview) -> None:
        self._buffer = buffer
        self._windows: list[memoryview] = []

    def __call__(self, told: _Told) -> Iterator[Any]:
        self._windows = self._windows or windows(self._buffer)
        for handle in told[1:]:
            if isinstance(handle, int):
                start, length = _start_and_length(handle)
                yield from self._windows[start >> WINDOW_BITS : (start + length >> WINDOW_BITS) + 1]
            else:
                yield handle


class _Runs(_exports.Export):
    """The runs of one file by id, since what is said of one may stand in several places."""

    def __init__(self, document: Document) -> None:
        buffer = document.buffer
        super().__init__(document, FORMAT, bound(_observed, buffer), _Written(buffer))
        self._buffer = document.buffer
        self._told: dict[str, _Told] = {}
        self._is_told_twice = False
        """Whether something was said of a run after its row was made."""

    def __len__(self) -> int:
        return len(self._told)

    def add(self, record: _containers.Record) -> None:
        raw = msgspec.Raw(record.raw)
        try:
            seen = _RUN.decode(raw)
        except _salvage.UNREADABLE:
            self._salvage(record)
            return
        several = [name for name in _SEVERAL if getattr(seen, name) is not _NONE]
        for name in several:
            for place, one in enumerate(_listed(getattr(seen, name))):
                self._add(one, f"{record.place}/{name}/{place}")
        if not several:
            is_line = record.start >= 0
            self._add(raw, record.place, seen, _place(record.start, len(record.raw)) if is_line else raw)

    def _salvage(self, record: _containers.Record) -> None:
        """The runs of a record that is no JSON: damaged, or with a NaN in it."""
        inside = list(_salvage.objects_in_arrays(record.raw, _OPENING))
        for start, end, _ in inside:
            self._add(msgspec.Raw(record.raw[start:end]), record.place or f"byte {start}")
        before = len(self)
        self._add(msgspec.Raw(record.raw), record.place)
        try:
            _salvage.loads(record.raw)
        except ValueError:
            if len(self) > before or inside:
                said = "damaged: only what stands before the damage was read"
                self.records.notices.append(Notice(record.place or "byte 0", said))

    def _add(self, raw: msgspec.Raw, place: str, seen: Any = None, handle: _Handle | None = None) -> None:
        waiting = [raw]
        while waiting:
            raw = waiting.pop()
            seen = seen or seen_of(raw, _RUN)
            id_ = _id(seen)
            if not id_ or not (seen.run_type or seen.dotted_order or seen.trace_id or id_ in self._told):
                if bytes(memoryview(raw)[:1]) == b"{":
                    self.records.notices.append(Notice(place, "a record that is no run, left out"))
                seen = handle = None
                continue
            known = self._told.get(id_, (id_,))
            self._told[id_] = told = (*known, raw if handle is None else handle)
            if len(known) == 1:
                self._add_row(seen, told)
            else:
                self._is_told_twice = True
            if seen.child_runs is not _NONE:
                waiting += reversed(_listed(seen.child_runs))
            seen = handle = None

    def _add_row(self, seen: Any, told: _Told) -> None:
        trace_id, row = _row(seen, told)
        parent = self._told.get(row[1])
        if parent is not None:  # one text for the same id
            row = (row[0], parent[0], *row[2:])
        self.records.add(trace_id, row)

    def reading(self, fraction: float = 1.0, *, complete: bool = True) -> Reading:
        if self._is_told_twice:
            self.records.forget_rows()
            for told in self._told.values():
                self._add_row(_merged(_raws(self._buffer, told)), told)
            self._is_told_twice = False
        return super().reading(fraction, complete=complete)


def _listed(raw: msgspec.Raw) -> list[msgspec.Raw]:
    try:
        return _LIST.decode(raw)
    except _salvage.UNREADABLE:
        return []


def _id(seen: Any) -> str:
    """The id of a run. The JavaScript SDK leaves it out where it completes one; the order still ends with it."""
    return row_id(seen.id) or loose.text(seen.dotted_order).rpartition(".")[2].rpartition("Z")[2]


def _merged(raws: Iterable[msgspec.Raw]) -> Any:
    """The fields of a run that was told in several operations: later ones complete earlier ones."""
    whole, *later = (seen_of(raw, _RUN) for raw in raws)
    for seen in later:
        for name in (*_FIELDS, "outputs", "extra"):
            value = getattr(seen, name)
            if value not in (None, _NONE, msgspec.Raw(b"{}")):
                setattr(whole, name, value)
    return whole


def _row(seen: Any, told: _Told) -> tuple[str, Row]:
    """The trace and the row of a run."""
    parent, trace_id = row_id(seen.parent_run_id), row_id(seen.trace_id)
    if not trace_id or (not parent and trace_id != _id(seen)):
        path = [part.rpartition("Z")[2] for part in loose.text(seen.dotted_order).split(".")]
        parent = parent or (path[-2] if len(path) > 1 else "")
        trace_id = trace_id or path[0] or _id(seen)
    extra = bytes(seen.extra)
    kind, name, agent = _kind(seen, extra)
    is_call = kind is Kind.MODEL_CALL
    tokens = _tokens(seen, _said(seen)) if is_call else (None, None)
    row = (
        told[0],
        parent,
        KIND_NUMBER[kind],
        name,
        agent,
        _model(extra) if is_call else "",
        moment_ns(seen.start_time),
        moment_ns(seen.end_time),
        STATUS_NUMBER[_status(seen, kind)],
        column(tokens[0]),
        column(tokens[1]),
        number(seen.total_cost) if is_call else nan,
        told,
    )
    return trace_id, row


# ---- facts ------------------------------------------------------------------------------------------------------

_KINDS = {"llm": Kind.MODEL_CALL, "tool": Kind.TOOL_EXECUTION, "retriever": Kind.RETRIEVAL}


def _kind(seen: Any, extra: bytes) -> tuple[Kind, str, str]:
    """Kind, name and agent. LangChain says which agent a run is of; the run that bears its name is the agent."""
    name = loose.text(seen.name)
    agent = text_of_key(extra, b"lc_agent_name")
    kind = _KINDS.get(loose.text(seen.run_type), Kind.OPAQUE)
    if kind is Kind.OPAQUE and (name == "AgentExecutor" or (agent and name == agent)):
        return Kind.AGENT_INVOCATION, name, name
    return kind, name or loose.text(seen.run_type) or "run", agent


def _model(extra: bytes) -> str:
    keys = (b"ls_model_name", b"model_name", b"model")
    return next(filter(None, (text_of_key(extra, key) for key in keys)), "")


def _status(seen: Any, kind: Kind) -> Status:
    """LangGraph stops to ask a person by an exception, which is no error; a tool's error may be told in its message only."""
    error = loose.text(seen.error)
    if seen.status == "interrupted" or error.startswith("GraphInterrupt("):
        return Status.UNSET
    if seen.status == "error" or error:
        return Status.ERROR
    told = kind is Kind.TOOL_EXECUTION and b'"error"' in bytes(seen.outputs)
    if told and error_in(tool_message(document_of(seen.outputs))):
        return Status.ERROR
    return Status.OK if seen.status == "success" else Status.UNSET


def _tokens(seen: Any, said: dict[str, Json]) -> tuple[int | None, int | None]:
    """What LangSmith counted, else what the reply itself says; its zeros may only mean that nobody counted."""
    counted = seen.prompt_tokens, seen.completion_tokens
    if (
        type(counted[0]) is int
        and type(counted[1]) is int
        and 0 < min(counted) <= max(counted) < loose.COUNT_END
    ):
        return counted
    return (
        loose.count(said.get("input_tokens", said.get("prompt_tokens", counted[0]))),
        loose.count(said.get("output_tokens", said.get("completion_tokens", counted[1]))),
    )


def _said(seen: Any) -> dict[str, Json]:
    """The tokens that a reply tells, under LangChain's names or OpenAI's."""
    outputs = bytes(seen.outputs)
    found = (object_of_key(outputs, key) for key in (b"usage_metadata", b"token_usage", b"usage"))
    return next(filter(None, found), {})


def _usage(seen: Any) -> Usage:
    said = _said(seen)
    details = {
        name: value
        for key, part in said.items()
        if key.endswith("_details")
        for name, value in loose.mapping(part).items()
    }
    return Usage(
        *_tokens(seen, said),
        loose.count(details.get("cache_read", details.get("cached_tokens"))),
        loose.count(details.get("reasoning", details.get("reasoning_tokens"))),
    )


# ---- bodies -----------------------------------------------------------------------------------------------------

_NO_PARAMS = frozenset({"extra_headers", "extra_query", "extra_body", "stream", "stream_options"})
"""What the wrapped client was handed besides the parameters of the model."""


def _observed(buffer: memoryview, told: _Told) -> Observed:
    raws = _raws(buffer, told)
    seen = _merged(raws)
    document = _document(raws)
    kind, name, _ = _kind(seen, bytes(seen.extra))
    inputs, outputs = document.get("inputs"), document.get("outputs")
    extra = loose.mapping(document.get("extra"))
    asked = loose.mapping(extra.get("invocation_params"))
    given = loose.mapping(inputs)
    params = asked or {key: value for key, value in given.items() if key not in _NO_PARAMS}
    reply = bytes(seen.outputs)
    is_call = kind is Kind.MODEL_CALL
    return Observed(
        kind=kind,
        name=name,
        input=inputs if is_call else _only(inputs, "input"),
        output=outputs if is_call else _only(outputs, "output"),
        has_output=bool(outputs),
        offers=(asked.get("tools"), asked.get("functions"), given.get("tools"), given.get("functions")),
        params=params if is_call else None,
        call_id=text_of_key(bytes(seen.extra), b"tool_call_id"),
        finish_reason=text_of_key(reply, b"finish_reason") if is_call else "",
        error=loose.text(document.get("error")),
        usage=_usage(seen) if is_call else NO_USAGE,
        response_model=loose.text(loose.mapping(outputs).get("model")) or text_of_key(reply, b"model_name"),
        provider=loose.text(loose.mapping(extra.get("metadata")).get("ls_provider")),
        raw=document,
    )


def _document(raws: tuple[msgspec.Raw, ...]) -> dict[str, Json]:
    """A run as it was told, in one piece. Its children are steps of their own."""
    whole: dict[str, Json] = {}
    for raw in raws:
        told = document_of(raw)
        whole |= {
            key: value for key, value in told.items() if key not in whole or value not in (None, {}, [])
        }
    whole.pop("child_runs", None)
    return whole


def _only(value: Json, key: str) -> Json:
    """What stands under the one key that LangChain makes of a value that is no mapping."""
    return value[key] if isinstance(value, dict) and value.keys() == {key} else value


READER = Reader(
    FORMAT, "LangSmith runs (list, lines, operations of the SDK)", _sniff, _read,
    marks=("run_type", "dotted_order", "trace_id"), needs=(b'"dotted_order"', b'"run_type"'),
)  # fmt: skip
