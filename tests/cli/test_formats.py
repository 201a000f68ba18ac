"""`formats`: what is read and written."""

from __future__ import annotations

import re

from replaydbg.actions import formats
from replaydbg.readers import _registry as readers
from replaydbg.writers import _registry as writers
from tests.support.command_line import run


def test_every_format_is_listed() -> None:
    done = run("formats")
    assert done.code == 0
    listed = [(each.name, each.title) for each in readers.readers()[0]]
    listed += [(each.name, each.title) for each in writers.writers()]
    assert [f"  {name}  {title}" in done.out for name, title in listed] == [True] * len(listed)
    assert "receive -o" in done.out


def test_a_command_is_never_broken() -> None:
    """Who copies one from a terminal has it whole."""
    told = run("formats").out
    commands = {found for each in formats.read()[0] for found in re.findall(r"`[^`]*`", each.get_one)}
    assert len(commands) > 100
    assert [command for command in commands if command not in told] == []


def test_each_product_of_a_title_has_a_way_to_get_one() -> None:
    several = [
        each for each in formats.read()[0] if each.name in {"platform-spans", "span-rows", "pi-session"}
    ]
    for each in several:
        named = re.findall(
            r"[A-Z][\w ]+\w", each.title.partition("(")[2] or each.title.partition("of pi,")[2]
        )
        assert len(named) > 2
        assert [name for name in named if name not in each.get_one] == []


def test_as_json() -> None:
    document = run("formats", "--output", "json").document
    assert list(document) == ["schema_version", "read", "written"]
    assert all(list(each) == ["name", "title", "get_one"] for each in document["read"] + document["written"])


def test_words_narrow_it_down() -> None:
    done = run("formats", "Claude", "stream-json")
    assert "claude-stream" in done.out
    assert "  claude-code " not in done.out
    assert "Written" not in done.out
    both = run("formats", "atif").out
    assert "Read" in both
    assert "Written" in both
    names = [each["name"] for each in run("formats", "otlp", "--output", "json").document["read"]]
    assert "otlp" in names
    assert "codex" not in names


def test_a_word_that_no_format_names() -> None:
    done = run("formats", "no-such-product")
    assert done.code == 2
    assert "no-such-product" in done.err
