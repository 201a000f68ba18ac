"""The box for editing."""

from __future__ import annotations

import unicodedata

from textual import events

from replaydbg.tui.widgets.editor import Editor
from tests.support.screens import text_of
from tests.tui.host import Host, running


async def test_json_is_coloured_line_by_line() -> None:
    editor = Editor('{"a": [1, true, "x"]}', is_json=True)
    async with Host(editor).run_test(size=(40, 5)):
        stretches = {
            line.plain[span.start : span.end] for line in [editor.get_line(0)] for span in line.spans
        }
        assert {'"a"', "1", "true", '"x"'} <= stretches


async def test_text_is_left_alone_and_can_be_undone() -> None:
    editor = Editor("plain 1", is_json=False)
    async with Host(editor).run_test(size=(40, 5)) as pilot:
        assert editor.get_line(0).spans == []
        editor.focus()
        await pilot.press("x")
        assert editor.text == "xplain 1"
        await pilot.press("ctrl+z")
        assert editor.text == "plain 1"


HOSTILE = "a\x1b[31mred\u202eabc\x0cff\u2028ls\rcr\x85nel\x07bel\u200bzw\tt ❤\ufe0f\n\x1b]0;t\x07x"


async def test_what_could_harm_a_terminal_is_shown_as_signs_and_stays_as_it_is() -> None:
    editor = Editor(HOSTILE, is_json=False)
    async with running(editor, size=(100, 6)) as (app, pilot):
        await pilot.pause()
        assert editor.text == HOSTILE
        shown = text_of(app)
        assert "a␛[31mred�abc␌ff�ls␍cr�nel␇bel�zw" in shown
        assert not any(unicodedata.category(char) in ("Cc", "Cf") for char in shown.replace("\n", ""))
        editor.move_cursor((0, 1))
        await pilot.press("X")
        assert editor.text == f"aX{HOSTILE[1:]}"
        await pilot.press("backspace")
        assert editor.text == HOSTILE


async def test_what_is_pasted_has_lines_whatever_the_terminal_ends_them_with() -> None:
    editor = Editor("", is_json=False)
    async with running(editor) as (app, pilot):
        app.post_message(events.Paste("a\rb\r\nc\nd"))
        await pilot.pause()
        assert editor.text == "a\nb\nc\nd"
