"""What tells work from a loop that looks like it: patience, going through one thing after another, a try that hits.

Asked of candidates only, turns that go round as `graph.cycles` found them; so a look at what was said before is no matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from replaydbg.core.message import Json, Role, ToolCall
from replaydbg.graph import asides
from replaydbg.graph.deeds import Turn
from replaydbg.graph.effects import changes_something, is_shell, looks, moves, waits
from replaydbg.graph.wording import as_text, canonical_bytes, without_clocks

TELLING_CHARS_MIN = 80
"""A shorter result that is always the same acknowledges; a longer one tells, and told the same before."""

_NOT_YET = re.compile(
    r"(?<![\w-])(?:pending|running|in[ _-]?progress|queued|processing|not (?:yet )?(?:ready|done|finished)|building|waiting"
    r"|starting|deploying|scheduled|provisioning|no new output)(?![\w-])",
    re.IGNORECASE,
)
"""In a short result: in a long one it is a word among others."""
_PAGING = frozenset(
    {"after", "cursor", "from", "index", "offset", "page", "page_number", "pageNumber", "skip", "start"}
)
_WHO_ASKS = re.compile(
    r"log(?:ged)?[ -]?in\b|authenticat|unauthori[sz]ed|credential|api[ _-]?key|quota|rate limit|(?:session|token) (?:has |is )?(?:expired|invalid)",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w[\w@-]*(?:\.\w+)*")
_DIGITS = re.compile(r"\d{1,18}")
_TOLD_CHARS_MIN = 4
_HEARD_FIRST, _HEARD_LAST = 2, 8
"""Where an agent was told what to go through: in its task, or just before."""


def takes_patience(turns: Sequence[Turn]) -> bool:
    """Whether a round waits for something, or goes on by a step each time: that may rightly be done many times."""
    calls = [call for turn in turns for call in turn.calls]
    if any(map(waits, calls)) or any(map(_says_not_yet, turns)):
        return True
    return bool(calls) and all(map(moves, calls)) and not any(map(_tells, turns))


def asked_anew(turn: Turn, later: Turn) -> bool:
    """Whether a program asks the same question again, for votes or samples: no reply stands in a later prompt."""
    if turn.calls or later.calls:
        return False
    (size, last), again = turn.asked, later.asked
    return last is not None and last.role is not Role.ASSISTANT and (size, last) == again


def only_thinks(turns: Sequence[Turn]) -> bool:
    """Whether the turns are thoughts of different content, which are compared nowhere else."""
    calls = [call for turn in turns for call in turn.calls]
    if not calls or not all(map(asides.thinks, calls)):
        return False
    return any(call.arguments != calls[0].arguments for call in calls)


def only_time_passes(turns: Sequence[Turn]) -> bool:
    """Whether all that is new in what equal calls are told is a clock, or how long it took so far."""
    first = turns[0]
    if first.outcome < 0 or not all(turn.came == first.came for turn in turns):
        return False
    said = _clockless(first)
    return all(_clockless(turn) == said for turn in turns)


def _clockless(turn: Turn) -> bytes:
    return b"\n".join(without_clocks(canonical_bytes(result.value)) for result in turn.results())


def no_arguments_help(turn: Turn) -> bool:
    """Whether the error is of who asks, not of what is asked: no login, nothing left of a quota."""
    return any(result.failed and _WHO_ASKS.search(as_text(result.value)) for result in turn.results())


def in_vain(turns: Sequence[Turn], period: int, failed_min: float, *, hit: bool, tries_max: int) -> bool:
    """Whether calls that vary from round to round are guesses: most fail, all find nothing, or all are told the same.

    Only what varies is a guess: an edit that works, and the test after it that still fails, are none. Neither are fewer
    than `tries_max` tries of which the last one hits (`hit`: the one after them does), nor going through what the agent
    was told.
    """
    guesses = list(_varying(turns, period))
    if not guesses or (hit and len(guesses) < tries_max):
        return False
    if sum(turn.failed for turn in guesses) >= failed_min * len(guesses):
        hit = is_hit(guesses[-1]) and len(guesses) < tries_max
        return not hit and not _tell_anew(guesses) and not _were_told(guesses)
    if any(changes_something(call) for turn in guesses for call in turn.calls):
        return False  # acknowledged
    counts = _count_on(guesses)
    if all(turn.nothing for turn in guesses):
        looked = all(map(_looked_for, guesses)) and (not counts or _pages(guesses))
        return looked and not _were_told(guesses)
    return not counts and _told_the_same(guesses) and not _were_told(guesses)


def is_hit(turn: Turn) -> bool:
    """Whether something came of a try that told nothing before."""
    return turn.outcome >= 0 and not turn.failed and not turn.nothing


def _varying(turns: Sequence[Turn], period: int) -> Iterator[Turn]:
    """The turns at those places of a round that are not the same in all rounds."""
    places = {at % period for at in range(period, len(turns)) if turns[at].did != turns[at - period].did}
    return (turn for at, turn in enumerate(turns) if at % period in places)


def _says_not_yet(turn: Turn) -> bool:
    if turn.failed or any(map(changes_something, turn.calls)):
        return False
    texts = [as_text(result.value) for result in turn.results() if result.known]
    return bool(texts) and all(len(one) < TELLING_CHARS_MIN and _NOT_YET.search(one) for one in texts)


def _tells(turn: Turn) -> bool:
    return any(len(as_text(result.value)) >= TELLING_CHARS_MIN for result in turn.results())


def _told_the_same(turns: Sequence[Turn]) -> bool:
    """Words that were asked otherwise; what is asked of one thing after another may rightly be the same."""
    first = turns[0]
    return (
        all(turn.came == first.came for turn in turns)
        and all(turn.outcome == first.outcome >= 0 for turn in turns)
        and all(len(as_text(result.value)) >= TELLING_CHARS_MIN for result in first.results())
        and (any(is_shell(call.name) for call in first.calls) or any(" " in one for one in _varied(turns)))
    )


def _tell_anew(turns: Sequence[Turn]) -> bool:
    """Whether commands that do something fail each in another way: one test after another, of which each says what is wrong."""
    calls = [call for turn in turns for call in turn.calls]
    runs = all(is_shell(call.name) and not looks(call) for call in calls)
    return runs and len({turn.outcome for turn in turns}) * 2 > len(turns)


def _looked_for(turn: Turn) -> bool:
    """Whether finding nothing is what came of it; what says nothing at all may have done its work in silence."""
    silent = all(result.value in ("", None, {}) for result in turn.results())
    return not silent or all(map(looks, turn.calls))


def _count_on(turns: Sequence[Turn]) -> bool:
    """Whether the numbers of the calls go up, or down, from each turn to the next."""
    counts = [
        [int(one) for call in turn.calls for one in _DIGITS.findall(as_text(asides.deed(call)))]
        for turn in turns
    ]
    if not counts[0] or any(len(one) != len(counts[0]) for one in counts):
        return False
    return all(a < b for a, b in pairwise(counts)) or all(a > b for a, b in pairwise(counts))


def _pages(turns: Sequence[Turn]) -> bool:
    """Whether it is pages that are counted: behind the last one there are no more."""
    return any(key in _PAGING for before, after in _pairs(turns) for key, _, _ in _differing(before, after))


def _were_told(turns: Sequence[Turn]) -> bool:
    """Whether each thing that varies stands in what the agent was told before: it goes through them, and guesses nothing."""
    values = [word for old, new in _changed(turns) for word in _own_words(old, new)]
    if not values or any(len(value) < _TOLD_CHARS_MIN for value in values):
        return False
    first = turns[0]
    heard = first.stretch.heard[: first.at]
    said = "\n".join(
        text for one in (*heard[:_HEARD_FIRST], *heard[-_HEARD_LAST:]) for text in first.stretch.texts(one)
    ).lower()
    return all(value.lower() in said for value in values)


def _varied(turns: Sequence[Turn]) -> Iterator[str]:
    """The values that a call has otherwise than the one before it."""
    return (value for pair in _changed(turns) for value in pair)


def _changed(turns: Sequence[Turn]) -> Iterator[tuple[str, str]]:
    """Each value that a call has otherwise than the one before it, and what it was."""
    for before, after in _pairs(turns):
        for _, old, new in _differing(before, after):
            yield as_text(old), as_text(new)


def _own_words(old: str, new: str) -> Iterator[str]:
    """The words that only one of two texts has; of names the whole name."""
    if " " not in old and " " not in new:
        yield from (old, new)
        return
    words = set(_WORD.findall(old)) ^ set(_WORD.findall(new))
    yield from words


def _pairs(turns: Sequence[Turn]) -> Iterator[tuple[ToolCall, ToolCall]]:
    latest: dict[tuple[str, ...], Turn] = {}
    for turn in turns:
        before = latest.get(turn.tools)
        latest[turn.tools] = turn
        if before is not None:
            yield from zip(before.calls, turn.calls, strict=True)


def _differing(before: ToolCall, after: ToolCall) -> Iterator[tuple[str, Json, Json]]:
    """The fields of the arguments that are not equal."""
    old, new = asides.deed(before), asides.deed(after)
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() | new.keys():
            if old.get(key) != new.get(key):
                yield key, old.get(key), new.get(key)
    elif old != new:
        yield "", old, new
