"""Words in steps."""

from __future__ import annotations

import pytest

from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.views.search import said
from tests.support.build import assistant, call, chat, other, response, system, trace, user

ASKED = call("find_order", {"number": 48213}, "c1")
RUN = chat(
    [
        system("Be Brief"),
        user("hello"),
        assistant("", ASKED),
        response("c1", {"state": "lost"}),
        assistant("Sorry"),
    ]
)


def found_in(run: Trace, row: int, words: str) -> bool:
    return any(words.lower() in text.lower() for text in said(run, row))


def rows(words: str) -> list[int]:
    return [row for row in range(len(RUN)) if found_in(RUN, row, words)]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("be brief", [0]),
        ("HELLO", [0]),
        ("48213", [0, 1]),
        ("lost", [1, 2]),
        ("sorry", [2]),
        ("find_order", [0, 1]),
        ("m-1", [0, 2]),
        ("nowhere", []),
    ],
)
def test_a_message_is_found_where_it_was_new(words: str, found: list[int]) -> None:
    assert rows(words) == found


def test_other_steps_are_searched_too() -> None:
    run = trace(other("o", Kind.RETRIEVAL, "kb", input={"query": "lamps"}, output="none"))
    assert found_in(run, 0, "lamps")
    assert found_in(run, 0, "none")
