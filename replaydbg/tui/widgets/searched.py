"""A text in which words can be looked for, as in a pager: what is found is marked and gone through, folded or not.

The whole text is looked through in a thread, and what was found so far is told while that goes on; on the screen only
the lines in sight are marked. The words stay when another text is shown, and are looked for there as well.
"""

from __future__ import annotations

import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, islice

from textual import events
from textual.message import Message
from textual.worker import get_current_worker

from replaydbg import limits
from replaydbg.tui.actions import keyed
from replaydbg.tui.background import worker
from replaydbg.tui.widgets.document import Document, Source
from replaydbg.views.blocks import Block, Folds
from replaydbg.views.expressions import Expression, TooSlow, typed_expression
from replaydbg.views.passages import Laid, Whole
from replaydbg.views.text import Span

_BETWEEN_TELLING_SECONDS = 0.15
_AT_ONCE_LINES = 4000
"""Lines wrapped between two looks at what else there is to do, on the way to a passage far below."""
_MEANWHILE_SECONDS = 0.001
_WHOLE_BLOCK_CHARS_MAX = 64_000
_TRIED_MAX = 20_000
"""Passages in folded parts that are passed over to find one that is in sight."""
_PAINT_SECONDS_MAX = 0.02
"""What marking one block may take: it is painted on the thread of the screen."""
_KEYS = "{next_hit} next, {previous_hit} previous, {back} clears"
_AROUND_CHARS = 400
"""Of a larger block only what is so near to the line is looked at to mark it."""


class Hits:
    """Passages in order, as columns: a letter stands in ten megabytes a million times."""

    def __init__(self) -> None:
        self.blocks, self.starts, self.ends = array("q"), array("q"), array("q")
        self.complete = False
        self.problem = ""
        """Why there may be more than were found; "" where there are no more."""

    def __len__(self) -> int:
        return len(self.ends)  # the column that is filled last

    def at(self, index: int) -> tuple[int, int, int]:
        return self.blocks[index], self.starts[index], self.ends[index]

    def first_from(self, block: int, start: int) -> int:
        """The number of the first one at or after this place; how many there are where there is none."""
        count = len(self)
        first, end = bisect_left(self.blocks, block, 0, count), bisect_right(self.blocks, block, 0, count)
        return bisect_left(self.starts, start, first, end)


class SearchedDocument(Document, inherit_bindings=False):
    """`look_for` begins a search, `to_next` goes on, `forget` ends it. `Sought` tells how it stands."""

    class Sought(Message):
        """How the search stands, in words; `look` is "good" where something was found."""

        def __init__(self, words: str, look: str) -> None:
            super().__init__()
            self.words, self.look = words, look

    class _Moved(Message):
        def __init__(self, hits: Hits) -> None:
            super().__init__()
            self.hits = hits

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, SearchedDocument._Moved) and message.hits is self.hits

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        self.sought = ""
        """The words as they were typed."""
        self._wanted: Expression | None = None
        self._painted: Expression | None = None
        """What is marked on the lines in sight: what is wanted, unless that takes too long."""
        self._hits = Hits()
        self._here = -1
        """The number of the hit that one went to last."""
        self._went_to: tuple[int, int] | None = None
        """Its place, by which it is found again when the same text is shown anew."""
        self._read: Whole | None = None
        """What was looked through last, as far as that has come."""
        self._kept: tuple[Whole, Folds, Laid] | None = None
        self._origin: tuple[int, int, bool] | None = None
        """Where to go from to the first hit, until that is done: line, scroll, and whether also into what is folded."""
        self._tells = False
        self._quiet = False
        """Whether nobody typed the words here: where they are not found, nothing was looked for."""
        self._marked = ""
        self._marks: dict[int, list[tuple[int, int]]] = {}
        super().__init__(id=id)

    # Looking for words

    @property
    def place(self) -> tuple[int, int]:
        return self.cursor, self.scroll_offset.y

    @property
    def found(self) -> int:
        """How many passages were found so far."""
        return len(self._hits)

    @property
    def standing(self) -> tuple[str, int]:
        """Equal before and after something that did not change what is looked for, or where one is in it."""
        return self.sought, self._here

    def mark(self, text: str) -> None:
        """Mark passages on the lines in sight, without going to any; not while something is looked for here."""
        if self._wanted is None and text != self._marked:
            self._marked, self._painted = text, typed_expression(text)
            self._marks.clear()
            self.refresh()

    def look_for(self, text: str, origin: tuple[int, int], *, unfold: bool, quiet: bool = False) -> None:
        """Mark the passages, and go to the first one from `origin` on. Raises QueryProblem, and forgets what was before."""
        self.forget()
        self._wanted = self._painted = typed_expression(text)
        if self._wanted is None:
            self.go_back(origin)
            return
        self.sought, self._origin, self._tells, self._quiet = text, (*origin, unfold), True, quiet
        self._search()

    def forget(self) -> None:
        self.workers.cancel_group(self, "passages")
        self._went_to = None
        self.sought, self._wanted, self._hits, self._here, self._origin = "", None, Hits(), -1, None
        self._painted, self._marked = None, ""
        self._marks.clear()
        self.refresh()

    def go_back(self, origin: tuple[int, int]) -> None:
        self.cursor = origin[0]
        self.scroll_to(y=origin[1], animate=False, immediate=True)

    def _search(self) -> None:
        assert self._wanted is not None
        self._hits, self._here = Hits(), -1
        is_read = self._read is not None and self._read.complete
        if self._read is None or not is_read:  # what was given up half read cannot be gone on with
            self._read = Whole(self._source, self._wrapped_width)
        hits = self._hits
        job = partial(
            _look_through, self._read, self._wanted, hits, lambda: self.post_message(self._Moved(hits))
        )
        self.run_worker(worker(job), group="passages", exclusive=True)
        self.refresh()

    def on_searched_document__moved(self, event: _Moved) -> None:
        event.stop()
        if event.hits is not self._hits:
            return
        if self._quiet and self._hits.complete and not len(self._hits):
            self.forget()
            return
        if self._origin is not None:
            self._to_first(*self._origin)
        elif self._here < 0 and self._went_to is not None:
            index = self._hits.first_from(*self._went_to)
            if index < len(self._hits) and self._hits.at(index)[:2] == self._went_to:
                self._here = index
            elif self._hits.complete:
                self._went_to = None
        self.refresh()
        self.tell()

    def _to_first(self, line: int, scroll: int, unfold: bool) -> None:
        hits, count, laid = self._hits, len(self._hits), self._laid()
        begin = hits.first_from(*self._in_whole(laid, line))
        # What is in sight comes first, also where what is folded is nearer: nothing on the screen has to move for it.
        near = islice(chain(range(begin, count), range(begin)), _TRIED_MAX)
        index = next((at for at in near if laid.shown_at(hits.blocks[at]) is not None), None)
        if index is None and unfold and count and hits.complete:
            index = begin if begin < count else 0
        if index is not None and (
            index >= begin or hits.complete
        ):  # one before it may not be the nearest yet
            self._origin = None
            self._go_to(index)
        elif index is None and hits.complete:
            self.go_back((line, scroll))

    def _laid(self) -> Laid:
        """What the folds show of the whole text. Kept once all of it has been read."""
        whole = self._read
        if whole is None:
            return Laid(())
        if self._kept is not None and self._kept[:2] == (whole, self.folds):
            return self._kept[2]
        laid = whole.laid(self.folds)
        self._kept = (whole, self.folds, laid) if whole.complete else None
        return laid

    def _in_whole(self, laid: Laid, line: int) -> tuple[int, int]:
        """The place of a line in the whole text."""
        number, start = self.text_at(line)
        return laid.whole_at(number), start

    def to_next(self, by: int) -> None:
        """To the passage after the one that one went to, or after the cursor, where there is one."""
        self._origin, self._tells = None, True
        if self._here >= 0:
            index = self._here + by
        elif self._went_to is not None:
            block, start = self._went_to
            index = self._hits.first_from(block, start + (by > 0)) - (by < 0)
        else:
            index = self._hits.first_from(*self._in_whole(self._laid(), self.cursor)) - (by < 0)
        if 0 <= index < len(self._hits):
            self._go_to(index)
            self.tell()

    def settle(self) -> None:
        """Typing has ended: where all that was found is folded away, open it. What was told beside the typing is told again."""
        if self._origin is not None:
            self._origin = (*self._origin[:2], True)
            self._to_first(*self._origin)
        if self._wanted is not None:
            self.tell()

    def _go_to(self, index: int) -> None:
        self._here = index
        block, start, _ = self._hits.at(index)
        self._went_to = block, start
        assert self._read is not None
        self._fold_with(self._read.opened(block, self.folds))
        self._approach(index, self._laid().shown_at(block) or 0, start)

    def _approach(self, index: int, number: int, offset: int) -> None:
        """Wrap as far as the passage in turns, so that the screen goes on answering."""
        if index != self._here or not len(self._hits):
            return
        line = self.line_at(number, offset, _AT_ONCE_LINES)
        if line is None:
            words = f"“{self.sought}” {index + 1:,} of {len(self._hits):,}: on the way, line {self.lines:,} so far"
            self.post_message(self.Sought(words, "dim"))
            self.set_timer(_MEANWHILE_SECONDS, partial(self._approach, index, number, offset))
            return
        height, top = self.size.height, self.scroll_offset.y
        if not top <= line < top + height:
            self.scroll_to(y=max(0, line - height // 3), animate=False, immediate=True)
        self.cursor = line
        self.refresh()
        self.tell()

    def told_way(self, *, is_far: bool) -> None:
        words = f"on the way to the end, line {self.lines:,} so far"
        if is_far:
            words = keyed(
                "main",
                f"this is line {self.cursor + 1:,}, and the text goes on: {{bottom}} goes on, too; {{pager}} pages through all",
            )
        self.post_message(self.Sought(words, "warning" if is_far else "dim"))

    def tell(self) -> None:
        """Nothing where nobody asked: another step is shown, and the words are looked for there as well."""
        if not self._tells:
            return
        count, so_far = len(self._hits), "" if self._hits.complete else " so far"
        if self._hits.problem:
            self.post_message(self.Sought(f"{self._hits.problem}: {count:,} found before that", "error"))
            return
        if not count:
            words = f"“{self.sought}” is not in this text{so_far}"
        elif self._here >= 0:
            words = f"“{self.sought}” {self._here + 1:,} of {count:,}{so_far}: {keyed('main', _KEYS)}"
        else:
            words = f"“{self.sought}” {count:,} in what is folded{so_far}: {keyed('main', '{next_hit}')} goes there"
        self.post_message(self.Sought(words, "good" if count else "warning"))

    # Another text, or the same one laid out anew

    def show(self, source: Source, *, keep_place: bool = False) -> None:
        same = source is self._source
        if not keep_place:
            self._went_to = None
        super().show(source, keep_place=keep_place)
        if not same:
            self._anew()

    def on_resize(self, event: events.Resize) -> None:
        width = self._wrapped_width
        super().on_resize(event)
        if width != self._wrapped_width:
            self._anew()

    def _begin(self) -> None:
        self._marks = {}
        super()._begin()

    def _anew(self) -> None:
        self._read = None
        if self._wanted is not None:
            self._origin, self._tells = None, False
            self._search()

    # Painting

    def pieces(self, number: int, start: int, end: int) -> Iterator[Span]:
        spans = super().pieces(number, start, end)
        if self._painted is None:
            return spans
        here = self._here_in(number)
        marks = [
            (begin, stop, "found-here" if (begin, stop) == here else "found")
            for begin, stop in self._found_in(number, self._blocks[number], start, end)
        ]
        return _marked(spans, start, marks)

    def _here_in(self, number: int) -> tuple[int, int] | None:
        """The passage that one went to last, where it is in this block."""
        if self._read is None or not self._read.complete or not 0 <= self._here < len(self._hits):
            return None
        block, start, end = self._hits.at(self._here)
        return (start, end) if self._laid().shown_at(block) == number else None

    def _found_in(self, number: int, block: Block, start: int, end: int) -> list[tuple[int, int]]:
        wanted = self._painted
        if wanted is None:
            return []
        try:
            if len(block.text) > _WHOLE_BLOCK_CHARS_MAX:
                around = max(0, start - _AROUND_CHARS), min(len(block.text), end + _AROUND_CHARS)
                return list(wanted.stretches(block.text, *around, seconds=_PAINT_SECONDS_MAX))
            if number not in self._marks:
                self._marks[number] = list(wanted.stretches(block.text, seconds=_PAINT_SECONDS_MAX))
        except TooSlow:  # who looks through all of the text says so
            self._painted = None
            return []
        return self._marks[number]


def _look_through(whole: Whole, wanted: Expression, hits: Hits, tell: Callable[[], object]) -> None:
    """In a thread: fill `hits`. A whole that is not read yet is read on the way."""
    worker, last = get_current_worker(), time.monotonic()
    for number in range(len(whole.texts)) if whole.complete else whole.read():
        try:
            for start, end in wanted.stretches(whole.texts[number]):
                if len(hits) >= limits.PASSAGES_MAX:
                    break
                hits.blocks.append(number)
                hits.starts.append(start)
                hits.ends.append(end)
        except TooSlow as slow:
            hits.problem = f"{slow} on a line of {len(whole.texts[number]):,} characters"
            break
        if worker.is_cancelled:
            return
        if len(hits) and time.monotonic() - last > _BETWEEN_TELLING_SECONDS:
            last = time.monotonic()
            tell()
    hits.complete = True
    tell()


def _marked(spans: Iterator[Span], at: int, marks: list[tuple[int, int, str]]) -> Iterator[Span]:
    """The spans, of a text from the character `at` on, with the marks laid over them."""
    for text, look in spans:
        begin, end = at, at + len(text)
        for start, stop, mark in marks:
            if stop <= begin or start >= end:
                continue
            if start > begin:
                yield Span(text[begin - at : start - at], look)
            yield Span(text[max(start, begin) - at : min(stop, end) - at], mark)
            begin = min(stop, end)
        if begin < end:
            yield Span(text[begin - at :], look)
        at = end
