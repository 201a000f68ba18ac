"""What a step says: its names, its messages, its arguments, its result, as texts to be searched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias

from replaydbg.core.message import Json, Message, OtherPart, Reasoning, Text, ToolCall, ToolResponse
from replaydbg.core.step import Body, Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.walk import Heed, unheeded
from replaydbg.views.blocks import one_line
from replaydbg.views.expressions import Expression, TooSlow
from replaydbg.views.needle import Needle, has_escapes

_AT_ONCE_BYTES = 64 << 10
"""What stays in the processor's cache."""
_AT_ONCE_ROWS = 4096
_BATCH_BYTES = 512 << 10
"""So much is looked through by one thread before another takes its turn."""
_LARGE_BYTES_MIN = 8 << 10
"""Smaller pieces are looked at together; what was in them is not kept."""


def said(trace: Trace, row: int) -> Iterator[str]:
    """The texts of a step, the cheap ones first: its names before the body is decoded. What a model call was told is

    given where it was new: the whole history stands in each call of a thread, and a hit in every one of them would be
    no hit at all. So of a prompt only the last message is given, and all of the first one of a thread.
    """
    yield _names(trace, row)
    yield from _texts(trace.fresh(row), trace.kind(row))


def _names(trace: Trace, row: int) -> str:
    return f"{trace.name(row)}\n{trace.agent(row)}\n{trace.model(row)}\n{trace.ids[row]}"


def _texts(body: Body, kind: Kind) -> Iterator[str]:
    if body.error:
        yield body.error
    if kind is Kind.MODEL_CALL:
        messages = body.messages or ()
        has_begun = any(message.tool_calls or str(message.role) == "assistant" for message in messages)
        for message in messages[-1:] if has_begun else messages:
            yield from _message_texts(message)
        if body.output is not None:
            yield from _message_texts(body.output)
    elif kind is Kind.TOOL_EXECUTION:
        if body.call is not None:
            yield from _call_texts(body.call)
        if body.has_result:
            yield _value_text(body.result)
    else:
        yield _value_text(body.input)
        yield _value_text(body.output_value)


def _message_texts(message: Message) -> Iterator[str]:
    for part in message.parts:
        match part:
            case Text(text) | Reasoning(text):
                yield text
            case ToolCall():
                yield from _call_texts(part)
            case ToolResponse(result=result):
                yield _value_text(result)
            case OtherPart(value):
                yield _value_text(value)


def _call_texts(call: ToolCall) -> Iterator[str]:
    yield call.name
    yield call.raw if call.raw is not None else one_line(call.arguments)


def _value_text(value: Json) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else one_line(value)


Each: TypeAlias = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""As `map`. That of a pool of threads looks at several pieces at a time."""


class Saying:
    """Whether a step says some words, in any case, or a text that is like a pattern. Bytes that cannot hold it are not
    decoded: a run of a gigabyte has a hit in the first second, wherever it is.
    """

    def __init__(self, trace: Trace, sought: str | Expression, each: Each = map) -> None:
        self._trace = trace
        self._each = each
        self._is_in = partial(_says, sought.casefold()) if isinstance(sought, str) else sought.holds
        self._is_pattern = not isinstance(sought, str)
        self._named = (
            set()
            if self._is_pattern
            else {number for number, string in enumerate(trace.strings) if self._is_in(string)}
        )
        self._needle = Needle.of(sought)
        self._first = self._end = 0
        """Rows whose bytes were looked at together, and whether there was something in them."""
        self._is_there = self._may_be_named = False
        self._others: set[int] = set()
        """Those of these rows that have bytes of their own."""
        self._known: dict[int, bool] = {}
        """Of large pieces, which rows share: steps of several agents lie in turns. By identity: the trace holds them."""

    def __call__(self, row: int) -> bool:
        if self._needle and not self._may_say(row):
            return self._is_named(row)
        try:
            return any(self._is_in(text) for text in said(self._trace, row))
        except TooSlow as problem:
            raise TooSlow(f"{problem} at #{row + 1}") from problem

    def among(self, rows: range) -> Iterable[int]:
        """Those of the rows that may say it: of many others it is known together that they do not."""
        return self._not_passed_by(rows) if self._needle else rows

    def _not_passed_by(self, rows: range) -> Iterator[int]:
        at = rows.start
        while at < rows.stop:
            if not self._first <= at < self._end:
                self._look_ahead(at)
            stretch = range(at, min(rows.stop, self._end))
            if self._is_there or self._may_be_named:
                yield from stretch
            elif self._others:
                yield from filter(self._others.__contains__, stretch)
            at = stretch.stop

    def _is_named(self, row: int) -> bool:
        trace = self._trace
        if self._is_pattern:
            return bool(self._is_in(_names(trace, row)))
        named = self._named
        return bool(self._is_in(trace.ids[row])) or (
            bool(named) and not named.isdisjoint((trace.names[row], trace.agents[row], trace.models[row]))
        )

    def _may_be_named_so(self, rows: range) -> bool:
        """Whether all names of the rows together hold what one of them must."""
        trace, stretch = self._trace, slice(rows.start, rows.stop)
        numbers = set(trace.names[stretch]).union(trace.agents[stretch], trace.models[stretch])
        names = [*trace.ids[stretch], *map(trace.strings.__getitem__, numbers)]
        return self._needle.may_be_in("\n".join(names).encode(errors="surrogatepass"))

    def _may_say(self, row: int) -> bool:
        if not self._first <= row < self._end:
            self._look_ahead(row)
        if not self._is_there and row not in self._others:
            return False
        pieces = self._trace.written(row)
        return pieces is None or any(map(self._may_hold, pieces))

    def _look_ahead(self, row: int) -> None:
        """Look at the bytes of this row and of some behind it: of small pieces at all together."""
        rows = range(row, min(len(self._trace), row + _AT_ONCE_ROWS))
        written = self._trace.all_written(rows)
        if written is None:
            self._look_one_by_one(rows)
        else:
            pieces, others = written
            self._look_at(pieces)
            self._first, self._end, self._others = row, rows.stop, set(others)
        self._may_be_named = self._is_there or self._may_be_named_so(range(row, self._end))

    def _look_at(self, pieces: Sequence[memoryview | bytes]) -> None:
        known = self._known
        large = [piece for piece in pieces if _is_large(piece)]
        batches = list(_batches(piece for piece in large if id(piece) not in known))
        for batch, held in zip(batches, self._each(self._held, batches), strict=True):
            known.update(zip(map(id, batch), held, strict=True))
        small = _batches(piece for piece in pieces if not _is_large(piece))
        self._is_there = any(known[id(piece)] for piece in large) or any(self._each(self._hold, small))

    def _held(self, pieces: Sequence[memoryview | bytes]) -> list[bool]:
        together, known = b"\n".join(pieces), self._trace.without_escapes
        escapes = not known.issuperset(map(id, pieces)) and _have_escapes(self._trace, pieces, together)
        if not self._needle.may_be_in(together, has_escapes=escapes):
            return [False] * len(pieces)
        return [self._needle.may_be_in(bytes(piece), has_escapes=escapes) for piece in pieces]

    def _hold(self, pieces: Sequence[memoryview | bytes]) -> bool:
        return self._needle.may_be_in(b"\n".join(pieces))

    def _look_one_by_one(self, rows: range) -> None:
        known, together, size = self._known, {}, 0
        is_there, self._first, self._end, self._others = False, rows.start, rows.start, set()
        for at in rows:
            pieces = self._trace.written(at)
            if pieces is None or size > _AT_ONCE_BYTES:
                break
            for piece in pieces:
                may = known.get(id(piece))
                if may is None:
                    length = len(memoryview(piece))
                    size += length
                    if length >= _LARGE_BYTES_MIN:
                        may = self._may_hold(piece)
                    else:
                        together[id(piece)] = piece
                is_there = is_there or may is True
            self._end = at + 1
        if self._end == rows.start:  # nothing is known of its bytes
            self._end, is_there = rows.start + 1, True
        self._is_there = is_there or self._needle.may_be_in(b"\n".join(together.values()))

    def _may_hold(self, piece: Any) -> bool:
        may = self._known.get(id(piece))
        if may is None:
            may = self._needle.may_be_in(bytes(piece))
            if len(memoryview(piece)) >= _LARGE_BYTES_MIN:
                self._known[id(piece)] = may
        return may


def prepare(trace: Trace, heed: Heed = unheeded) -> None:
    """Note down which bytes have no escapes, so that the first words are found in them as fast as all later ones."""
    for start in range(0, len(trace), _AT_ONCE_ROWS):
        written = trace.all_written(range(start, min(start + _AT_ONCE_ROWS, len(trace))))
        for batch in _batches(piece for piece in (written or [()])[0] if _is_large(piece)):
            _have_escapes(trace, batch, b"\n".join(batch))
            heed(start / len(trace))


def _is_large(piece: memoryview | bytes) -> bool:
    """Whether it is worth to keep what was in it: of a piece that the trace holds, not one that was written for us."""
    return len(piece) >= _LARGE_BYTES_MIN and not isinstance(piece, bytes)


def _have_escapes(trace: Trace, pieces: Sequence[memoryview | bytes], together: bytes) -> bool:
    if has_escapes(together):
        return True
    trace.without_escapes.update(map(id, pieces))
    return False


def _batches(pieces: Iterable[memoryview | bytes]) -> Iterator[list[memoryview | bytes]]:
    batch, room = list[memoryview | bytes](), _BATCH_BYTES
    for piece in pieces:
        batch.append(piece)
        room -= len(piece)
        if room <= 0:
            yield batch
            batch, room = [], _BATCH_BYTES
    if batch:
        yield batch


def _says(words: str, text: str) -> bool:
    return words in text.casefold()
