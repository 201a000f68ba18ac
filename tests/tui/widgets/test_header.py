"""The line on top."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replaydbg.core.finding import Severity
from replaydbg.tui.widgets.header import HeaderLine, Words
from replaydbg.views.text import plain

WORDS = Words(
    name="trace.json",
    branch="b1",
    headline=("9 findings gone (8 schema-violation, no-progress-loop)", "good"),
    edits=2,
    steps=26,
    findings=((Severity.ERROR, 9), (Severity.WARNING, 1)),
    stand_in=True,
    format="otlp",
    notices=1,
)


def said(words: Words, width: int) -> str:
    header = HeaderLine()
    header.words = words
    return plain(header.line(width))


def test_everything_where_there_is_room() -> None:
    text = said(WORDS, 200)
    for part in (
        "trace.json",
        "branch b1",
        "‼ 9 errors",
        "! 1 warning",
        "not an LLM",
        "2 pending edits",
        "26 steps",
        "1 notice",
        "otlp",
    ):
        assert part in text


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_stand_in_is_named_whatever_the_width(width: int) -> None:
    text = said(WORDS, width)
    assert "not an LLM" in text or "no LLM" in text
    assert "‼" in text
    assert "gone" in text


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_long_name_leaves_room_for_what_was_found(width: int) -> None:
    name = f"replay__{'marshmallow-code__' * 6}install-1.traj"
    text = said(Words(name=name, steps=23, findings=((Severity.ERROR, 9),)), width)
    assert "replay_" in text
    assert "install-1.traj" in text
    assert "‼" in text
    assert "23 steps" in text or width < 80


def test_a_recording_says_so() -> None:
    assert "recording" in said(Words(name="x", steps=1), 80)
    assert "1 step " in said(Words(name="x", steps=1), 80)


def test_what_is_only_looked_at_says_so_in_any_width() -> None:
    for width in (40, 80, 200):
        assert "read-only" in said(replace(WORDS, read_only=True), width)
    assert "read-only" not in said(WORDS, 200)
