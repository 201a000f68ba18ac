"""From decoded spans to columns, a window of spans at a time: what can be done for all of them at once is done in C."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from math import nan
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeAlias

import msgspec
from msgspec.structs import astuple

from replaydbg.core.columns import NOT_RECORDED, Row, taker
from replaydbg.core.message import Json
from replaydbg.readers import _dialects
from replaydbg.readers._assembly import NO_COUNTS, Assembly, counted, known, whole_count
from replaydbg.readers._attributes import number, raw_any_value
from replaydbg.readers._dialect_native import IDS, PARENT_ID, STEP_ID, TRACE_ID
from replaydbg.readers._salvage import UNREADABLE
from replaydbg.readers._span import Counts
from replaydbg.readers._span_fields import LAST_NS, span_id, status, trace_id

_KEY, _VALUE = attrgetter("key"), attrgetter("value")

_REMEMBERED_MAX = 4096
"""Of layouts, and of what is known of spans: a run has some dozens; a file that makes them up must not fill memory."""

_ROWS_MAX = 4096
"""Rows collected before they go into the columns."""

_ZEROS = "0" * 16

_FAILED = SimpleNamespace(code=2)
"""A status, as spans have it."""


class _Integer(msgspec.Struct, gc=False):
    intValue: int  # noqa: N815 - as OTLP writes it


_INTEGER = msgspec.json.Decoder(_Integer, strict=False)

_Counter: TypeAlias = Callable[[Sequence[Any]], tuple[int, int, float]]


class _Seen(NamedTuple):
    """What the columns hold of a span, and how its tokens and cost are found."""

    facts: tuple[int, str, str, str]
    counter: _Counter | None
    has_failed: bool


class _Layout:
    """Where spans of this name that have these keys, in this order, hold what the columns want."""

    __slots__ = ("_counted", "ids", "keys", "name", "seen", "wanted")

    def __init__(self, name: str, keys: list[str]) -> None:
        self.name = name
        self.keys = keys
        self.wanted: Callable[[Any], Sequence[Any]] = taker(_places(keys, _dialects.WANTED))
        self._counted = {keys[at]: at for at in _places(keys, _dialects.COUNTED)}
        self.ids = [(keys[at], at) for at in _places(keys, IDS)]
        """In our own files attributes hold the ids that a span cannot have."""
        self.seen: dict[bytes, _Seen] = {}
        """By the values of the wanted attributes, one after another: each is a whole JSON object, so they stay apart."""

    def learn(self, values: bytes, pairs: Any) -> _Seen:
        if len(self.seen) >= _REMEMBERED_MAX:
            self.seen.clear()
        wanted = {pair.key: raw_any_value(pair.value) for pair in self.wanted(pairs)}
        kind, facts, counts = known(wanted, self.name or "")
        counter = _counter(counts, self._counted) if counts and self._counted else None
        seen = self.seen[values] = _Seen((kind, *facts[1:4]), counter, facts.failed)
        return seen


def _counter(where: Counts, at: Mapping[str, int]) -> _Counter:
    """Reads tokens and cost of spans that hold their attributes at these places."""
    if where.unfold is not None:
        return lambda pairs: counted(
            where, {key: raw_any_value(pairs[place].value) for key, place in at.items()}
        )
    tokens_in = next((at[key] for key in where.input_tokens if key in at), None)
    tokens_out = next((at[key] for key in where.output_tokens if key in at), None)
    cost = at.get(where.cost_usd)
    if tokens_in is not None and tokens_out is not None and cost is None:
        return partial(_both_counts, tokens_in, tokens_out)

    def count(pairs: Sequence[Any]) -> tuple[int, int, float]:
        return (
            NOT_RECORDED if tokens_in is None else _tokens(pairs[tokens_in].value),
            NOT_RECORDED if tokens_out is None else _tokens(pairs[tokens_out].value),
            nan if cost is None else number(raw_any_value(pairs[cost].value)),
        )

    return count


def _both_counts(tokens_in: int, tokens_out: int, pairs: Sequence[Any]) -> tuple[int, int, float]:
    """Nearly all: two numbers, as they should be."""
    first, second = pairs[tokens_in].value, pairs[tokens_out].value
    try:
        asked, said = _INTEGER.decode(first).intValue, _INTEGER.decode(second).intValue
    except UNREADABLE:
        return _tokens(first), _tokens(second), nan
    if 0 <= asked <= LAST_NS >= said >= 0:
        return asked, said, nan
    return _tokens(first), _tokens(second), nan


class Rows:
    """Adds spans to an assembly. Spans of one name mostly have the same keys in the same order."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self._by_name: dict[str, _Layout] = {}
        self._by_keys: dict[tuple[str, ...], _Layout] = {}
        self._rows: list[tuple[Any, ...]] = []
        self._own: dict[int, dict[str, Json]] = {}

    def add(self, spans: Iterable[Any], handles: Iterable[Any]) -> None:
        rows, by_name = self._rows, self._by_name.get
        for fields, handle in zip(map(astuple, spans), handles, strict=True):
            trace, id_, parent, name, start, end, state, pairs = fields
            keys = list(map(_KEY, pairs or ()))
            layout = by_name(name)
            if layout is None or layout.keys != keys:
                layout = self._layout(name, keys)
            values = b"".join(map(_VALUE, layout.wanted(pairs)))
            facts, counter, has_failed = layout.seen.get(values) or layout.learn(values, pairs)
            if has_failed:
                state = _FAILED
            if layout.ids:
                self._own[len(rows)] = {key: raw_any_value(pairs[at].value) for key, at in layout.ids}
            counts = NO_COUNTS if counter is None else counter(pairs)
            rows.append((trace, id_, parent, facts, start, end, state, counts, handle))
        if len(rows) >= _ROWS_MAX:
            self.flush()

    def flush(self) -> None:
        """Hand over what was collected."""
        if not self._rows:
            return
        traces, ids, parents, facts, starts, ends, states, counts, handles = zip(*self._rows, strict=True)
        columns = (
            _identities(ids), _identities(parents), *zip(*facts, strict=True),
            _moments(starts), _moments(ends), _statuses(states), *zip(*counts, strict=True), handles,
        )  # fmt: skip
        if self._own or len(set(traces)) > 1:
            for number, (trace, row) in enumerate(zip(traces, zip(*columns, strict=True), strict=True)):
                self._add(trace, row, self._own.get(number, {}))
        else:
            self._assembly.extend(trace_id(traces[0]), columns)
        self._rows.clear()
        self._own.clear()

    def _add(self, trace: Json, row: Row, own: dict[str, Json]) -> None:
        id_, parent, *rest = row
        id_, parent = own.get(STEP_ID) or id_, own.get(PARENT_ID) or parent
        self._assembly.add_row(own.get(TRACE_ID) or trace_id(trace), (id_, parent, *rest))

    def _layout(self, name: str, keys: list[str]) -> _Layout:
        for remembered in (self._by_name, self._by_keys):
            if len(remembered) >= _REMEMBERED_MAX:
                remembered.clear()
        layout = self._by_keys.get((name, *keys))
        if layout is None:
            layout = self._by_keys[name, *keys] = _Layout(name, keys)
        self._by_name[name] = layout
        return layout


def _places(keys: list[str], wanted: frozenset[str]) -> list[int]:
    return [at for at, key in enumerate(keys) if key in wanted]


def _identities(values: Sequence[Any]) -> Sequence[str]:
    """Ids of spans. Nearly always all of them are as they should be, which one look at them together tells."""
    try:
        together = "".join(values)
    except TypeError:  # some are absent
        return list(map(span_id, values))
    regular = set(map(len, values)) <= {0, 16} and together == together.lower()
    if regular and "0x" not in together and _ZEROS not in together:
        return values
    return list(map(span_id, values))


def _moments(values: Sequence[Any]) -> Sequence[int]:
    try:
        if min(values) > 0 and max(values) <= LAST_NS:
            return values
    except TypeError:  # some are absent
        pass
    return [value if value is not None and 0 < value <= LAST_NS else NOT_RECORDED for value in values]


def _statuses(values: Sequence[Any]) -> list[int]:
    known: dict[Any, int] = {}
    found = []
    for value in values:
        code = None if value is None else value.code
        number = known.get(code)
        if number is None:
            number = known[code] = status(code)
        found.append(number)
    return found


def _tokens(raw: msgspec.Raw) -> int:
    try:
        count: int = _INTEGER.decode(raw).intValue
    except UNREADABLE:  # of another type
        return whole_count(raw_any_value(raw))
    return count if 0 <= count <= LAST_NS else NOT_RECORDED
