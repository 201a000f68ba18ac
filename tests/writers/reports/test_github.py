"""Annotations of GitHub Actions."""

from __future__ import annotations

from replaydbg.writers.reports.github import write
from tests.support.reports import written


def test_a_line_for_each_finding_that_nobody_suppressed() -> None:
    lines = written(write).splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(
        '::error file=runs/a b.json,title=T003 schema-violation::#8 chat m-1 /tool_calls/0/arguments/id: lookup: a "quote"'
    )
    assert "100%25%0D%0Aand" in lines[0]
    assert lines[1] == "::notice file=runs/a b.json,title=X001 of-a-plug-in::: odd"
    assert lines[2] == "::error file=runs/broken.json,title=cannot be read::it is no <trace>"


def test_properties_hide_what_would_end_them() -> None:
    from dataclasses import replace

    from tests.support.reports import CHAPTERS

    assert "file=a%3Ab%2Cc," in written(write, [replace(CHAPTERS[0], path="a:b,c")])


def test_nothing_reaches_the_terminal_that_could_harm_it() -> None:
    assert "\x07" not in written(write)
    assert "a bell \\x07" in written(write)
