"""The columns that readers fill: one growable array for each fact of a step, no object per step.

A trace of a million steps is normal input. Rows are added in file order (children often before parents);
`arrange` puts them into pre-order, which is the order of the screen, once the structure is known.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from replaydbg.core.finding import Notice
from replaydbg.core.step import KINDS, STATUSES, Body, Kind, Status
from replaydbg.core.trace import Source, Trace

KIND_NUMBER = {kind: number for number, kind in enumerate(KINDS)}
STATUS_NUMBER = {status: number for number, status in enumerate(STATUSES)}

NOT_RECORDED = -1
"""In the time and token columns. Cost uses NaN."""


class Names:
    """Interned strings: a trace of a million steps has some dozens of different names."""

    __slots__ = ("_numbers", "strings")

    def __init__(self) -> None:
        self.strings: list[str] = [""]
        self._numbers: dict[str, int] = {"": 0}

    def number(self, string: str) -> int:
        number = self._numbers.get(string)
        if number is None:
            number = self._numbers[string] = len(self.strings)
            self.strings.append(string)
        return number


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


@dataclass(frozen=True, slots=True)
class Arranged:
    trace: Trace
    notices: tuple[Notice, ...]


def arrange(columns: Columns, *, trace_id: str, source: Source, decode: Callable[[Any], Body]) -> Arranged:
    """Put rows into pre-order and freeze them as a `Trace`; `columns` may go on growing afterwards.

    Siblings stand in order of their start, or in file order where a start is missing. A parent that is not in the
    file makes its children roots; parents that form a ring are cut at the first row; a repeated id is renamed
    (`id~2`). Each of these is a notice.
    """
    notices: list[Notice] = []
    ids = _unique(columns.ids, notices)
    parents = _parents(columns, ids, notices)
    order, depths = _pre_order(parents, columns.starts_ns, ids, notices)
    position = array("i", bytes(4 * len(order)))
    for new, old in enumerate(order):
        position[old] = new
    new_parents = array("i", (position[parents[old]] if parents[old] >= 0 else -1 for old in order))
    trace = Trace(
        id=trace_id,
        source=source,
        ids=[ids[old] for old in order],
        parents=new_parents,
        depths=depths,
        kinds=_taken(columns.kinds, order),
        names=_taken(columns.names, order),
        agents=_taken(columns.agents, order),
        models=_taken(columns.models, order),
        starts_ns=_taken(columns.starts_ns, order),
        ends_ns=_taken(columns.ends_ns, order),
        statuses=_taken(columns.statuses, order),
        input_tokens=_taken(columns.input_tokens, order),
        output_tokens=_taken(columns.output_tokens, order),
        costs=_taken(columns.costs, order),
        strings=list(columns.strings.strings),
        handles=[columns.handles[old] for old in order],
        decode=decode,
    )
    return Arranged(trace, tuple(notices))


def _taken(column: array[Any], order: array[int]) -> array[Any]:
    return array(column.typecode, (column[old] for old in order))


def _unique(ids: list[str], notices: list[Notice]) -> list[str]:
    if len(set(ids)) == len(ids):
        return list(ids)
    seen: dict[str, int] = {}
    taken = set(ids)
    unique = []
    for id_ in ids:
        times = seen[id_] = seen.get(id_, 0) + 1
        if times > 1:
            notices.append(
                Notice(id_, f"the id {id_!r} occurs {times} times; the later step is shown as {id_}~{times}")
            )
            id_ = f"{id_}~{times}"  # noqa: PLW2901
            while id_ in taken:
                id_ += "~"  # noqa: PLW2901
            taken.add(id_)
        unique.append(id_)
    return unique


def _parents(columns: Columns, ids: list[str], notices: list[Notice]) -> array[int]:
    row_of = {id_: row for row, id_ in enumerate(ids)}
    parents = array("i")
    orphans: dict[str, int] = {}
    for row, parent_id in enumerate(columns.parent_ids):
        if not parent_id:
            parents.append(-1)
            continue
        parent = row_of.get(parent_id, -1)
        if parent == row:
            parent = -1
        if parent < 0:
            orphans[parent_id] = orphans.get(parent_id, 0) + 1
        parents.append(parent)
    for parent_id, count in orphans.items():
        noun = "step" if count == 1 else "steps"
        notices.append(
            Notice(parent_id, f"parent {parent_id!r} of {count} {noun} is not in the file; shown as roots")
        )
    return parents


def _pre_order(
    parents: array[int], starts: array[int], ids: list[str], notices: list[Notice]
) -> tuple[array[int], array[int]]:
    """Rows in pre-order and their depths. Iterative: a hostile file may nest a million deep."""
    count = len(parents)
    children: dict[int, list[int]] = {}
    for row in range(count):
        children.setdefault(parents[row], []).append(row)
    for siblings in children.values():
        if len(siblings) > 1 and all(starts[row] >= 0 for row in siblings):
            siblings.sort(key=starts.__getitem__)
    order, depths = array("i"), array("i")
    done = bytearray(count)
    for row in _roots(children, parents, done, ids, notices):
        stack = [(row, 0)]
        while stack:
            current, depth = stack.pop()
            if done[current]:
                continue
            done[current] = 1
            order.append(current)
            depths.append(depth)
            stack.extend((child, depth + 1) for child in reversed(children.get(current, ())))
    return order, depths


def _roots(
    children: dict[int, list[int]],
    parents: array[int],
    done: bytearray,
    ids: list[str],
    notices: list[Notice],
) -> Iterator[int]:
    yield from children.get(-1, ())
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
