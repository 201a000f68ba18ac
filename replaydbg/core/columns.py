"""The columns that readers fill: one growable array for each fact of a step, no object per step.

A trace of a million steps is normal input. Rows are added in file order (children often before parents);
`arrange` puts them into pre-order, which is the order of the screen, once the structure is known.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, repeat
from operator import eq, itemgetter, le
from struct import error, pack
from typing import Any, TypeAlias

from replaydbg.core.finding import Notice
from replaydbg.core.rest import rest
from replaydbg.core.step import KINDS, STATUSES, Body, Kind, Status
from replaydbg.core.trace import Source, Trace

KIND_NUMBER = {kind: number for number, kind in enumerate(KINDS)}
STATUS_NUMBER = {status: number for number, status in enumerate(STATUSES)}

NOT_RECORDED = -1
"""In the time and token columns. Cost uses NaN."""

NUMBER_END = 1 << 63
"""Numbers from here on fit no column, and are no time and no count: they are not recorded."""


class _Numbers(dict[str, int]):
    """Numbers of strings in order of appearance. `__missing__`, so that known strings are looked up in C."""

    def __missing__(self, string: str) -> int:
        number = self[string] = len(self)
        return number


class Names:
    """Interned strings: a trace of a million steps has some dozens of different names."""

    __slots__ = ("_numbers", "number")

    def __init__(self) -> None:
        self._numbers = _Numbers({"": 0})
        self.number: Callable[[str], int] = self._numbers.__getitem__

    @property
    def strings(self) -> list[str]:
        return list(self._numbers)


Row: TypeAlias = tuple[str, str, int, str, str, str, int, int, int, int, int, float, Any]
"""id, parent id, kind number, name, agent, model, start, end, status number, tokens in, tokens out, cost, handle."""


class Columns:
    """Rows of one trace in file order. `handles` are what `decode` turns into bodies: raw bytes, offsets, or bodies."""

    __slots__ = (
        "agents",
        "costs",
        "ends_ns",
        "handles",
        "ids",
        "input_tokens",
        "kinds",
        "models",
        "names",
        "output_tokens",
        "parent_ids",
        "starts_ns",
        "statuses",
        "strings",
    )

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.parent_ids: list[str] = []
        self.kinds = array("b")
        self.names = array("i")
        self.agents = array("i")
        self.models = array("i")
        self.starts_ns = array("q")
        self.ends_ns = array("q")
        self.statuses = array("b")
        self.input_tokens = array("q")
        self.output_tokens = array("q")
        self.costs = array("d")
        self.handles: list[Any] = []
        self.strings = Names()

    def __len__(self) -> int:
        return len(self.ids)

    def add(
        self,
        *,
        id: str,  # noqa: A002 - the word of the format and of the screen
        kind: Kind,
        name: str,
        handle: Any,
        parent_id: str = "",
        agent: str = "",
        model: str = "",
        start_ns: int = NOT_RECORDED,
        end_ns: int = NOT_RECORDED,
        status: Status = Status.UNSET,
        input_tokens: int = NOT_RECORDED,
        output_tokens: int = NOT_RECORDED,
        cost_usd: float = float("nan"),
    ) -> None:
        number = self.strings.number
        if max(start_ns, end_ns, input_tokens, output_tokens) >= NUMBER_END:
            start_ns, end_ns = _held(start_ns), _held(end_ns)
            input_tokens, output_tokens = _held(input_tokens), _held(output_tokens)
        self.ids.append(id)
        self.parent_ids.append(parent_id)
        self.kinds.append(KIND_NUMBER[kind])
        self.names.append(number(name))
        self.agents.append(number(agent))
        self.models.append(number(model))
        self.starts_ns.append(start_ns)
        self.ends_ns.append(end_ns)
        self.statuses.append(STATUS_NUMBER[status])
        self.input_tokens.append(input_tokens)
        self.output_tokens.append(output_tokens)
        self.costs.append(cost_usd)
        self.handles.append(handle)

    def extend(self, rows: Sequence[Row]) -> None:
        """Add many rows at a time: several times as fast as `add`."""
        if rows:
            self.extend_columns(*zip(*rows, strict=True))

    def extend_columns(  # noqa: PLR0917 - in the order of `Row`
        self,
        ids: Iterable[str],
        parent_ids: Iterable[str],
        kinds: Iterable[int],
        names: Iterable[str],
        agents: Iterable[str],
        models: Iterable[str],
        starts_ns: Iterable[int],
        ends_ns: Iterable[int],
        statuses: Iterable[int],
        input_tokens: Iterable[int],
        output_tokens: Iterable[int],
        costs: Iterable[float],
        handles: Iterable[Any],
    ) -> None:
        """Add many rows, column by column."""
        number = self.strings.number
        self.ids += ids
        # One text for all children of a parent: the others are gone before the next rows come, and leave no holes behind.
        named, known = list(parent_ids), dict[str, str]()
        self.parent_ids += map(known.setdefault, named, named)
        for column, values in (
            (self.kinds, kinds), (self.names, map(number, names)), (self.agents, map(number, agents)),
            (self.models, map(number, models)), (self.starts_ns, starts_ns), (self.ends_ns, ends_ns),
            (self.statuses, statuses), (self.input_tokens, input_tokens), (self.output_tokens, output_tokens),
            (self.costs, costs),
        ):  # fmt: skip
            _extend(column, values)
        self.handles += handles


def _extend(column: array[Any], values: Iterable[Any]) -> None:
    """As `column.extend(values)`, which takes three times as long to look into each number."""
    numbers = tuple(values)
    try:
        packed = pack(f"{len(numbers)}{column.typecode}", *numbers)
    except error:
        packed = pack(f"{len(numbers)}{column.typecode}", *map(_held, numbers))
    column.frombytes(packed)


def _held(number: int) -> int:
    return number if -NUMBER_END <= number < NUMBER_END else NOT_RECORDED


@dataclass(frozen=True, slots=True)
class Arranged:
    trace: Trace
    notices: tuple[Notice, ...]


def arrange(columns: Columns, *, trace_id: str, source: Source, decode: Callable[[Any], Body]) -> Arranged:
    """Put rows into pre-order and freeze them as a `Trace`; `columns` may go on growing afterwards.

    Siblings stand in order of their start, or in file order where a start is missing. A parent that is not in the
    file makes its children roots; parents that form a ring are cut at the first row; a repeated id is renamed
    (`id~2`). Each of these is a notice. An empty id says that there is none: such steps get one.
    """
    notices: list[Notice] = []
    ids, row_of = columns.ids, _rows_of(columns.ids)
    if len(row_of) < len(ids) or "" in row_of:
        ids = _unique(ids, notices)
        row_of = _rows_of(ids)
    parents = _parents(columns, row_of, notices)
    order, depths = _pre_order(parents, columns.starts_ns, ids, notices)
    position = array("i", bytes(4 * len(order)))
    for new, old in enumerate(order):
        position[old] = new
    position.append(-1)  # where the parent -1 of a root points to
    put = {
        name: _room_for(getattr(columns, name)) for name in _BY_ROW
    }  # what grows piece by piece takes more
    above = _room_for(parents)
    for start in range(0, len(order), AT_ONCE):
        rest()
        take, stretch = _taker_of(order, start), slice(start, start + AT_ONCE)
        for name, column in put.items():
            column[stretch] = _as_in(column, take(ids if name == "ids" else getattr(columns, name)))
        above[stretch] = _as_in(above, taker(take(parents))(position))
    strings = columns.strings.strings
    trace = Trace(
        id=trace_id, source=source, parents=above, depths=depths, strings=strings, decode=decode, **put
    )
    return Arranged(trace, tuple(notices))


_BY_ROW = (
    "ids", "kinds", "names", "agents", "models", "starts_ns", "ends_ns", "statuses", "input_tokens", "output_tokens",
    "costs", "handles",
)  # fmt: skip

AT_ONCE = 4096
"""Rows that one call in C is given: until it returns no other thread has the interpreter, the screen's among them."""


def _room_for(column: Any) -> Any:
    """A column of the same kind and length."""
    rest()
    return ([None] if isinstance(column, list) else array(column.typecode, [0])) * len(column)


def _as_in(column: Any, values: Sequence[Any]) -> Any:
    """The values as a piece that the column takes."""
    if isinstance(column, list) or isinstance(values, array):
        return values
    piece = array(column.typecode)
    _extend(piece, values)
    return piece


def _rows_of(ids: list[str]) -> dict[str, int]:
    row_of: dict[str, int] = {}
    for start in range(0, len(ids), AT_ONCE):
        rest()
        row_of.update(zip(ids[start : start + AT_ONCE], count(start)))
    return row_of


def _taker_of(order: array[int], start: int) -> Callable[[Any], Sequence[Any]]:
    """Takes what belongs into the next rows from `start` on. Where they stay where they are it is a slice."""
    rows = order[start : start + AT_ONCE]
    end = start + len(rows)
    return itemgetter(slice(start, end)) if rows == array("i", range(start, end)) else taker(rows)


def taker(order: Sequence[int]) -> Callable[[Any], Sequence[Any]]:
    """Takes the items at these places out of a sequence: one call in C, three times as fast as a loop."""
    if len(order) > 1:
        return itemgetter(*order)
    return lambda column: [column[at] for at in order]


_WITHOUT = "no-id"


def _unique(ids: list[str], notices: list[Notice]) -> list[str]:
    seen: dict[str, int] = {}
    taken = {*ids, _WITHOUT}
    unique = []
    for given in ids:
        id_ = given or _WITHOUT
        times = seen[id_] = seen.get(id_, 0) + 1
        if times > 1:
            if given:
                notices.append(
                    Notice(
                        id_, f"the id {id_!r} occurs {times} times; the later step is shown as {id_}~{times}"
                    )
                )
            id_ = f"{id_}~{times}"
            while id_ in taken:
                id_ += "~"
            taken.add(id_)
        unique.append(id_)
    return unique


def _parents(columns: Columns, row_of: dict[str, int], notices: list[Notice]) -> array[int]:
    if not any(columns.parent_ids):
        return array("i", [-1]) * len(columns)
    row_of.pop("", None)  # an empty parent id means none, whatever ids there are
    parents, are_known = array("i"), True
    for start in range(0, len(columns), AT_ONCE):
        rest()
        named = columns.parent_ids[start : start + AT_ONCE]
        rows = tuple(map(row_of.get, named, repeat(-1)))
        are_known = are_known and rows.count(-1) == named.count("") and not any(map(eq, rows, count(start)))
        _extend(parents, rows)
    if are_known:
        return parents
    orphans: dict[str, int] = {}
    for row, (parent, parent_id) in enumerate(zip(parents, columns.parent_ids, strict=True)):
        if parent == row:
            parent = parents[row] = -1  # noqa: PLW2901
        if parent < 0 and parent_id:
            orphans[parent_id] = orphans.get(parent_id, 0) + 1
    for parent_id, times in orphans.items():
        noun = "step" if times == 1 else "steps"
        notices.append(
            Notice(parent_id, f"parent {parent_id!r} of {times} {noun} is not in the file; shown as roots")
        )
    return parents


def _pre_order(
    parents: array[int], starts: array[int], ids: list[str], notices: list[Notice]
) -> tuple[array[int], array[int]]:
    """Rows in pre-order and their depths. Iterative: a hostile file may nest a million deep."""
    if max(parents, default=-1) < 0:
        rows = range(len(parents))
        stands = min(starts, default=-1) < 0 or rises(starts)
        in_time = rows if stands else sorted(rows, key=starts.__getitem__)
        return array("i", in_time), array("i", bytes(4 * len(parents)))
    children: dict[int, list[int]] = {}
    for row, parent in enumerate(parents):
        if parent in children:
            children[parent].append(row)
        else:
            children[parent] = [row]
    for siblings in children.values():
        if len(siblings) > 1:
            began = [starts[row] for row in siblings]
            if min(began) >= 0:
                siblings.sort(key=starts.__getitem__)
            siblings.reverse()  # a stack gives back the last first
    done = bytearray(len(parents))
    order, depths = array("i"), array("i")
    for root in _roots(children, parents, done, ids, notices):
        depth = [0]
        stack = [root]
        while stack:
            current = stack.pop()
            at = depth.pop()
            if done[current]:
                continue
            done[current] = 1
            order.append(current)
            depths.append(at)
            below = children.get(current)
            if below is not None:
                stack += below
                depth += [at + 1] * len(below)
    return order, depths


def rises(numbers: array[int]) -> bool:
    """Whether none is less than the one before it."""
    return all(
        all(map(le, numbers[start : start + AT_ONCE], numbers[start + 1 : start + 1 + AT_ONCE]))
        for start in range(0, len(numbers), AT_ONCE)
    )


def _roots(
    children: dict[int, list[int]],
    parents: array[int],
    done: bytearray,
    ids: list[str],
    notices: list[Notice],
) -> Iterator[int]:
    yield from reversed(children.get(-1, ()))
    # What is left hangs from a ring of parents: walk up until a row repeats, and cut there.
    for row in range(len(parents)):
        if done[row]:
            continue
        seen: set[int] = set()
        at = row
        while at not in seen:
            seen.add(at)
            at = parents[at]
        notices.append(Notice(ids[at], f"the parents of step {ids[at]!r} form a ring; it is shown as a root"))
        parents[at] = -1
        yield at
