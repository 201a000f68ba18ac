"""What can be selected on the flow map, in the order in which it is read, and how one goes from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from replaydbg.views.flow_cards import Ends


@dataclass(frozen=True, slots=True)
class FlowStop:
    """A card, a row of it, or a line: `rows` are the steps it stands for, `ends` the passages; a card has none.

    Without `rows` it is the row for those that a card has no room for, or the one that closes it.
    """

    label: str
    rows: Sequence[int]
    x: int
    y: int
    width: int
    card: int
    ends: tuple[Ends, ...] = ()
    route: int = -1

    @property
    def folds(self) -> bool:
        """Whether it stands for rows of the card, shown or not, rather than for steps."""
        return not self.rows


class Stops(list[FlowStop]):
    """All of a drawing, by their number."""

    @property
    def foldable(self) -> frozenset[int]:
        """Cards that have more rows than they show by themselves."""
        return frozenset(stop.card for stop in self if stop.folds)

    @property
    def first(self) -> int:
        """The card where the run begins."""
        cards = [at for at, stop in enumerate(self) if not stop.ends and stop.rows]
        return min(cards, key=lambda at: self[at].rows[0], default=0)

    def at(self, x: int, y: int) -> int | None:
        """What the cell belongs to; of several the one that was drawn over the others."""
        found = (at for at, stop in enumerate(self) if stop.y == y and stop.x <= x < stop.x + stop.width)
        return max(found, default=None)

    def like(self, other: FlowStop) -> int:
        """The same row or line, as it is drawn now; else what it is folded into, or the first of those it stood for; else its card."""
        of_card = [(at, stop) for at, stop in enumerate(self) if stop.card == other.card]
        for at, stop in of_card:
            if stop.ends == other.ends and stop.folds == other.folds:
                return at
        ends = set(other.ends)
        alike = (
            at for at, stop in of_card if stop.ends and (ends >= set(stop.ends) or ends <= set(stop.ends))
        )
        return next(alike if ends else iter(()), of_card[0][0] if of_card else self.first)

    def nearest(self, x: int, y: int) -> int:
        """The nearest to a cell, first by height."""
        return min(range(len(self)), key=lambda at: (abs(self[at].y - y), abs(self[at].x - x)), default=0)

    def card_after(self, at: int, cards: int) -> int:
        """The next card in reading order, or the one before; the same stop where there is none."""
        titles = [number for number, stop in enumerate(self) if not stop.ends and stop.rows]
        here = max((number for number in titles if number <= at), default=-1)
        wanted = titles.index(here) + cards if here >= 0 else -1
        return titles[wanted] if 0 <= wanted < len(titles) else at

    def beside(self, stop: FlowStop, direction: int) -> int:
        """What is nearest in the cards to the left (-1) or right (1) of this one; itself where there is none."""
        left = {card.card: card.x for card in reversed(self)}
        there = [
            at
            for at, other in enumerate(self)
            if (left[other.card] - left[stop.card]) * direction > 0 and other.route < 0
        ]
        return min(
            there,
            key=lambda at: (2 * abs(self[at].y - stop.y) + abs(self[at].x - stop.x), at),
            default=self.index(stop),
        )
