"""Severities are ordered; findings have a key."""

from __future__ import annotations

from replaydbg.core.finding import Evidence, Finding, Notice, Severity


def test_worse_is_greater() -> None:
    assert [one.label for one in sorted(Severity)] == ["hint", "info", "warning", "error"]
    assert Severity.ERROR >= Severity.WARNING


def test_the_key_is_what_is_said_of_which_steps() -> None:
    one = Finding("T1", "t", Severity.ERROR, "said", ("a",))
    same = Finding("T1", "t", Severity.HINT, "said", ("a",), (Evidence("a", "", "x"),))
    assert one.key == same.key
    assert one.key != Finding("T1", "t", Severity.ERROR, "said", ("b",)).key


def test_a_notice_of_the_file_as_a_whole_names_no_place() -> None:
    assert Notice("/a", "odd").sentence == "/a: odd"
    assert Notice("", "odd").sentence == Notice("/", "odd").sentence == "odd"
