"""JSON and text as blocks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core import pointer
from replaydbg.core.message import Json as JsonValue
from replaydbg.views.blocks import (
    Block,
    Folds,
    as_json,
    copied,
    json_blocks,
    plain_lines,
    shown,
    size_words,
    value_blocks,
)
from tests.support.blocks import text_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


def test_json_is_indented_and_folds() -> None:
    value = {"a": [1, {"b": None}], "c": "x"}
    assert text_of(json_blocks(value, Folds())) == (
        '▾ {\n  ▾ "a": [\n      1,\n    ▾ {\n        "b": null\n      }\n    ],\n    "c": "x"\n  }'
    )
    assert (
        text_of(json_blocks(value, Folds().toggled("/a"))) == '▾ {\n  ▸ "a": […],  2 items\n    "c": "x"\n  }'
    )


def test_text_of_several_lines_stands_below_its_key() -> None:
    value = {"path": "a.py", "content": 'if "x":\n\tgo()\n', "end": "one\n"}
    assert "".join(plain_lines(json_blocks(value, Folds()))) == (
        '▾ {\n    "path": "a.py",\n  ▾ "content": |\n      if "x":\n          go()\n    "end": "one\\n"\n  }\n'
    )
    assert '"content": "if \\"x\\":\\n\\tgo()\\n",' in text_of(json_blocks(value, Folds(), exact=True))
    long = {"content": "line\n" * 41}
    assert text_of(json_blocks(long, Folds())) == '▾ {\n  ▸ "content": |…  41 lines\n  }'
    assert text_of(json_blocks(long, Folds().toggled("/content"))).count("line") == 41
    assert [copied(block) for block in json_blocks(long, Folds())][1] == long["content"]


@given(JSON)
def test_every_place_leads_to_what_is_shown(value: object) -> None:
    for block in json_blocks(value, Folds(all_open=True)):
        pointer.get(value, block.place)


@given(st.text())
def test_shown_text_is_harmless_and_keeps_its_lines(text: str) -> None:
    safe = shown(text)
    assert not any((ord(char) < 32 and char != "\n") or ord(char) in range(0x7F, 0xA0) for char in safe)
    assert safe.count("\n") == text.replace("\r\n", "\n").count("\n")


def test_escapes_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in shown("\x1b[2Jgone \u202eover")
    assert "\u202e" not in shown("\x1b[2Jgone \u202eover")


def test_large_json_is_made_as_it_is_needed() -> None:
    """A million values: the first lines cost the first lines."""
    many = {"rows": [{"n": n} for n in range(1_000_000)]}
    first = list(islice(json_blocks(many, Folds()), 3))
    assert first[1].text.endswith("1000000 items")


def test_deep_nesting_does_not_end_the_program() -> None:
    value: object = 1
    for _ in range(5000):
        value = [value]
    assert sum(1 for _ in json_blocks(value, Folds(all_open=True))) == 10_001


@pytest.mark.parametrize(
    ("text", "value"),
    [('{"a": 1}', {"a": 1}), ("[1]", [1]), ("{}", None), ("1", None), ("{broken}", None), ("plain", None)],
)
def test_json_in_a_string_is_seen(text: str, value: object) -> None:
    assert as_json(text) == value


def test_text_stays_text() -> None:
    assert text_of(value_blocks("two\nlines", Folds())) == "two\nlines"


@pytest.mark.parametrize(("chars", "words"), [(812, "812 chars"), (12_000, "12 kB"), (9_800_000, "9.8 MB")])
def test_size_words(chars: int, words: str) -> None:
    assert size_words(chars) == words


def test_as_plain_lines() -> None:
    blocks = [Block("a\nb", indent=2), Block(), Block("c")]
    assert "".join(plain_lines(blocks)) == "  a\n  b\n\nc\n"


def test_what_is_copied_is_the_value_whole() -> None:
    blocks = list(json_blocks({"a": {"b": ["x\x1b"]}, "c": "text"}, Folds(frozenset({"/a"}))))
    assert [copied(block) for block in blocks] == [
        json.dumps({"a": {"b": ["x\x1b"]}, "c": "text"}, indent=2),
        json.dumps({"b": ["x\x1b"]}, indent=2),
        "text",
        "}",
    ]


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
            "[image/png, 3 bytes]",
        ),
        ({"type": "image", "data": "AAAA", "mimeType": "image/gif"}, "[image/gif, 3 bytes]"),
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}, "[image/png, 3 bytes]"),
        ({"type": "input_image", "image_url": "data:image/png;base64,AAAA"}, "[image/png, 3 bytes]"),
    ],
)
def test_pictures_in_results_are_told_and_not_written_out(block: JsonValue, said: str) -> None:
    text = text_of(value_blocks(["seen", block], Folds()))
    assert said in text
    assert "AAAA" not in text
    assert "AAAA" in text_of(value_blocks([block], Folds(all_open=True)))


def test_bytes_in_letters_are_not_written_out_anywhere_and_copied_whole() -> None:
    """Also where folds are all open, as on the command line: pictures stand under names that nobody knows."""
    picture = "data:image/png;base64," + "iVBORw0KGgoAbcdEfgHijKlmNopqr" * 100
    blocks = list(json_blocks({"image": {"it": picture}}, Folds(all_open=True)))
    assert "iVBORw0KGgo" not in text_of(blocks)
    (leaf,) = (block for block in blocks if "image/png" in block.text)
    assert copied(leaf) == picture


@pytest.mark.parametrize(
    "other",
    [{"type": "image"}, {"type": "image", "data": 1}, {"type": "image_url", "image_url": "https://x/a"}],
)
def test_what_is_no_picture_stays_as_it_is(other: JsonValue) -> None:
    assert '"type"' in text_of(value_blocks([other], Folds()))


def test_of_a_long_list_only_the_lines_that_are_wanted_are_made() -> None:
    """A million small objects took a quarter of a gigabyte, and seconds, before the first line."""

    class Counted(list[object]):
        seen = 0

        def __iter__(self) -> Iterator[object]:
            for item in super().__iter__():
                self.seen += 1
                yield item

    items = Counted([{"id": 1}] * 100)
    lines = [block.text for block in islice(json_blocks(items, Folds()), 4)]
    assert lines == ["▾ [", "▾ {", '"id": 1', "},"]
    assert items.seen == 1
