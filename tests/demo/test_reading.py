"""What the stand-in makes out of a request: pairing by position, learning of formats, words counted."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.demo.reading import count_words, essence, read


def call(call_id: str, name: str) -> dict[str, Any]:
    return {
        "role": "assistant",
        "tool_calls": [{"id": call_id, "function": {"name": name, "arguments": "{}"}}],
    }


def answer(call_id: str, text: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": text}


def test_an_id_used_twice_is_paired_by_position() -> None:
    talk = read({"messages": [call("1", "a"), answer("1", "x"), call("1", "b"), answer("1", "y")]})
    assert [(one.tool, one.text) for one in talk.answers] == [("a", "x"), ("b", "y")]


@pytest.mark.parametrize(
    ("told", "written"),
    [
        ("", 48213),
        ("Ids look like ORD-001234.", "ORD-048213"),
        ("Ids match ^ORD-[0-9]{8}$.", "ORD-00048213"),
        (r"Ids match ORD-\d{6}.", "ORD-048213"),
        ("Ids are ORD- followed by seven digits.", "ORD-0048213"),
        ("Ids start with ORD-.", "ORD-48213"),
    ],
)
def test_the_format_of_an_id_is_learned(told: str, written: object) -> None:
    messages = [{"role": "system", "content": told}, {"role": "user", "content": "It is order 48213."}]
    assert read({"messages": messages}).order_id() == written


@pytest.mark.parametrize(
    ("told", "said", "region"),
    [
        ("", "I live in Spain", "Europe"),
        ("EU, US, APAC", "I live in Spain", "EU"),
        ("US only", "I live in Spain", "Europe"),
        ("", "I am in the US", "US"),
        ("EU, US, APAC", "I live on the moon", None),
    ],
)
def test_the_code_of_a_region_is_learned(told: str, said: str, region: str | None) -> None:
    messages = [{"role": "developer", "content": told}, {"role": "user", "content": said}]
    assert read({"messages": messages}).region() == region


def test_words_and_marks_are_counted() -> None:
    assert count_words("Hello, you.") == 4
    assert count_words({"a": 1}) == count_words('{"a": 1}')


def test_the_essence_leaves_ids_and_white_space_out() -> None:
    one = essence({"messages": [call("1", "a"), answer("1", '{"x": 1}')]})
    assert one == essence({"messages": [call("2", "a"), answer("2", '{"x":1}')]})
    assert one != essence({"messages": [call("1", "a"), answer("1", '{"x": 2}')]})
