"""What a document that nobody knows resembles, and why it is none of these."""

from __future__ import annotations

import pytest

from replaydbg.readers import _registry, _resemblance
from replaydbg.readers._api import Reader
from tests.support.readings import document


def test_the_nearest_come_first_with_what_is_there_and_what_is_missing() -> None:
    said = _resemblance.nearest(
        document({"run": {"dotted_order": "x", "run_type": "llm"}}), _registry.readers()[0]
    )
    first, *others = said.split("; ")
    assert first == "LangSmith runs (list, lines, operations of the SDK) (has run_type, dotted_order"
    assert said.count(" (lacks ") + said.count("; lacks ") == 3
    assert others


def test_what_is_no_json_resembles_nothing() -> None:
    assert "has" not in _resemblance.nearest(document(b"hello"), _registry.readers()[0])


def test_where_nothing_is_shared_the_usual_formats_say_what_it_lacks() -> None:
    said = _resemblance.nearest(
        document({"apiVersion": "v1", "dependencies": {"a": "1"}}), _registry.readers()[0]
    )
    assert [part.partition(" (lacks ")[2].partition(",")[0] for part in said.split("; ")] == [
        "messages",
        "sessionId",
        "resourceSpans",
    ]


@pytest.mark.parametrize(
    "reader", [r for r in _registry.readers()[0] if r.marks], ids=lambda reader: reader.name
)
def test_marks_are_few_and_distinct(reader: Reader) -> None:
    assert 1 <= len(set(reader.marks)) == len(reader.marks) <= 5
