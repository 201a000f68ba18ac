"""Widgets of one line."""

from __future__ import annotations

from replaydbg.tui.widgets.one_line import OneLine
from replaydbg.views.text import Line, Span
from tests.support.screens import text_of
from tests.tui.host import Host


class Greeting(OneLine):
    def line(self, width: int) -> Line:
        return (Span("hello ", "strong"), Span("x" * width, "error"))


async def test_it_takes_one_line_and_cuts_what_is_too_long() -> None:
    app = Host(Greeting())
    async with app.run_test(size=(20, 4)):
        assert text_of(app).splitlines()[0] == "hello " + "x" * 14
        assert text_of(app).split("\n")[1] == ""
