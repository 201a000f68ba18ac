"""Text of any length: wrapped as it is scrolled to, folded, walked through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from replaydbg.tui.widgets.document import Document
from replaydbg.views.blocks import Block, Folds, fold_sign
from tests.support.screens import Painted, text_of
from tests.tui.host import Host

SIZE = (40, 10)


def folding(folds: Folds, _width: int) -> Iterator[Block]:
    is_open = folds.is_open("more", usual=False)
    yield Block("first")
    yield Block(f"{fold_sign(is_open)}more", fold="more")
    if is_open:
        yield Block("inside", indent=2, row=5)
    yield Block("last")


async def test_folding_and_following_lines() -> None:
    text = Document()
    app = Host(text)
    async with app.run_test(size=SIZE) as pilot:
        text.show(folding)
        text.focus()
        text.action_move(1)
        text.action_open()
        await pilot.pause()
        assert "inside" in text_of(app)
        text.action_move(1)
        text.action_open()
        await pilot.pause()
        led = [message for message in app.posted if isinstance(message, Document.Led)]
        assert [message.row for message in led] == [5]
        text.action_fold_all()
        await pilot.pause()
        assert "inside" not in text_of(app)
        text.action_unfold_all()
        await pilot.pause()
        assert "inside" in text_of(app)


async def test_ten_megabytes_cost_what_is_seen() -> None:
    made = 0

    def endless(_folds: Folds, _width: int) -> Iterator[Block]:
        nonlocal made
        for _ in range(1000):
            made += 1
            yield Block("word " * 2000)

    text = Document()
    app = Host(text)
    async with app.run_test(size=SIZE) as pilot:
        text.show(endless)
        text.focus()
        await pilot.pause()
        assert made <= 2
        painted = Painted(text)
        text.action_move(1)
        await pilot.pause()
        assert painted.lines <= 3
        text.action_page(1)
        await pilot.pause()
        assert made <= 3


async def test_one_line_of_ten_megabytes_is_harmless() -> None:
    text = Document()
    app = Host(text)
    async with app.run_test(size=SIZE) as pilot:
        text.show(lambda _folds, _width: iter((Block("x" * 10_000_000),)))
        await pilot.pause()
        assert text.lines < 1000
        text.action_bottom()
        await pilot.pause()
        assert text.cursor == text.lines - 1
        assert text.lines > 10_000_000 // 40


async def test_the_place_is_kept_when_the_same_is_shown_anew_and_when_it_is_resized() -> None:
    text = Document()
    app = Host(text)
    async with app.run_test(size=SIZE) as pilot:
        many = [Block(f"line {number} " + "word " * 12) for number in range(50)]
        source: Any = lambda _folds, _width: iter(many)  # noqa: E731
        text.show(source)
        text.action_move(30)
        here = text.block
        await pilot.resize_terminal(80, 10)
        await pilot.pause()
        assert text.block == here
        text.show(source, keep_place=True)
        assert text.block == here
        text.show(source)
        assert text.cursor == 0


async def test_long_lines_hang() -> None:
    text = Document()
    app = Host(text)
    async with app.run_test(size=SIZE):
        text.show(lambda _folds, _width: iter((Block("word " * 20, hang=4, indent=2),)))
        assert text_of(app).splitlines()[:2] == [
            "    word word word word word word word",
            "        word word word word word word",
        ]


async def test_a_click_moves_the_cursor_and_a_second_one_opens() -> None:
    text = Document()
    app = Host(text)
    async with app.run_test(size=SIZE) as pilot:
        text.show(folding)
        await pilot.pause()
        await pilot.click(text, offset=(4, 1))
        await pilot.pause()
        assert "inside" in text_of(app)
