"""One walk over the steps of a run for all who look at each of them: a body is decoded once, and is at hand for everyone.

Bodies of a large trace are not kept. Whoever makes facts of them (which calls were asked, which thread goes on, what was
answered) says so with `add`; the first who wants such facts has those of everybody made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from replaydbg.core.step import KINDS, Body, Kind
from replaydbg.core.trace import Trace

_MODEL_CALL = KINDS.index(Kind.MODEL_CALL)

_ROWS_AT_ONCE = 48
"""A listener hears so many steps at a time: taking turns at every step takes a fifth longer."""


Heed: TypeAlias = Callable[[float], object]
"""Is told how much of something long has been done, and may raise to end it."""


def unheeded(_done: float) -> None:
    """Nobody listens."""


class Listener(Protocol):
    """Makes facts of what it hears. It hears of a step after those that were added before it did."""

    def hear(self, row: int, body: Body) -> None: ...


Made = TypeVar("Made", bound=Listener)


class Place(Generic[Made]):
    """Where the facts of one listener are."""

    __slots__ = ("kind", "make")

    def __init__(self, make: Callable[[Present], Made], kind: Kind | None) -> None:
        self.make = make
        self.kind = None if kind is None else KINDS.index(kind)


class Present(Protocol):
    """What listeners of a walk are given to find each other: who was added before, as far as they have heard."""

    def __call__(self, place: Place[Made]) -> Made: ...


class Walk:
    """Nothing of it is seen before it is over: two threads that ask at once both walk, and come to the same."""

    def __init__(self, trace: Trace, rows: Callable[[], Sequence[int]]) -> None:
        self._trace = trace
        self._rows = rows
        self._places: list[Place[Any]] = []
        self._over: dict[Place[Any], Any] = {}

    def add(self, make: Callable[[Present], Made], kind: Kind | None = None) -> Place[Made]:
        """Have a listener hear all steps, or those of one kind, when somebody asks for facts."""
        place = Place(make, kind)
        self._places.append(place)
        return place

    def heard(self, place: Place[Made]) -> Made:
        """The listener, having heard everything."""
        if place not in self._over:
            self.go()
        made: Made = self._over[place]
        return made

    def go(self, heed: Heed | None = None) -> None:
        """Walk for all who have not heard yet."""
        new: dict[Place[Any], Any] = {}

        def present(place: Place[Made]) -> Made:
            made: Made = new[place] if place in new else self._over[place]
            return made

        for place in self._places:
            if place not in self._over:
                new[place] = place.make(present)
        rows = self._rows() if new else ()
        listeners = [(place.kind, made.hear) for place, made in new.items()]
        kinds, body_of, keep = self._trace.kinds, self._trace.body, self._trace.keep
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            if heed is not None:
                heed(start / len(rows))
            by_kind: defaultdict[int | None, list[tuple[int, Body]]] = defaultdict(list)
            everything = by_kind[None]
            for row in rows[start : start + _ROWS_AT_ONCE]:
                body, kind = body_of(row), kinds[row]
                if kind == _MODEL_CALL:
                    # Decoded while its text is at hand, and in order: a prompt mostly begins with a prompt or reply just before it.
                    _ = body.messages, body.output
                    keep(row, body)
                heard = row, body
                everything.append(heard)
                by_kind[kind].append(heard)
            for wanted, hear in listeners:
                for row, body in by_kind[wanted]:
                    hear(row, body)
        self._over.update(new)
