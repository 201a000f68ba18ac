"""Which recorded answer fits each call of a turn: that of its own place first, and one of the same world before any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from replaydbg.graph.index import CallPlace
from replaydbg.replay.sources import Answer
from replaydbg.replay.world import Spot, after

if TYPE_CHECKING:  # a turn asks for this
    from replaydbg.replay.tool_turn import ToolTurn


@dataclass(frozen=True, slots=True)
class Fit:
    answer: Answer
    reason: str
    here: bool
    """Whether it is the answer of the same place."""
    doubt: str = ""
    """Why nothing proves that the tool would answer so again."""


def fits(turn: ToolTurn) -> list[Fit | None]:
    """For each call its recorded answer: one of the same world, else one of another, with that doubt."""
    found: dict[int, Fit] = {}
    replay, spots = turn.lane.replay, _spots(turn)
    equal = [replay.recordings.equal_calls(call) for call in turn.calls]
    same_world = [
        [
            place
            for place in places
            if replay.worlds.is_proven(place, spots[at], here=_is_here(turn, at, place))
        ]
        for at, places in enumerate(equal)
    ]
    for fitting in (same_world, equal):
        for find in (_here, _elsewhere):
            for at, places in enumerate(fitting):
                fit = find(turn, at, places) if at not in found else None
                if fit is not None:
                    found[at] = replace(fit, doubt=_doubt(turn, fit, at, spots[at]))
    return [found.get(at) for at in range(len(turn.calls))]


def _spots(turn: ToolTurn) -> list[Spot]:
    """Where each call is made: after those before it in the turn."""
    lane, worlds = turn.lane, turn.lane.replay.worlds
    root, moment = lane.replay.facts.threads.root(lane.start), worlds.moment(lane.last, lane.clock_ns)
    here, spots = lane.world, []
    for call in turn.calls:
        spots.append(Spot(root, lane.world, here, moment))
        here = after(here, (call,), worlds.changing)
    return spots


def _is_here(turn: ToolTurn, at: int, place: CallPlace) -> bool:
    return place == (turn.lane.node, at)


def _doubt(turn: ToolTurn, fit: Fit, at: int, spot: Spot) -> str:
    row, replay, place = fit.answer.row, turn.lane.replay, fit.answer.place
    if row in replay.results or row in replay.ledger.kept_by_choice:
        return ""
    return replay.worlds.why_not(place, spot, here=_is_here(turn, at, place))


def _here(turn: ToolTurn, at: int, places: Sequence[CallPlace]) -> Fit | None:
    """The recorded answer of the same place, if it is one of these, or a person's edit was meant for it."""
    lane = turn.lane
    node, ran = lane.node, turn.ran(at)
    if node is None or at >= len(turn.recorded):
        return None
    place = CallPlace(node, at)
    meant = turn.edited and ran in lane.replay.results
    if place in lane.used or not (meant or place in places):
        return None
    answer = lane.replay.recordings.answer(place)
    if answer is None:
        if ran not in lane.replay.results:
            return None
        answer = Answer(place, None, None, is_error=False, row=ran)
    lane.used.add(place)
    return Fit(answer, f"recorded result for the equal call at {answer.where}", here=True)


def _elsewhere(turn: ToolTurn, _at: int, places: Sequence[CallPlace]) -> Fit | None:
    """The next unused recorded answer of this thread; else the one that all of these got."""
    lane = turn.lane
    recordings = lane.replay.recordings
    free = (place for place in places if place.row in lane.region and place not in lane.used)
    answer = recordings.first(free)
    if answer is not None:
        lane.used.add(answer.place)
        return Fit(answer, f"recorded result for the equal call at {answer.where}", here=False)
    agreed = recordings.agreed(places)
    if agreed is None:
        return None
    answer, count = agreed
    all_say = "" if count == 1 else f"; all {count} recorded results of it agree"
    reason = f"recorded result for the equal call at {answer.where}, used again{all_say}"
    return Fit(replace(answer, row=None), reason, here=False)
