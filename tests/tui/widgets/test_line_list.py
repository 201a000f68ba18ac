"""The base of all lists: what a key costs, and where the cursor goes."""

from __future__ import annotations

from replaydbg.tui.widgets.line_list import LineList
from replaydbg.views.text import Line, Span
from tests.support.screens import Painted, text_of
from tests.tui.host import running


class Numbers(LineList):
    """A million lines."""

    opened: list[int]

    @property
    def count(self) -> int:
        return 1_000_000

    def line(self, index: int, width: int) -> Line:
        return (Span(f"line {index}", "strong"),)

    def on_mount(self) -> None:
        self.opened = []
        self.lines_changed()

    def action_open(self) -> None:
        self.opened.append(self.cursor)


async def test_a_step_of_the_cursor_repaints_two_lines() -> None:
    numbers = Numbers()
    async with running(numbers) as (app, pilot):
        painted = Painted(numbers)
        numbers.action_move(1)
        await pilot.pause()
        assert painted.lines == 2
        assert text_of(app).splitlines()[:2] == ["line 0", "line 1"]


async def test_a_page_repaints_one_screen_wherever_it_is() -> None:
    numbers = Numbers()
    async with running(numbers) as (app, pilot):
        numbers.action_bottom()
        await pilot.pause()
        assert text_of(app).splitlines()[-1] == "line 999999"
        painted = Painted(numbers)
        numbers.action_page(-1)
        await pilot.pause()
        assert painted.lines <= 24 + 2
        assert numbers.cursor == 999_999 - 23


async def test_moving_stays_within_the_list() -> None:
    numbers = Numbers()
    async with running(numbers) as (_, pilot):
        numbers.action_move(-5)
        assert numbers.cursor == 0
        numbers.action_bottom()
        numbers.action_move(5)
        assert numbers.cursor == 999_999
        numbers.action_top()
        await pilot.pause()
        assert numbers.scroll_offset.y == 0


async def test_a_far_line_is_shown_with_its_surroundings() -> None:
    numbers = Numbers()
    async with running(numbers) as (_, pilot):
        numbers.cursor = 5000
        await pilot.pause()
        assert numbers.scroll_offset.y == 5000 - 12
        numbers.cursor = 5012
        await pilot.pause()
        assert numbers.scroll_offset.y == 5012 - 12, "the next ten keys repaint two lines each"


async def test_mouse() -> None:
    numbers = Numbers()
    async with running(numbers) as (_, pilot):
        await pilot.click(Numbers, offset=(3, 7))
        assert numbers.cursor == 7
        assert numbers.opened == []
        await pilot.click(Numbers, offset=(3, 7))
        assert numbers.opened == [7]
        await pilot._post_mouse_events(
            [__import__("textual").events.MouseScrollDown], Numbers, (3, 3), button=0
        )
        await pilot.pause()
        assert numbers.scroll_offset.y == 3
        assert numbers.cursor == 7, "the wheel looks, it does not select"


async def test_resizing_keeps_the_cursor_in_view() -> None:
    numbers = Numbers()
    async with running(numbers) as (_, pilot):
        numbers.cursor = 20
        await pilot.resize_terminal(30, 8)
        await pilot.pause()
        assert numbers.scroll_offset.y <= 20 < numbers.scroll_offset.y + 8
