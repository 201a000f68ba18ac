"""Words looked for in a text: marked, gone through, unfolded, and never a pause."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count

import pytest
from textual.pilot import Pilot

from replaydbg import limits
from replaydbg.tui.widgets import document
from replaydbg.tui.widgets.document import Source
from replaydbg.tui.widgets.searched import Hits, SearchedDocument
from replaydbg.views.blocks import Block, Folds, folded_in
from replaydbg.views.expressions import QueryProblem
from tests.support.screens import Painted
from tests.tui.host import Host

SIZE = (40, 10)


class Reading:
    def __init__(self, text: SearchedDocument, app: Host, pilot: Pilot[None]) -> None:
        self.text, self.app, self.pilot = text, app, pilot

    async def look_for(self, words: str, *, unfold: bool = False) -> str:
        """What is said of it when all has been looked through."""
        self.text.look_for(words, self.text.place, unfold=unfold)
        await self.text.workers.wait_for_complete()
        await self.pilot.pause()
        return self.said

    @property
    def said(self) -> str:
        told = self.app.all_posted(SearchedDocument.Sought)
        return told[-1].words if told else ""

    def marked(self) -> list[str]:
        """What is painted as found, the one that one stands on in brackets."""
        looks = {self.text.look("found"): "{}", self.text.look("found-here"): "[{}]"}
        over = {
            self.text.look(name, "cursor"): form for name, form in (("found", "{}"), ("found-here", "[{}]"))
        }
        return [
            form.format(segment.text)
            for y in range(self.text.size.height)
            for segment in self.text.render_line(y)
            if (form := {**looks, **over}.get(segment.style))  # type: ignore[arg-type]
        ]


@asynccontextmanager
async def reading(source: Source) -> AsyncIterator[Reading]:
    text = SearchedDocument()
    app = Host(text)
    async with app.run_test(size=SIZE) as pilot:
        text.show(source)
        text.focus()
        await pilot.pause()
        yield Reading(text, app, pilot)


def lines(*texts: str) -> Source:
    return lambda _folds, _width: iter(tuple(Block(text) for text in texts))


async def test_hits_are_marked_counted_and_gone_through() -> None:
    async with reading(lines("one apple", "two", "an Apple, an apple", "end")) as it:
        assert await it.look_for("apple") == "“apple” 1 of 3: n next, N previous, esc clears"
        assert it.marked() == ["[apple]", "Apple", "apple"]
        it.text.to_next(1)
        assert it.text.cursor == 2
        it.text.to_next(1)
        assert it.text.cursor == 2
        assert it.marked() == ["apple", "Apple", "[apple]"]
        standing = it.text.standing
        it.text.to_next(1)
        assert it.text.standing == standing, "there is none after it"
        it.text.to_next(-1)
        await it.pilot.pause()
        assert it.said.startswith("“apple” 2 of 3")
        it.text.forget()
        assert it.marked() == []


async def test_the_same_text_shown_anew_is_gone_through_from_where_one_was() -> None:
    """Of a run that is still being written each line shows the step anew."""
    async with reading(lines("apple apple apple", "end")) as it:
        await it.look_for("apple")
        for _ in range(2):
            it.text.show(lines("apple apple apple", "end"), keep_place=True)
            await it.text.workers.wait_for_complete()
            await it.pilot.pause()
            it.text.to_next(1)
            await it.pilot.pause()
        assert it.said.startswith("“apple” 3 of 3")
        it.text.show(lines("apple", "and apple"))
        await it.text.workers.wait_for_complete()
        await it.pilot.pause()
        it.text.to_next(1)
        await it.pilot.pause()
        assert it.said.startswith("“apple” 1 of 2"), "another text"


async def test_the_end_of_a_long_structure_is_gone_to_in_turns_and_not_further_than_the_memory_allows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A million objects held up the screen for a minute, and took more than a gigabyte."""
    monkeypatch.setattr(document, "_AT_ONCE_SECONDS", 0.0)
    monkeypatch.setattr(document, "_TURN_SECONDS", 0.0)
    monkeypatch.setattr(limits, "LAID_BLOCKS_MAX", 1000)
    endless = (Block(str(number)) for number in count())
    async with reading(lambda _folds, _width: endless) as it:
        it.text.action_bottom()
        assert it.text.lines < 1000
        while "goes on" not in it.said:
            await it.pilot.pause()
        assert 900 < it.text.cursor < it.text.lines < 3000
        assert f"this is line {it.text.cursor + 1:,}, and the text goes on: G goes on, too" in it.said
        far = it.text.lines
        it.text.action_bottom()
        it.text.cursor = 3
        for _ in range(5):
            await it.pilot.pause(0.01)
        assert it.text.cursor == 3, "a key that moves ends it"
        assert it.text.lines < far + 1000


async def test_it_begins_at_the_cursor_and_goes_round_where_there_is_none_after_it() -> None:
    async with reading(lines("apple", "b", "apple", "d")) as it:
        it.text.cursor = 1
        await it.look_for("apple")
        assert it.text.cursor == 2
        it.text.cursor = 3
        await it.look_for("apple")
        assert it.text.cursor == 0


async def test_what_is_not_there_leaves_the_cursor_and_says_so() -> None:
    async with reading(lines("a", "b")) as it:
        it.text.cursor = 1
        assert await it.look_for("zebra") == "“zebra” is not in this text"
        assert it.text.cursor == 1
        with pytest.raises(QueryProblem):
            it.text.look_for("/(/", it.text.place, unfold=False)
        assert it.text.sought == ""


def folding(folds: Folds, _width: int) -> Iterator[Block]:
    is_open = folds.is_open("more", usual=False)
    yield Block("first")
    yield Block("more", fold="more")
    if is_open:
        yield from folded_in("more", (Block("a hidden apple"),))
    yield Block("last")


async def test_what_is_folded_is_opened_by_going_there_not_by_typing() -> None:
    async with reading(folding) as it:
        assert await it.look_for("apple") == "“apple” 1 in what is folded: n goes there"
        assert it.text.lines == 3
        it.text.settle()
        assert it.text.lines == 4
        assert it.text.cursor == 2
        it.text.turn("more")
        assert it.text.lines == 3
        it.text.cursor = 0
        await it.look_for("apple", unfold=True)
        assert it.text.cursor == 2


async def test_a_passage_may_go_on_over_a_line_end_of_the_pane() -> None:
    async with reading(lines("word " * 6 + "needle in hay")) as it:
        await it.look_for("needle in")
        assert it.text.cursor == 0
        assert it.marked() == ["[needle]", "[in]"]


async def test_the_words_are_looked_for_in_the_next_text_and_nothing_is_said_of_that() -> None:
    async with reading(lines("apple")) as it:
        await it.look_for("apple")
        said = len(it.app.all_posted(SearchedDocument.Sought))
        it.text.show(lines("a", "b", "apple apple"))
        await it.text.workers.wait_for_complete()
        await it.pilot.pause()
        assert it.text.cursor == 0
        assert it.marked() == ["apple", "apple"]
        assert len(it.app.all_posted(SearchedDocument.Sought)) == said
        it.text.to_next(1)
        assert it.text.cursor == 2


async def test_ten_megabytes_are_looked_through_and_only_what_is_seen_is_painted() -> None:
    long = "word " * 2_000_000 + "needle"
    async with reading(lines("first", long, "last needle")) as it:
        await it.look_for("needle")
        for _ in range(400):
            if it.text.cursor > 100_000:
                break
            await it.pilot.pause(0.01)
        assert it.marked() == ["[needle]", "needle"]
        painted = Painted(it.text)
        it.text.to_next(1)
        await it.pilot.pause()
        assert painted.lines <= 3 * SIZE[1]
        assert it.text.cursor == it.text.lines - 1


async def test_a_letter_that_stands_there_millions_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    from replaydbg import limits

    monkeypatch.setattr(limits, "PASSAGES_MAX", 1000)
    async with reading(lines("e" * 5000, "e")) as it:
        assert (await it.look_for("e")).startswith("“e” 1 of 1,000")


def test_the_first_hit_from_a_place() -> None:
    hits = Hits()
    for block, start in ((1, 0), (1, 9), (4, 2)):
        hits.blocks.append(block)
        hits.starts.append(start)
        hits.ends.append(start + 1)
    assert [hits.first_from(*place) for place in ((0, 0), (1, 0), (1, 1), (2, 0), (4, 3), (5, 0))] == [
        0,
        0,
        1,
        2,
        3,
        3,
    ]


async def test_an_expression_that_takes_too_long_is_said_and_marks_nothing() -> None:
    async with reading(lines("aab", "a" * 300 + "b!", "end")) as it:
        said = await it.look_for("/(a|aa)+$/")
        assert said == "/(a|aa)+$/ takes too long on a line of 302 characters: 0 found before that"
        assert it.marked() == []
        assert await it.look_for("end") == "“end” 1 of 1: n next, N previous, esc clears"
        assert it.marked() == ["[end]"]
