"""Conversations of session files that grow to hundreds of megabytes: as in `_transcript`, but no object is kept a step.

Entries are numbers that the reader's decoders find the bytes by, rows are added in batches, and a body is put together
out of a few columns when somebody looks at its step.
"""

# ruff: noqa: PLR1730, FURB136 - each line comes by here, and `max` and `min` take three times as long

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from math import nan
from typing import Any, TypeAlias

from replaydbg.core.columns import AT_ONCE, KIND_NUMBER, NOT_RECORDED, STATUS_NUMBER, Columns, arrange
from replaydbg.core.finding import Notice
from replaydbg.core.history import Conversation, History
from replaydbg.core.step import Body, Kind, PlainBody, Status
from replaydbg.core.trace import Source, Trace
from replaydbg.readers._transcript_body import UNHEARD, Decoders, Place, TranscriptBody, UnheardBody

WAITING_CALLS_MAX = 256
"""Calls kept waiting for their response: one that 256 later calls overtook is not going to be answered."""

_ROWS_MAX = 4096
"""Rows kept as lists before they go into the columns."""
_END, _INPUT_TOKENS, _OUTPUT_TOKENS = 7, 9, 10
"""Places in a row."""
_MODEL_CALL, _TOOL_EXECUTION = KIND_NUMBER[Kind.MODEL_CALL], KIND_NUMBER[Kind.TOOL_EXECUTION]
_UNSET, _ERROR = STATUS_NUMBER[Status.UNSET], STATUS_NUMBER[Status.ERROR]

Asked: TypeAlias = tuple[str, str]
"""Id and name of a tool call."""
_Waits: TypeAlias = tuple[str, int, int]
"""Name of the tool; place of the reply, and number of the call in it; when it was asked."""
_PLACE_BITS = 32
_PLACE_MASK = (1 << _PLACE_BITS) - 1
_PART_BITS = 15
_PART_MAX = (1 << _PART_BITS) - 1
"""Calls of one reply, and results in one message, that are told apart."""


class Talk:
    """One conversation. `agent` and `parent_id` are those of its steps."""

    def __init__(self, number: int, agent: str, parent_id: str, conversation: Conversation) -> None:
        self.number = number
        self.agent = agent
        self.parent_id = parent_id
        self.conversation = conversation
        self.entries = self.conversation.entries
        self.length = len(conversation)
        self.last_ns = NOT_RECORDED
        """When the last entry was written: the next reply began there."""
        self.said_ns = NOT_RECORDED
        """When the last message was written that is no reply."""
        self.heard = self.length
        """So many of the messages stand in steps, as replies, as results, or in the prompt of a reply."""
        self.waiting: dict[str, _Waits] = {}
        self.spoken = array("i")
        """Places of replies and of turns of a person: not of what tools said."""
        self.reply_id = ""
        self.reply_row = self.reply_place = self.reply_entry = -1
        self.calls = 0
        """Calls of the latest reply."""

    def say(self, entry: int, moment_ns: int = NOT_RECORDED) -> int:
        """What stands in later prompts and is no step. Gives its place."""
        if moment_ns >= 0:
            self.said_ns = moment_ns
            if moment_ns > self.last_ns:
                self.last_ns = moment_ns
        place = self.length
        self.entries.append(entry)
        self.length = place + 1
        return place


class _Bodies:
    """What is needed of the talks once they are read: where each step's reply or result stands. Handles are indices."""

    def __init__(self, decoders: Decoders) -> None:
        self._decoders = decoders
        self.conversations: list[Conversation] = []
        self.places = array("q")
        """Number of the talk, and place in it."""
        self.answers = array("q")
        """Of results the call that is answered, and which part of the message the result is; -1 of replies."""
        self.begun = array("q")
        """Place of the first reply of each talk; -1 where there is none."""

    def __call__(self, handle: Any) -> Body:
        if not isinstance(handle, int):
            return handle  # type: ignore[no-any-return]  # a body that `step` was given
        place, answer = self.places[handle], self.answers[handle]
        conversation = self.conversations[place >> _PLACE_BITS]
        place &= _PLACE_MASK
        entry = conversation.entries[place - conversation.kept]
        call, part = None, -1
        if answer >= 0:
            part, asked = answer & _PART_MAX, (answer >> _PART_BITS) - 1
            call = (asked >> _PART_BITS, asked & _PART_MAX) if asked >= 0 else None
        at = tuple.__new__(
            Place, (conversation, place, part, call, place, None, entry)
        )  # half the time of a call
        return TranscriptBody(at, self._decoders)

    def written(self, handle: Any) -> list[memoryview] | None:
        """Of a reply with what was new to it; of what was said before the first one all is."""
        written = self._decoders.written
        if not isinstance(handle, int) or written is None:
            return None
        number, place = self.places[handle] >> _PLACE_BITS, self.places[handle] & _PLACE_MASK
        answer, conversation = self.answers[handle], self.conversations[number]
        asked = (answer >> _PART_BITS) - 1
        new: Sequence[int] = (place,) if asked < 0 else (asked >> _PART_BITS, place)
        if answer < 0:
            new = range(place - 1 if 0 <= self.begun[number] < place else 0, place + 1)
        return [piece for at in new for piece in written(conversation.entry(at))]

    def all_written(self, handles: list[Any]) -> tuple[list[memoryview], Sequence[int]]:
        """All that was said in each talk from the first of these steps to the last. See `Trace.all_written`."""
        all_written = self._decoders.all_written
        if all_written is None:
            return [], range(len(handles))
        known = [handle for handle in handles if isinstance(handle, int)]
        placed = sorted(
            zip(map(self.places.__getitem__, known), map(self.answers.__getitem__, known), strict=True)
        )
        pieces: list[memoryview] = []
        at = 0
        while at < len(placed):  # talk by talk
            number, first = placed[at][0] >> _PLACE_BITS, placed[at][0] & _PLACE_MASK
            end = bisect_left(placed, ((number + 1) << _PLACE_BITS,), at)
            asked = min((answer for _, answer in placed[at:end] if answer >> _PART_BITS > 0), default=-1)
            first = first - 1 if 0 <= self.begun[number] < first else 0
            if asked >= 0:
                first = min(first, (asked >> _PART_BITS) - 1 >> _PART_BITS)
            last = placed[end - 1][0] & _PLACE_MASK
            pieces += all_written(self.conversations[number].entries_between(first, last))
            at = end
        return pieces, [at for at, handle in enumerate(handles) if not isinstance(handle, int)]


class Talks:
    """All conversations of one trace."""

    def __init__(self, decoders: Decoders) -> None:
        self._decoders = decoders
        self.columns = Columns()
        self.all: list[Talk] = []
        self._rows: list[list[Any]] = []
        self._flushed = 0
        self._bodies = _Bodies(decoders)

    def open(self, agent: str = "", parent_id: str = "", before: Talk | None = None, kept: int = 0) -> Talk:
        """A new conversation, or one that shares the first `kept` messages of another."""
        conversation = self._decoders.conversation(before.conversation if before else None, kept)
        talk = Talk(len(self.all), agent, parent_id, conversation)
        if before is not None:
            talk.last_ns = before.last_ns
            talk.waiting = {
                id_: waits for id_, waits in before.waiting.items() if waits[1] >> _PART_BITS < kept
            }
        self.all.append(talk)
        self._bodies.conversations.append(talk.conversation)
        begun = self._bodies.begun[before.number] if before is not None else -1
        self._bodies.begun.append(begun if begun < kept else -1)
        return talk

    def forked(self, talk: Talk, length: int) -> Talk:
        """The talk itself; but a fork of it where somebody spoke after its first `length` messages already."""
        if not talk.spoken or talk.spoken[-1] < length:
            return talk
        kept = talk.spoken[bisect_left(talk.spoken, length)]
        return self.open(talk.agent, talk.parent_id, talk, kept)

    def reply(  # noqa: PLR0917 - called for every reply; keywords would cost a tenth of the time
        self,
        talk: Talk,
        entry: int,
        id_: str,
        model: str,
        moment_ns: int,
        tokens: tuple[int, int],
        cost_usd: float = nan,
    ) -> None:
        """A model call that answers all that was said so far; `asks` tells its tool calls."""
        start = talk.last_ns
        if start < 0 or start > moment_ns:
            start = moment_ns
        place = talk.length
        if self._bodies.begun[talk.number] < 0:
            self._bodies.begun[talk.number] = place
        talk.reply_row, talk.reply_entry, talk.calls = self._flushed + len(self._rows), entry, 0
        talk.reply_place = place
        talk.spoken.append(place)
        talk.entries.append(entry)
        talk.length = talk.heard = place + 1
        if moment_ns > talk.last_ns:
            talk.last_ns = moment_ns
        self._rows.append(
            [
                id_, talk.parent_id, _MODEL_CALL, f"chat {model}" if model else "chat", talk.agent,
                model, start, moment_ns, _UNSET, tokens[0], tokens[1], cost_usd,
                len(self._bodies.places),
            ]
        )  # fmt: skip
        self._bodies.places.append(talk.number << _PLACE_BITS | talk.reply_place)
        self._bodies.answers.append(-1)
        if len(self._rows) >= _ROWS_MAX:
            self._flush()

    def more(self, talk: Talk, moment_ns: int) -> None:
        """More of the latest reply, which some formats write in pieces."""
        if moment_ns > talk.last_ns:
            talk.last_ns = moment_ns
        at = talk.reply_row - self._flushed
        if at >= 0:
            self._rows[at][_END] = moment_ns
        else:
            self.columns.ends_ns[talk.reply_row] = moment_ns

    def count(self, row: int, tokens: tuple[int, int]) -> None:
        """The tokens of the reply at this row."""
        at = row - self._flushed
        if at >= 0:
            self._rows[at][_INPUT_TOKENS], self._rows[at][_OUTPUT_TOKENS] = tokens
        else:
            self.columns.input_tokens[row], self.columns.output_tokens[row] = tokens

    def asks(self, talk: Talk, calls: Sequence[Asked], moment_ns: int) -> None:
        """Tool calls of the latest reply."""
        waiting = talk.waiting
        for call_id, name in calls:
            number = talk.calls if talk.calls < _PART_MAX else _PART_MAX
            waiting[call_id] = (name, talk.reply_place << _PART_BITS | number, moment_ns)
            talk.calls += 1
        while len(waiting) > WAITING_CALLS_MAX:
            del waiting[next(iter(waiting))]

    def answer(
        self,
        talk: Talk,
        place: int,
        part: int,
        call_id: str,
        moment_ns: int,
        *,
        is_error: bool,
        name: str = "",
    ) -> None:
        """The tool execution behind the `part`-th response in the message at `place`; its id is that of the call."""
        if talk.heard == place:
            talk.heard = place + 1
        waits = talk.waiting.pop(call_id, None)
        start, asked = moment_ns, -1
        if waits is not None:
            name, asked, asked_ns = waits
            if 0 <= asked_ns <= moment_ns:
                start = asked_ns
        self._rows.append(
            [
                call_id, talk.parent_id, _TOOL_EXECUTION, name or "tool", talk.agent, "", start, moment_ns,
                _ERROR if is_error else _UNSET, -1, -1, nan,
                len(self._bodies.places),
            ]
        )  # fmt: skip
        self._bodies.places.append(talk.number << _PLACE_BITS | place)
        self._bodies.answers.append((asked + 1) << _PART_BITS | (part if part < _PART_MAX else _PART_MAX))
        if len(self._rows) >= _ROWS_MAX:
            self._flush()

    def step(self, kind: Kind, name: str, body: Body | None = None, *, id_: str = "", **facts: Any) -> str:
        """A step that is neither, with any of the keywords of `Columns.add`. Gives its id."""
        self._flush()
        id_ = id_ or f"{kind[0]}{self._flushed + 1}"
        self.columns.add(id=id_, kind=kind, name=name, handle=body or PlainBody(), **facts)
        self._flushed += 1
        return id_

    def end(self, says: Callable[[int], bool] = lambda _: True) -> None:
        """A step for what nobody answered, at the end of each talk: where it `says` something, or is all there is."""
        self._flush()
        is_all = not self._flushed
        for talk in self.all:
            unheard = talk.entries[talk.heard - talk.conversation.kept :]
            talk.heard = talk.length
            if any(map(says, unheard)) or (is_all and unheard):
                moment = talk.last_ns if talk.said_ns < 0 else talk.said_ns
                self.step(
                    Kind.OPAQUE,
                    UNHEARD,
                    UnheardBody(History(talk.conversation, talk.length)),
                    agent=talk.agent,
                    parent_id=talk.parent_id,
                    start_ns=moment,
                )

    def trace(self, trace_id: str, source: Source) -> tuple[Trace, tuple[Notice, ...]]:
        self._flush()
        _tell_apart(self.columns.ids)
        arranged = arrange(self.columns, trace_id=trace_id, source=source, decode=self._bodies)
        return arranged.trace, arranged.notices

    def flush(self) -> Columns:
        """All steps so far, as columns."""
        self._flush()
        return self.columns

    def _flush(self) -> None:
        self.columns.extend(self._rows)  # type: ignore[arg-type]  # rows are lists while they may still change
        self._flushed += len(self._rows)
        self._rows.clear()


def _tell_apart(ids: list[str]) -> None:
    """Rename ids that occur again: proxies count the calls of each reply anew."""
    different: set[str] = set()
    for start in range(0, len(ids), AT_ONCE):
        different.update(ids[start : start + AT_ONCE])
    if len(different) == len(ids):
        return
    taken, times = set(ids), dict.fromkeys(ids, 0)
    for at, id_ in enumerate(ids):
        times[id_] += 1
        if times[id_] > 1:
            unique = f"{id_}~{times[id_]}"
            while unique in taken:
                unique += "~"
            taken.add(unique)
            ids[at] = unique
