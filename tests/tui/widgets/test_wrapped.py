"""Long texts in the editor are broken as Textual breaks them, and lines that stay are not looked at again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual._wrap import compute_wrap_offsets
from textual.document._document import Document
from textual.document._wrapped_document import WrappedDocument
from textual.expand_tabs import get_tab_widths

from replaydbg.tui.widgets import wrapped
from replaydbg.tui.widgets.wrapped import Lines, Wrapped, wraps_of

LINES = st.text(alphabet="ab  c.\t注é", max_size=60)


@given(LINES, st.integers(0, 14))
def test_a_line_is_broken_as_by_the_widget(line: str, width: int) -> None:
    tabs = get_tab_widths(line, 4)
    theirs = compute_wrap_offsets(line, width, 4, precomputed_tab_sections=tabs) if width else []
    assert wraps_of(line, width, 4) == (theirs, [each for _, each in tabs])


def facts(of: WrappedDocument) -> tuple[object, ...]:
    return (
        of._wrap_offsets,
        of._tab_width_cache,
        of._offset_to_line_info,
        of._line_index_to_offsets,
        of.height,
    )


@pytest.mark.parametrize("lines_max", [0, 200])
@given(st.lists(LINES, max_size=12), st.lists(LINES, max_size=6), st.data())
def test_after_a_change_it_is_what_the_widget_makes_of_the_whole(
    lines_max: int, lines: list[str], new: list[str], data: st.DataObject
) -> None:
    """Whether a change is small, or so large that all is wrapped; and at another width."""
    document = Document("\n".join(lines))
    ours = Wrapped(document)
    ours.wrap(7)
    ends = [data.draw(st.integers(0, document.line_count - 1)) for _ in range(2)]
    (top, bottom) = sorted((row, data.draw(st.integers(0, len(document.lines[row])))) for row in ends)
    result = document.replace_range(top, bottom, "\n".join(new))
    before, wrapped._RANGE_LINES_MAX = wrapped._RANGE_LINES_MAX, lines_max
    try:
        ours.wrap_range(top, bottom, result.end_location)
    finally:
        wrapped._RANGE_LINES_MAX = before
    assert facts(ours) == facts(WrappedDocument(document, 7))
    ours.wrap(5)
    assert facts(ours) == facts(WrappedDocument(document, 5))


def test_lines_that_stay_are_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def counted(line: str, width: int, tab_width: int) -> tuple[list[int], list[int]]:
        looked.append(line)
        return wraps_of(line, width, tab_width)

    monkeypatch.setattr(wrapped, "wraps_of", counted)
    document = Document("\n".join(f"line {number}" for number in range(1000)))
    ours = Wrapped(document)
    ours.wrap(4)
    looked.clear()
    ours.wrap(4)
    assert looked == []
    text = document.text.replace("line 7", "other")
    result = document.replace_range(document.start, document.end, text)
    ours.wrap_range((0, 0), (999, 8), result.end_location)
    assert len(looked) == text.count("other")
    assert set(looked) == {line for line in text.split("\n") if "other" in line}


TEXTS = st.text(alphabet="ab \n\r\x0c\u2028\x85\x1b", max_size=30)


@given(TEXTS, TEXTS, st.data())
def test_a_text_stays_what_it_is(text: str, new: str, data: st.DataObject) -> None:
    """Where the widget's own document makes lines of whatever Unicode calls so, and writes them out in its way."""
    document = Lines(text)
    assert document.text == text
    assert document.line_count == len(text.split(document.newline))
    ends = [data.draw(st.integers(0, document.line_count - 1)) for _ in range(2)]
    (top, bottom) = sorted((row, data.draw(st.integers(0, len(document.lines[row])))) for row in ends)
    before, after = document.get_text_range((0, 0), top), document.get_text_range(bottom, document.end)
    between = document.get_text_range(top, bottom)
    assert before + between + after == text
    result = document.replace_range(top, bottom, new)
    put = new if document.newline == "\n" else new.replace("\r\n", "\n").replace("\n", "\r\n")
    assert document.text == before + put + after
    assert result.replaced_text == between
    assert document.get_text_range((0, 0), result.end_location) == before + put
