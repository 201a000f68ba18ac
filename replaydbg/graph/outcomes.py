"""What came of each tool call, in a few facts: whether it failed, and whether the runtime refused the call itself."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from replaydbg.core.message import Json, ToolCall
from replaydbg.core.step import STATUSES, Body, Kind, Status
from replaydbg.core.trace import Trace
from replaydbg.graph.answers import Answers
from replaydbg.graph.calls import SeenCall
from replaydbg.graph.failures import (
    BEGINNING_CHARS,
    HEAD_CHARS,
    Refusal,
    begins_well,
    looked_at,
    refusal,
    says_failure,
)
from replaydbg.graph.index import Asked, CallPlace, TraceIndex
from replaydbg.graph.wording import is_nothing, roughly

_ERROR = STATUSES.index(Status.ERROR)
_KEPT_CHARS = 200
_SHORT_CHARS_MAX = 400
"""A result up to here is kept: to decode its step once more takes longer than all else that is asked of it."""
FAILED_HEAD = -1
"""No hash is."""
_LOOKED_AT_CHARS, _HEAD_BYTES = 80, 24
"""Of a result: some are in the same wrapping of JSON, all of them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    known: bool = False
    """Whether anything came back that was recorded."""
    failed: bool = False
    """The recording says so, or the result begins with the word."""
    marked: bool = False
    """Whether it is the recording that says so."""
    refusal: Refusal | None = None
    text: str = ""
    """How the result begins, where it failed or was refused; "" otherwise."""


UNKNOWN = Outcome()
_WELL = Outcome(known=True)


class Came:
    """What came of each tool execution of a walk, by row; as the call is named that the execution recorded."""

    def __init__(self, trace: Trace, asked: Asked) -> None:
        self._calls = asked.executed
        self._statuses = trace.statuses
        self.of_row: dict[int, Outcome] = {}
        self.heads = array("q", bytes(8 * len(trace)))
        """See `Outcomes.heads`. Kept, since all results of a large run are not, and most turns are told apart by it."""
        self.short: dict[int, str] = {}
        """Results that are short texts."""

    def hear(self, row: int, body: Body) -> None:
        result = body.result
        if isinstance(result, str) and (result or body.has_result):
            if len(result) <= _SHORT_CHARS_MAX:
                self.short[row] = result
            if self._statuses[row] != _ERROR and begins_well(result[:BEGINNING_CHARS]) and not body.error:
                self.of_row[row] = _WELL  # as `told` has it, and nearly always
                self.heads[row] = _head(result)
                return
        call = self._calls.get(row)
        name = call.name if call is not None else ""
        came = self.of_row[row] = _ran(body, name, marked=self._statuses[row] == _ERROR)
        if came is _WELL:
            self.heads[row] = _head(body.result)
        elif came.failed and (
            came.marked or not body.error
        ):  # and not only for the error of a step that gave something
            self.heads[row] = FAILED_HEAD


def _head(result: Json) -> int:
    if not isinstance(result, str):
        return 0
    letters = roughly(result[:_LOOKED_AT_CHARS].encode("utf-8", "surrogatepass"))
    return hash(letters[:_HEAD_BYTES]) if len(letters) >= _HEAD_BYTES and not is_nothing(result) else 0


def _ran(body: Body, name: str, *, marked: bool) -> Outcome:
    error = body.error
    if body.has_result:
        return told(body.result, marked=marked, or_else=error, name=name)
    return told(error, marked=True, name=name) if error or marked else UNKNOWN


class Outcomes:
    """What came of calls: of executions, and of what later prompts say."""

    def __init__(self, index: TraceIndex, answers: Answers) -> None:
        self._index = index
        self._answers = answers
        self._came = index.walk.add(
            lambda present: Came(index.trace, present(index.asked)), Kind.TOOL_EXECUTION
        )

    @cached_property
    def _of_row(self) -> Mapping[int, Outcome]:
        return self._index.walk.heard(self._came).of_row

    def ran(self, row: int) -> Outcome:
        """What came of the tool execution at `row`, as the call is named that it recorded."""
        return self._of_row[row]

    def result(self, row: int) -> Json:
        """What the tool execution at `row` gave; None also where nothing was recorded."""
        short = self._short.get(row)
        if short is not None:
            return short
        body = self._index.trace.body(row)
        return body.result if body.has_result else None

    @cached_property
    def _short(self) -> Mapping[int, str]:
        return self._index.walk.heard(self._came).short

    @property
    def heads(self) -> Sequence[int]:
        """By row a number for the first letters of the text that the tool execution gave, without numbers.

        `FAILED_HEAD` of one that failed; 0 where they do not tell it from another one: no text, a short one, or one that
        says nothing.
        """
        return self._index.walk.heard(self._came).heads

    def of(self, calls: Iterable[SeenCall]) -> tuple[Outcome, ...]:
        """An outcome for each of the calls, in their order."""
        came, executed = self._of_row, self._index.executed_by_row
        return tuple(
            [
                _WELL  # as nearly all that ran as it was asked for
                if (ran := seen.ran) is not None and came[ran] is _WELL and executed.get(ran) is seen.call
                else self._of(seen, came, executed)
                for seen in calls
            ]
        )

    def _of(
        self, seen: SeenCall, came: Mapping[int, Outcome], executed_at: Mapping[int, ToolCall]
    ) -> Outcome:
        if seen.ran is not None:
            outcome = came[seen.ran]
            executed = executed_at.get(seen.ran)
            if executed is None or executed.name != seen.call.name:
                trace = self._index.trace
                marked = trace.statuses[seen.ran] == _ERROR
                outcome = _ran(trace.body(seen.ran), seen.call.name, marked=marked)
            if outcome.known:
                return outcome
        if not seen.alone:
            response = self._answers.response(CallPlace(seen.row, seen.number))
            if response is not None:
                return told(response.result, marked=response.is_error, name=seen.call.name)
        return UNKNOWN


def told(result: Json, *, marked: bool, or_else: str = "", name: str = "") -> Outcome:
    """What a result says of the call to the tool called `name`. `or_else` is the error of the step, asked where the result says nothing."""
    said, refused, fails = looked_at(result, name)
    step = or_else[:HEAD_CHARS]
    if step:
        refused = refused or refusal(step, step, name)
        fails = fails or (not said and says_failure(step))
    if not (marked or fails or refused is not None):
        return _WELL
    return Outcome(
        known=True,
        failed=True,
        marked=marked,
        refusal=refused,
        text=" ".join((said or step)[:_KEPT_CHARS].split()),
    )
