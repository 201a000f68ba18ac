"""What was done in one turn and what came of it, as numbers that are equal where doing and outcome are equal.

Two turns did the same when tool names and arguments are equal: keys in any order, white space and 1.0 = 1 do not
count, call ids and thoughts are left out (`graph.asides`), and an id that nobody told the agent (made up for each
request) is masked. Two outcomes are equal when the results are, with times, durations, made-up ids, addresses and
temporary names masked. Nothing is worked out before somebody asks: of most turns only the deed ever is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from replaydbg.core.message import Json, Message, ToolCall
from replaydbg.core.step import KINDS, STATUSES, Kind, Status
from replaydbg.graph import asides
from replaydbg.graph.answers import Answers
from replaydbg.graph.failures import failed
from replaydbg.graph.index import CallPlace, TraceIndex
from replaydbg.graph.outcomes import FAILED_HEAD, Outcomes
from replaydbg.graph.same_words import SameWords
from replaydbg.graph.stretch import Stretch
from replaydbg.graph.wording import (
    canonical_bytes,
    gist,
    gist_of,
    has_long_word,
    is_nothing,
    masked_bytes,
    plain_beginning,
    plainly,
    roughly,
    with_ids_replaced,
)

_TOOL_EXECUTION = KINDS.index(Kind.TOOL_EXECUTION)
_ERROR = STATUSES.index(Status.ERROR)

_FAILED, _NOTHING, _SAID = 1, 2, 3
"""What came back, of turns of which a glance says all."""

_BEGINNING_CHARS = 80
_PIECE_CHARS, _OPENING_BYTES = 400, 64

_NAMED_AS_IT_IS_BYTES_MAX = 256
"""Longer texts are known by their hash and size: a million calls that each write a file would fill the memory."""


class Result(NamedTuple):
    """What came of one call. `known` is false where nothing was recorded."""

    known: bool
    value: Json = None
    failed: bool = False
    row: int | None = None
    """The execution that recorded it; None where it is known from a later prompt only."""


_UNKNOWN = Result(False)


class Turn:
    """Worked out when asked for, and kept. Numbers are names: equal numbers in one trace mean equal things.

    `rows` are the model call, then the executions in the order of the calls; or one execution alone.
    """

    __slots__ = (
        "_begins", "_came", "_deeds", "_did", "_gist", "_outcome", "_roughly", "at", "calls", "rows", "spelled",
        "stretch", "tools",
    )  # fmt: skip

    def __init__(
        self, deeds: Deeds, stretch: Stretch, rows: tuple[int, ...], calls: tuple[ToolCall, ...]
    ) -> None:
        self.rows = rows
        self.calls = calls
        self.tools = (calls[0].name,) if len(calls) == 1 else tuple([call.name for call in calls])
        self.stretch = stretch
        self.at = len(stretch.heard)
        """How much the stretch had heard before."""
        self.spelled = 0
        """A number that is equal for two turns only if the same was done, letter by letter; 0 where nobody has looked."""
        self._deeds = deeds
        self._did: int | None = None
        self._roughly: int | None = None
        self._gist: int | None = None
        self._begins: bytes | None = None
        self._came: int | None = None
        self._outcome: int | None = None

    @property
    def row(self) -> int:
        return self.rows[0]

    @property
    def asked(self) -> tuple[int, Message | None]:
        """How many messages the reply was told, and the last of them; none where that was not recorded."""
        messages = self._deeds.trace.body(self.row).messages
        return (len(messages), messages[-1]) if messages else (0, None)

    @property
    def did(self) -> int:
        """The calls with their arguments, or the text that was said. Negative where that was not recorded."""
        if self._did is None:
            self._did = self._deeds.deed(self)
        return self._did

    @property
    def roughly(self) -> int:
        """As `did`, with every number masked."""
        if self._roughly is None:
            self._roughly = self._deeds.rough_deed(self)
        return self._roughly

    @property
    def gist(self) -> int:
        """Equal where `roughly` is, and now and then elsewhere. Quick: what most turns have with no other one."""
        if self._gist is None:
            self._gist = self._deeds.gist(self)
        return self._gist

    @property
    def came(self) -> int:
        """What came back at a glance, numbers masked: where that differs, so do the outcomes. Quick."""
        if self._came is None:
            self._came = self._deeds.glance(self, self.results())
        return self._came

    def came_as(self, other: Turn) -> bool:
        """Whether `came` is equal: mostly the first words tell that it is not, and the rest need not be looked through."""
        if self._came is None or other._came is None:
            head, another = self._deeds.head(self), self._deeds.head(other)
            if head and another and (head != another or head == FAILED_HEAD):
                return head == another
            mine, its = self.begins, other.begins
            if mine and its and not mine.startswith(its) and not its.startswith(mine):
                return False
        return self.came == other.came

    @property
    def begins(self) -> bytes:
        """How what came back begins, numbers masked; b"" where that says less than `came`."""
        if self._begins is None:
            self._begins = self._deeds.beginning(self)
        return self._begins

    def came_otherwise(self, other: Turn) -> bool:
        """Whether the first letters tell that `outcome` is another one: mostly they do, and the rest need not be looked through."""
        return self._deeds.differ(self, other)

    @property
    def outcome(self) -> int:
        """What came back. Negative, and never twice the same, where that was not recorded: unknown is not *the same*."""
        if self._outcome is None:
            self._outcome = self._deeds.outcome(self, self.results())
        return self._outcome

    @property
    def failed(self) -> bool:
        return self.came == _FAILED

    @property
    def nothing(self) -> bool:
        """Whether what came back was empty: no results, null, not found."""
        return self.came == _NOTHING

    def results(self) -> list[Result]:
        """What came of each call, in the order of the calls."""
        return self._deeds.results(self) if self.calls else []


class Deeds:
    """Names deeds and outcomes of one trace by numbers."""

    def __init__(self, index: TraceIndex, answers: Answers, outcomes: Outcomes) -> None:
        self.index = index
        self.trace = index.trace
        self.answers = answers
        self.outcomes = outcomes
        self._same = SameWords()
        self._did: dict[int, int] = {}
        """By how it was spelled: the same is done again and again, spelled alike, and need not be compared letter by letter."""
        self._numbers: dict[Any, int] = {None: 0, "failed": _FAILED, "nothing": _NOTHING, "said": _SAID}

    def deed(self, turn: Turn) -> int:
        """See `Turn.did`."""
        if not turn.calls:
            row = turn.row
            return self._number(("text", self._same.number(self._text(row), lambda: self._text(row))))
        known = self._did.get(turn.spelled)
        if known is not None:
            return known
        text = _calls_text(turn)
        if text is None:
            return self._unknown()
        number = self._number(_short(text))
        # What is told of ids is another thing each time.
        if turn.spelled and b"~" not in text and not has_long_word(text):
            self._did[turn.spelled] = number
        return number

    def rough_deed(self, turn: Turn) -> int:
        """See `Turn.roughly`."""
        if not turn.calls:
            return turn.did
        text = _calls_text(turn)
        return self._unknown() if text is None else self._number(("roughly", _short(roughly(text))))

    def gist(self, turn: Turn) -> int:
        """See `Turn.gist`."""
        calls = turn.calls
        if not calls or not _is_told(calls):
            return turn.roughly
        if len(calls) == 1:
            name, text = calls[0].name, plainly(_said(calls[0]))
            turn.spelled = hash((name, text))
            return hash((_gist_of_name(name), gist_of(text)))
        spelled = [(call.name, plainly(_said(call))) for call in calls]
        turn.spelled = hash(tuple(spelled))
        return hash(tuple(sorted([(_gist_of_name(name), gist_of(text)) for name, text in spelled])))

    def results(self, turn: Turn) -> list[Result]:
        """See `Turn.results`."""
        rows, calls = turn.rows, turn.calls
        if len(rows) > len(calls):  # each call was recorded as executed
            return [self._result(row) for row in rows[1:]]
        if self.trace.kinds[rows[0]] == _TOOL_EXECUTION:
            return [self._result(rows[0])]
        found = []
        for number in range(len(calls)):
            execution = self.index.execution_of(rows[0], number)
            if execution is not None:
                found.append(self._result(execution))
            else:
                found.append(self._response(CallPlace(rows[0], number)))
        return found

    def glance(self, turn: Turn, results: Sequence[Result]) -> int:
        """See `Turn.came`."""
        if not turn.calls:
            return _SAID
        if any(result.failed for result in results):
            return _FAILED
        if not all(result.known for result in results):
            return self._unknown()
        if all(is_nothing(result.value) for result in results):
            return _NOTHING
        said = b"\n".join([roughly(_raw(result.value)) for result in results])
        return self._number(("came", _short(said)))

    def head(self, turn: Turn) -> int:
        """As `Outcomes.heads`, of what came of the first call: where those of two turns differ, so does what came back."""
        rows, heads = turn.rows, self._heads
        if len(turn.calls) == 1:
            return heads[rows[-1]]
        if len(rows) <= len(turn.calls):
            return 0
        found = [heads[row] for row in rows[1:]]
        if FAILED_HEAD in found:
            return FAILED_HEAD  # of turns in which something failed that is all that counts
        return found[0] if 0 not in found else 0

    @cached_property
    def _heads(self) -> Sequence[int]:
        return self.outcomes.heads

    def differ(self, turn: Turn, other: Turn) -> bool:
        """See `Turn.came_otherwise`."""
        mine, its = self._text_of(turn), self._text_of(other)
        for begins in (plain_beginning, _opening):
            one, another = begins(mine), begins(its)
            if one and another and not one.startswith(another) and not another.startswith(one):
                return True
        return False

    def _text_of(self, turn: Turn) -> str:
        """What came of one call; "" where that is no text."""
        if len(turn.calls) != 1:
            return ""
        (result,) = turn.results()
        return result.value if result.known and isinstance(result.value, str) else ""

    def beginning(self, turn: Turn) -> bytes:
        """See `Turn.begins`."""
        if len(turn.calls) != 1:
            return b""
        (result,) = turn.results()
        if result.failed or not isinstance(result.value, str) or is_nothing(result.value):
            return b""
        return roughly(_raw(result.value[:_BEGINNING_CHARS]))

    def outcome(self, turn: Turn, results: Sequence[Result]) -> int:
        """See `Turn.outcome`."""
        if not turn.calls:
            return _SAID
        if not all(result.known for result in results):
            return self._unknown()
        numbers = [self._outcome(result) for result in results]
        if len(numbers) == 1:
            return numbers[0]
        texts = [_call_text(call, turn) for call in turn.calls]
        return self._number(tuple(numbers[at] for at in sorted(range(len(texts)), key=texts.__getitem__)))

    def _outcome(self, result: Result) -> int:
        text = canonical_bytes(result.value)
        masked = masked_bytes(text)
        # What is nothing but a time or an id says just that.
        return self._number((result.failed, _short(text if masked == b"~" else masked)))

    def _result(self, row: int) -> Result:
        came = self.outcomes.ran(row)
        if came.known and not came.failed:
            return Result(True, self.outcomes.result(row), False, row)
        body, marked = self.trace.body(row), self.trace.statuses[row] == _ERROR
        if body.has_result:
            value, name = body.result, body.call.name if body.call is not None else ""
            return Result(True, value, marked or failed(value, name), row)
        if body.error:
            return Result(True, body.error, True, row)
        return Result(False, None, marked, row)

    def _response(self, place: CallPlace) -> Result:
        response = self.answers.response(place)
        if response is not None:
            name = self.index.calls(place.row)[place.index].name
            return Result(True, response.result, response.is_error or failed(response.result, name))
        text = self.answers.as_text(place.row)
        return Result(True, text, failed(text)) if text else _UNKNOWN

    def _text(self, row: int) -> str:
        output = self.trace.body(row).output
        return output.text if output is not None else ""

    def _unknown(self) -> int:
        return -self._number(object())

    def _number(self, thing: Any) -> int:
        number = self._numbers.get(thing)
        if number is None:
            number = self._numbers[thing] = len(self._numbers)
        return number


def _opening(text: str) -> bytes:
    """How a result begins, as its outcome has it; b"" where that cannot be told from a piece of it.

    What is masked is short but for paths, and of a piece that ends in one too little is left.
    """
    if len(text) < _PIECE_CHARS:
        return b""
    piece = masked_bytes(canonical_bytes(text[:_PIECE_CHARS]))[:_OPENING_BYTES]
    return piece if len(piece) == _OPENING_BYTES else b""


def _raw(value: Json) -> bytes:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else canonical_bytes(value)


def _short(text: bytes) -> bytes | tuple[int, int]:
    return text if len(text) <= _NAMED_AS_IT_IS_BYTES_MAX else (hash(text), len(text))


def _is_told(calls: Iterable[ToolCall]) -> bool:
    """Whether it was recorded with what each was called."""
    for call in calls:  # noqa: SIM110 - every turn is asked, and a generator takes three times as long
        if call.arguments is None and call.problem is None:
            return False
    return True


def _calls_text(turn: Turn) -> bytes | None:
    """What a turn of calls did; None where that was not recorded. Calls of one reply run side by side: their order says nothing."""
    if not _is_told(turn.calls):
        return None
    return b"\n".join(sorted([_call_text(call, turn) for call in turn.calls]))


_gist_of_name = lru_cache(maxsize=1000)(gist)


def _said(call: ToolCall) -> Json:
    return call.raw or "" if call.problem else asides.deed(call)


def _call_text(call: ToolCall, turn: Turn) -> bytes:
    """Name and arguments; ids that nobody told the agent before the turn are masked: they are made up for each request."""
    said = canonical_bytes(_said(call))
    stretch = turn.stretch
    if stretch.prompts_known and has_long_word(said):
        text = said.decode("utf-8", "surrogatepass")
        text = with_ids_replaced(text, lambda id_: id_ if stretch.knew(id_.lower(), turn.at) else "~")
        said = text.encode("utf-8", "surrogatepass")
    return call.name.encode("utf-8", "surrogatepass") + b" " + said
