"""What is known only once the branch is there, since threads go on in any order: what rests on results that turn out unproven,
and edited results that nobody came to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from replaydbg.core.branch import Provenance
from replaydbg.core.step import Kind
from replaydbg.replay.assemble import IN_DOUBT

if TYPE_CHECKING:  # the engine asks for this
    from replaydbg.replay.engine import Replay
    from replaydbg.replay.lane import Lane


def leave_unproven(replay: Replay) -> None:
    """Recorded results of threads beside which another one changed something otherwise, and what rests on them: the rest of
    each thread, and of those that were told its answer.
    """
    _tell_unused(replay)
    left = replay.ledger.leave_unproven(replay.worlds.doubt_of_others)
    lanes = replay.lanes
    doubted: dict[str, str] = {}
    """Replies in doubt, by id, with what is said of them."""
    for lane in lanes if left else ():
        _doubt_after(replay, lane, left, doubted)
    told: set[int] = set()
    while True:
        answers = {
            source: doubted[id_]
            for source, id_ in replay.published.items()
            if id_ in doubted and source not in told
        }
        if not answers:
            return
        told.update(answers)
        for source, words in answers.items():
            replay.doubt_users(source)
            for lane in lanes:
                if source in lane.told:
                    _doubt(replay, _told_from(replay, lane, source), words, doubted)


def _tell_unused(replay: Replay) -> None:
    """A result that a person edited has no place where the reply that was asked anew does not make the call."""
    used = {made.takes for made in replay.ledger.made if made.provenance is Provenance.EDITED}
    for row in replay.edited.results:
        place = replay.facts.index.call_of(row)
        instead = replay.ledger.replaced.get(place.row) if place is not None else None
        if instead is not None and row not in used:
            words = f"the edit of #{row + 1} found no place, since the thread went another way"
            replay.ledger.remark(instead, words)


def _doubt_after(replay: Replay, lane: Lane, left: dict[str, str], doubted: dict[str, str]) -> None:
    """What the lane asked after it was told one of these results: not what ran beside that."""
    at = next((at for at, (id_, _) in enumerate(lane.steps) if id_ in left), len(lane.steps))
    rest = lane.steps[at:]
    asked = next((n for n, (_, kind) in enumerate(rest) if kind is Kind.MODEL_CALL), len(rest))
    if asked < len(rest):
        words = f"{IN_DOUBT} holds a result of {left[rest[0][0]]} that nothing proves"
        _doubt(replay, rest[asked:], words, doubted)


def _told_from(replay: Replay, lane: Lane, source: int) -> Sequence[tuple[str, Kind]]:
    told = replay.ledger.told
    at = next((at for at, (id_, _) in enumerate(lane.steps) if source in told.get(id_, ())), len(lane.steps))
    return lane.steps[at:]


def _doubt(replay: Replay, steps: Sequence[tuple[str, Kind]], words: str, doubted: dict[str, str]) -> None:
    for id_, kind in steps:
        replay.ledger.doubt(id_, words)
        if kind is Kind.MODEL_CALL:
            doubted.setdefault(id_, words)
