"""The box for editing."""

from __future__ import annotations

from replaydbg.tui.widgets.editor import Editor
from tests.tui.host import Host


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
