"""Chanting.

What it finds:
    One reply of a model that says the same words over and over: a passage that is repeated without a break eight times
    or more and fills at least half of a reply of 2000 characters or more. Lines, dots and other passages without letters are not meant,
    nor are tables and lists whose entries differ by more than their number.

Why it matters:
    The model has fallen into a hole of its own output and goes on until the token limit. The reply is useless, dear, and
    if it stays in the history, the next ones follow it.

Example:
    "I will now check the order. I will now check the order. I will now ..." to the last token.

What to do:
    Cut the reply before the second round, or raise the temperature or the frequency penalty of this call; re-run it.
    Bound the output tokens so that it costs less next time.

Settings:
    times-min (8): a refrain is said four times.
    share-min (0.5): of the reply that is chant.
"""

from __future__ import annotations

import re
import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from replaydbg.config import threshold
from replaydbg.core.finding import Evidence, Finding, LoopDetail, Severity
from replaydbg.graph.facts import Facts
from replaydbg.graph.repetitions import repetitions
from replaydbg.rules._api import Rule

_PACKED_MAX = 0.25
"""Text that does not pack to a quarter repeats nothing: real chants pack to a twelfth. A quick look before a slow one."""
_LOOKED_AT_CHARS_MAX = 100_000
_PASSAGE_WORDS_MAX = 120
_SHOWN_CHARS_MAX = 60
_SAID_AGAIN, _ANY = re.compile(r"[^\s\d.):]+"), re.compile(r"(?s).{1,60}")
"""In each round: where words are compared, all but counters and the white space between; where characters are, everything."""
_SHARE_KNOWN_MIN = 0.5
_GLANCE_CHARS, _GLANCE_PIECES = 200, 6
_PIECES_IN_TEXT = 40
"""So short that one fits into half of the text as often as it has to stand there, wherever its like begins before it ends."""
_COUNTER = re.compile(r"\d+[.):]")
_WORD_CHARS_USUAL_MAX = 40
"""With more characters a word, the text is of a script without spaces, or has none: then characters are compared."""


@dataclass(frozen=True, slots=True)
class Chant:
    times_min: int = threshold(8, least=2)
    share_min: float = threshold(0.5, most=1.0)


def check(facts: Facts) -> Iterator[Finding]:
    own, trace = facts.thresholds(Chant), facts.trace
    for row in facts.turns.long_outputs:
        output = trace.body(row).output
        found = chant(output.text[:_LOOKED_AT_CHARS_MAX], own) if output is not None else None
        if found is None:
            continue
        passage, times, share = found
        shown = passage if len(passage) <= _SHOWN_CHARS_MAX else passage[: _SHOWN_CHARS_MAX - 1] + "…"
        id_ = trace.ids[row]
        yield Finding(
            RULE.code,
            RULE.name,
            RULE.severity,
            f"the reply says the same {times} times without a break, {share:.0%} of it: {shown}",
            (id_,),
            (Evidence(id_, "/output/content", f"{times} times: {shown}"),),
            loop=_wasted(facts, row, times, share),
        )


def chant(text: str, own: Chant) -> tuple[str, int, float] | None:
    """The passage, how often it is said without a break, and the share of the text that is nothing else."""
    if not _may_chant(text, own, _glanced):
        return None
    packed = zlib.compress(text.encode("utf-8", "surrogatepass"), 1)
    if len(packed) > _PACKED_MAX * len(text) or not _may_chant(text, own, _rarest):
        return None
    words = list(_words(text))
    if len(text) > _WORD_CHARS_USUAL_MAX * len(words):
        if not _may_chant(text, own, _any_glanced):
            return None
        words = [(at, at + 1, char) for at, char in enumerate(text)]
    numbers: dict[str, int] = {}
    symbols = [numbers.setdefault(word, len(numbers)) for _, _, word in words]
    best: tuple[str, int, float] | None = None
    periods = _periods(symbols, [start for start, _, _ in words], len(text), own.share_min)
    for run in repetitions(symbols, _PASSAGE_WORDS_MAX, periods):
        passage = text[words[run.start][0] : words[run.start + run.period - 1][1]]
        share = (words[run.end - 1][1] - words[run.start][0]) / len(text)
        chanted = run.rounds >= own.times_min and share >= max(own.share_min, best[2] if best else 0.0)
        if chanted and any(map(str.isalpha, passage)):
            best = " ".join(passage.split()), run.rounds, share
    return best


def _may_chant(text: str, own: Chant, pieces_of: Callable[[str, int, int], Iterable[str]]) -> bool:
    """Whether letters recur as in a chant, at one of two places. One of half of the text covers one of them, with an eighth
    of the text on either side, and says in every round what it says there, but where one round ends and the next begins.
    """
    chars_max = min(len(text) // _PIECES_IN_TEXT, _SHOWN_CHARS_MAX)
    if own.share_min < _SHARE_KNOWN_MIN or chars_max < 1:
        return True
    times = min(own.times_min, _PIECES_IN_TEXT // 5) - 1
    for at in (len(text) * 3 // 8, len(text) * 5 // 8):
        pieces = {piece[:chars_max] for piece in pieces_of(text, at, at + len(text) // 8)}
        longest = sorted(pieces, key=len, reverse=True)[:_GLANCE_PIECES]
        if all(text.count(piece) >= times for piece in longest):
            return True
    return False


def _glanced(text: str, start: int, end: int) -> Iterable[str]:
    return _SAID_AGAIN.findall(text, start, min(end, start + _GLANCE_CHARS))


def _any_glanced(text: str, start: int, end: int) -> Iterable[str]:
    return _ANY.findall(text, start, min(end, start + _GLANCE_CHARS))


def _rarest(text: str, start: int, end: int) -> Iterable[str]:
    """What is said once there: tables say most things often, a chant everything."""
    counts = Counter(_SAID_AGAIN.findall(text, start, end))
    return [piece for piece, count in counts.items() if count == 1]


def _words(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each begins and ends. White space is often long, and expressions take ten times as long over it."""
    end = 0
    for word in text.split():
        start = text.index(word, end)
        end = start + len(word)
        yield start, end, _plain(word)


def _plain(word: str) -> str:
    return _COUNTER.sub("#", word) if not word.isalpha() else word


def _periods(symbols: Sequence[int], starts: Sequence[int], chars: int, share: float) -> set[int] | None:
    """The periods that a repetition of this share of the text can have; None for any.

    It covers one of the places that lie so far apart, and so has the symbol there again a period before or after.
    """
    apart = share * chars
    if apart < 1:
        return None
    found: set[int] = set()
    place = apart
    while place <= chars:
        at = max(bisect_right(starts, place) - 1, 0)
        near = range(max(at - _PASSAGE_WORDS_MAX, 0), min(at + _PASSAGE_WORDS_MAX + 1, len(symbols)))
        found.update(abs(other - at) for other in near if symbols[other] == symbols[at])
        place += apart
    return found


def _wasted(facts: Facts, row: int, times: int, share: float) -> LoopDetail:
    """Its share of what was said and of the time that this took; what a part of a reply cost nobody recorded."""
    trace, id_ = facts.trace, facts.trace.ids[row]
    tokens, took = trace.output_tokens[row], trace.duration_ms(row)
    return LoopDetail(
        1,
        times,
        id_,
        id_,
        id_,
        tokens=round(tokens * share) if tokens >= 0 else None,
        duration_ms=took * share if took is not None else None,
    )


RULE = Rule("L008", "chanting", Severity.WARNING, since="0.2", check=check, thresholds=Chant)
