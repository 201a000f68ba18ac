"""A captured run: a facade over columns. It never changes; everything derived from it can be thrown away.

Rows count from 0 in pre-order, so a subtree is a range of rows and `row + 1` is the number on the screen.
`core.columns.arrange` makes traces; `trace.step(row)` builds a `Step` value when somebody looks.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache, partial
from math import isnan
from typing import TYPE_CHECKING, Any

from replaydbg.core.step import KINDS, STATUSES, Body, Kind, PlainBody, Status, Step

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

BODIES_KEPT_BYTES_MAX = 128 << 20
"""Text of the steps whose bodies are kept decoded, since every rule asks for them: all of a run that is not very large.
Only bodies that tell their `weight`, the bytes of the text that no other one holds, are kept so."""

BODIES_CACHED_MAX = 64
"""Of the other bodies so many are kept: a screenful and its neighbours."""


_NAMED = "name:"


class StepNotFound(LookupError):
    """No step, or more than one, answers to the reference. The message says which are near."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a trace was read from: the name as the person gave it, and the format that was recognised."""

    name: str
    format: str
    digest: str = ""
    """Digest of the whole file, "" until somebody needs it (sessions do)."""


_COLUMNS = (
    "id", "source", "ids", "parents", "depths", "kinds", "names", "agents", "models", "starts_ns", "ends_ns",
    "statuses", "input_tokens", "output_tokens", "costs", "strings",
)  # fmt: skip


def _nothing(_: Any) -> Body:
    return PlainBody()


class Trace:
    """See the module. Columns are public to be read; nobody writes to them."""

    def __init__(
        self,
        *,
        id: str,  # noqa: A002 - the word of the format and of the screen
        source: Source,
        ids: list[str],
        parents: array[int],
        depths: array[int],
        kinds: array[int],
        names: array[int],
        agents: array[int],
        models: array[int],
        starts_ns: array[int],
        ends_ns: array[int],
        statuses: array[int],
        input_tokens: array[int],
        output_tokens: array[int],
        costs: array[float],
        strings: list[str],
        handles: list[Any],
        decode: Callable[[Any], Body],
        watch: Callable[[], None] | None = None,
    ) -> None:
        self.id = id
        self.source = source
        self.ids = ids
        self.parents = parents
        self.depths = depths
        self.kinds = kinds
        self.names = names
        self.agents = agents
        self.models = models
        self.starts_ns = starts_ns
        self.ends_ns = ends_ns
        self.statuses = statuses
        self.input_tokens = input_tokens
        self.output_tokens = output_tokens
        self.costs = costs
        self.strings = strings
        self.handles = handles
        self.decode = decode
        self.watch = watch
        """Called where bytes of the file were looked at; raises if they are there no more. What is kept is as it was read."""
        self._written: Callable[[Any], Iterable[Any] | None] | None = getattr(decode, "written", None)
        self._all_written: Callable[[list[Any]], tuple[Sequence[Any], Sequence[int]]] | None = getattr(
            decode, "all_written", None
        )
        self._kept: dict[int, Body] = {}
        self._kept_bytes = 0

    @cached_property
    def _recent(self) -> _lru_cache_wrapper[Body]:
        """Made for who looks: a file may hold a hundred thousand traces."""
        return lru_cache(maxsize=BODIES_CACHED_MAX)(self._decoded)

    @cached_property
    def without_escapes(self) -> set[int]:
        """Pieces of `written` that are known to have none, by identity: who looks for words in them notes it down."""
        return set()

    def __reduce__(self) -> tuple[Any, ...]:
        """To another process a trace travels without its bodies: columns are enough to name steps and to count them."""
        columns: dict[str, Any] = {name: getattr(self, name) for name in _COLUMNS}
        return partial(Trace, **columns, handles=[None] * len(self), decode=_nothing), ()

    def under(
        self,
        id: str | None = None,  # noqa: A002
        decode: Callable[[Any], Body] | None = None,
        watch: Callable[[], None] | None = None,
    ) -> Trace:
        """The same with another id, with its bodies decoded by another function, or with somebody who watches its bytes."""
        columns: dict[str, Any] = {name: getattr(self, name) for name in _COLUMNS}
        columns |= {
            "id": self.id if id is None else id,
            "decode": decode or self.decode,
            "watch": watch or self.watch,
        }
        return Trace(**columns, handles=self.handles)

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return f"<Trace {self.id} {self.source.format} {len(self)} steps>"

    def body(self, row: int) -> Body:
        return self._kept.get(row) or self._recent(row)

    def fresh(self, row: int) -> Body:
        """The body, which is not kept: for who looks at each once."""
        return self._whole(self.decode(self.handles[row]))

    def written(self, row: int) -> Iterable[Any] | None:
        """The bytes that what is new in the step was written in, perhaps with others beside it; None where that is not known.

        They are pieces that the trace holds; rows that share one give the same object.
        """
        if self.watch is not None:
            self.watch()
        return self._written(self.handles[row]) if self._written is not None else None

    def all_written(self, rows: range) -> tuple[Sequence[Any], Sequence[int]] | None:
        """The same of many steps together, which is many times as fast; and those that have to be asked about one by one.

        Pieces that the trace does not hold, but were written out for this, are `bytes`.
        """
        if self._all_written is None:
            return None
        if self.watch is not None:
            self.watch()
        pieces, others = self._all_written(self.handles[rows.start : rows.stop])
        return pieces, [rows.start + at for at in others]

    def _whole(self, body: Body) -> Body:
        if self.watch is not None:
            self.watch()
        return body

    def _decoded(self, row: int) -> Body:
        body = self._whole(self.decode(self.handles[row]))
        self.keep(row, body)
        return body

    def keep(self, row: int, body: Body) -> None:
        """Keep the body of the step if there is room. Of one with a long prompt it is known only when that was looked at."""
        if row in self._kept or self._kept_bytes >= BODIES_KEPT_BYTES_MAX:
            return
        weight = getattr(body, "weight", None)
        if weight is None:  # one that does not tell may hold anything
            return
        if self._kept_bytes + weight <= BODIES_KEPT_BYTES_MAX:
            self._kept[row] = body
            self._kept_bytes += weight
        else:  # those that come after it may hold what it would have held for them
            self._kept_bytes = BODIES_KEPT_BYTES_MAX

    def kind(self, row: int) -> Kind:
        return KINDS[self.kinds[row]]

    def name(self, row: int) -> str:
        return self.strings[self.names[row]]

    def agent(self, row: int) -> str:
        return self.strings[self.agents[row]]

    def model(self, row: int) -> str:
        return self.strings[self.models[row]]

    def status(self, row: int) -> Status:
        return STATUSES[self.statuses[row]]

    def start_ns(self, row: int) -> int | None:
        start = self.starts_ns[row]
        return start if start >= 0 else None

    def end_ns(self, row: int) -> int | None:
        end = self.ends_ns[row]
        return end if end >= 0 else None

    def duration_ms(self, row: int) -> float | None:
        start, end = self.starts_ns[row], self.ends_ns[row]
        return (end - start) / 1e6 if start >= 0 and end >= 0 else None

    def tokens(self, row: int) -> int | None:
        """Input and output together; None where neither was recorded."""
        known = [count for count in (self.input_tokens[row], self.output_tokens[row]) if count >= 0]
        return sum(known) if known else None

    def cost_usd(self, row: int) -> float | None:
        cost = self.costs[row]
        return None if isnan(cost) else cost

    def step(self, row: int) -> Step:
        parent = self.parents[row]
        return Step(
            number=row + 1,
            id=self.ids[row],
            parent_id=self.ids[parent] if parent >= 0 else None,
            kind=self.kind(row),
            name=self.name(row),
            agent=self.agent(row),
            model=self.model(row),
            started_ns=self.start_ns(row),
            ended_ns=self.end_ns(row),
            status=self.status(row),
            cost_usd=self.cost_usd(row),
            body=self.body(row),
        )

    def steps(self) -> Iterator[Step]:
        return (self.step(row) for row in range(len(self)))

    def rows(self, kind: Kind) -> Iterator[int]:
        number = KINDS.index(kind)
        return (row for row, value in enumerate(self.kinds) if value == number)

    @cached_property
    def begins_ns(self) -> int | None:
        """When the first step began; None where no time was recorded."""
        return min((start for start in self.starts_ns if start >= 0), default=None)

    @cached_property
    def subtree_ends(self) -> array[int]:
        """For each row the row after its last descendant."""
        ends = array("i", range(1, len(self) + 1))
        for row in range(len(self) - 1, -1, -1):
            parent = self.parents[row]
            if parent >= 0 and ends[row] > ends[parent]:
                ends[parent] = ends[row]
        return ends

    def children(self, row: int) -> Iterator[int]:
        """Rows of the direct children, in order; -1 gives the roots."""
        at, end = (0, len(self)) if row < 0 else (row + 1, self.subtree_ends[row])
        while at < end:
            yield at
            at = self.subtree_ends[at]

    @cached_property
    def _rows_by_id(self) -> dict[str, int]:
        return {id_: row for row, id_ in enumerate(self.ids)}

    def row(self, id_: str) -> int:
        """The row of the step with exactly this id. Raises StepNotFound."""
        row = self._rows_by_id.get(id_)
        if row is None:
            raise StepNotFound(f"no step has the id {id_!r}")
        return row

    def has(self, id_: str) -> bool:
        """Whether a step has exactly this id."""
        return id_ in self._rows_by_id

    def find(self, reference: str) -> int:
        """The row named by `#N` as the screen shows it, by an id, by a unique prefix of an id, or the first row of
        `name:PATTERN` (`*` and `?` stand for any text, any character). Raises StepNotFound.
        """
        if reference.startswith("#") and reference[1:].isdecimal():
            number = int(reference[1:])
            if not 1 <= number <= len(self):
                raise StepNotFound(f"there is no step {reference}; the trace has #1 to #{len(self)}")
            return number - 1
        if reference in self._rows_by_id:
            return self._rows_by_id[reference]
        if reference.startswith(_NAMED):
            return self._find_named(reference.removeprefix(_NAMED))
        near = [id_ for id_ in self.ids if id_.startswith(reference)] if reference else []
        if len(near) == 1:
            return self._rows_by_id[near[0]]
        if near:
            some = ", ".join(near[:4])
            raise StepNotFound(
                f"{reference!r} begins {len(near)} step ids ({some}{', …' if len(near) > 4 else ''})"
            )
        raise StepNotFound(f"no step has the id {reference!r}; name it by id, a unique prefix of it, or #N")

    def _find_named(self, pattern: str) -> int:
        for row in range(len(self)):
            if fnmatchcase(self.name(row), pattern):
                return row
        raise StepNotFound(f"no step has a name like {pattern!r}")
