"""What texts of arguments and results say, apart from chance."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from replaydbg.core.digest import canonical
from replaydbg.graph import wording
from replaydbg.graph.wording import (
    MADE_UP,
    canonical_bytes,
    canonical_text,
    exact,
    gist,
    has_long_word,
    is_nothing,
    made_up_ids,
    masked,
    masked_bytes,
    outline,
    roughly,
    without_clocks,
)

UUID = "3f2b8c1e-0d4a-4c57-9a53-6d6f0f1c2a3b"
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    "result",
    [None, "", "  ", [], {}, "[]", "{}", "null", "None", "No results", "no results found for 'x'.", "0 results", "not found",
     "No matching records found", "order not found.", {"items": []}, {"items": [], "total": 0}, {"a": {"b": []}},
     {"items": [], "total": 3}, '{"items": [], "total": 3}', "[ ]", {"results": [], "next": None}],
    ids=repr,
)  # fmt: skip
def test_nothing(result: Any) -> None:
    assert is_nothing(result)


@pytest.mark.parametrize(
    "result", ["ok", "no", 5, [0], {"ok": True}, {"items": [1]}, {"ok": True, "errors": []}, {"errors": []}, {"items": [], "note": "x"}, '{"a": [1]}', "{", "No results yet, but 3 pages are left to read: go on with the next one", True],
    ids=repr,
)  # fmt: skip
def test_something(result: Any) -> None:
    assert not is_nothing(result)


def test_canonical_text() -> None:
    assert canonical_text({"b": 1.0, "a": "x\n\ty"}) == '{"a":"x y","b":1}'
    assert canonical_text(" a\n b ") == "a b"


@given(JSON)
@example({"\xa0": 0})
@example({"the e": "x  y"})
@example([1.0, 2.5])
@example({"\x1f": "\u2003"})
def test_the_quick_way_says_the_same(value: Any) -> None:
    """But for how floats with exponents are spelled, which both ways do in one way each."""
    assert canonical_bytes(_without_exponents(value)) == canonical_text(_without_exponents(value)).encode()


def _without_exponents(value: Any) -> Any:
    """Floats that any writer spells with one of them, to the nearest that none does."""
    if isinstance(value, dict):
        return {key: _without_exponents(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_exponents(one) for one in value]
    return round(value % 1e9, 3) if isinstance(value, float) else value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_has_one_spelling_in_each_way(value: float) -> None:
    assert canonical_bytes({"n": value}) == canonical_bytes({"n": json.loads(json.dumps(value))})
    assert json.loads(canonical_bytes({"n": value})) == {"n": value}


@pytest.mark.parametrize(
    ("one", "other"),
    [({"a": 1, "b": 2.0}, {"b": 2, "a": 1}), ({"a": "x  y"}, {"a": "x\n y"}), ("a  b", " a b"), ({"n": 10**30}, {"n": 10**30})],
)  # fmt: skip
def test_equal_in_bytes(one: Any, other: Any) -> None:
    assert canonical_bytes(one) == canonical_bytes(other)


def test_odd_values_have_bytes_too() -> None:
    assert canonical_bytes({"a": "\ud800", 1: math.inf})


def _reworded(value: Any, how: Callable[[str], str]) -> Any:
    """The value with its numbers changed, and its texts as `how` writes them."""
    if isinstance(value, str):
        return how(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return 7
    if isinstance(value, list):
        return [_reworded(one, how) for one in value]
    return {key: _reworded(one, how) for key, one in value.items()}


@given(
    JSON,
    st.sampled_from(
        [
            str.swapcase,
            lambda text: text.replace(" ", "\n\t"),
            lambda text: f" 12.{text}3",
            lambda text: text + UUID,
        ]
    ),
)
def test_what_is_roughly_equal_has_one_gist(value: Any, how: Callable[[str], str]) -> None:
    other = _reworded(value, how)
    texts = [
        roughly(
            MADE_UP.sub("~", canonical_bytes(one).decode("utf-8", "surrogatepass")).encode(
                "utf-8", "surrogatepass"
            )
        )
        for one in (value, other)
    ]
    if texts[0].replace(b"~", b"") == texts[1].replace(b"~", b""):
        assert gist(value) == gist(other)


@given(JSON)
def test_the_gist_is_that_of_the_canonical_bytes(value: Any) -> None:
    plain = _without_exponents(value)
    assert gist(plain) == gist(roughly(canonical_bytes(plain)).decode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "text", ["{} sow hoy, quoll " * 300, "{} " * 100 + "zoo", "quoll" * 20 + "{} " * 90 + "zoo"]
)
def test_a_long_text_has_one_gist_whatever_its_numbers(text: str) -> None:
    """How much of it is looked at depends on how long the numbers are; what is told of it does not."""
    short, long = text.replace("{}", "7"), text.replace("{}", "7007007.25")
    assert gist(short) == gist(long) != gist("w" + short)


def test_other_words_have_another_gist() -> None:
    assert gist({"q": "boots"}) != gist({"q": "shoes"})


def test_roughly_is_without_numbers_and_case() -> None:
    assert roughly(b"Order 12.5 of 7") == roughly(b"order 9 of 100")
    assert roughly(b"order a") != roughly(b"order b")


def test_masked() -> None:
    assert masked(f"id {UUID} at 2026-02-03T10:00:01Z in /tmp/x/y took 12 ms") == "id ~ at ~ in ~ took ~"


@pytest.mark.parametrize(
    ("text", "long"),
    [("a" * 31, False), ("a" * 32, True), (UUID, True), ("word " * 20, False), (b"x" * 64, False)],
)
def test_long_words(text: str | bytes, long: bool) -> None:
    assert has_long_word(text) is long


def test_made_up_ids() -> None:
    assert made_up_ids(f"{UUID.upper()} and text") == [UUID]
    assert made_up_ids("no id in here, however long the text may be") == []


LOOSE = st.recursive(
    JSON | st.floats() | st.text(st.characters(), max_size=8) | st.integers(-(1 << 70), 1 << 70),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(LOOSE)
@example("\ud800")
@example({"a": [1.0, math.nan, 1e22, 1e-7, None]})
@example({"\ud800": 1 << 64, "\x7f\x1f": "\x00\u2028"})
def test_the_quick_way_writes_what_canonical_writes(value: Any) -> None:
    assert exact(value) == canonical(value).encode("utf-8", "surrogatepass")


VOLATILE = st.sampled_from(
    ["2026-01-02T03:04:05.25Z", "2026-01-02 03:04", "1700000000", "1700000000.5", "1700000000123", "0x7f3a99", "12 ms", "3us", "4 ns",
     "7µs", "0.25 seconds", "1.5s", "٣ ms", "١.٢ s", "1٧٣٣٣٣٣٣٣٣٣", "2٠٢٦-٠١-٠٢ ٠٣:٠٤", UUID, "/tmp/a.b", "/var/folders/x/y",
     "10 steps", "x 1", "1.5", "a", " ", "-", "é", "…", "語", "😀"],
)  # fmt: skip


@given(st.lists(VOLATILE | st.text(st.characters(), max_size=3), max_size=8))
def test_a_glance_is_enough_to_leave_plain_text_as_it_is(words: list[str]) -> None:
    text = "".join(words)
    assert masked_bytes(text.encode("utf-8", "surrogatepass")) == masked(text).encode(
        "utf-8", "surrogatepass"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pending, waited 5s", "pending, waited 10 s"),
        ("running for 1m 5s", "running for 12 minutes"),
        ("started 3 minutes ago", "started 4 minutes ago"),
        ("10:00:05 pending", "10:01:15 pending"),
        ('{"state": "x", "uptime_seconds": 5}', '{"state": "x", "uptime_seconds": 17.5}'),
    ],
)
def test_clocks_are_left_out(one: str, other: str) -> None:
    assert without_clocks(one.encode()) == without_clocks(other.encode())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rendered 5s of 60s", "rendered 10s of 60s"),
        ("5s left", "4s left"),
        ("30 % done", "40 % done"),
        ('{"page": 1}', '{"page": 2}'),
        ("leaves at 10:05", "leaves at 10:20"),
    ],
)
def test_other_numbers_are_not(one: str, other: str) -> None:
    assert without_clocks(one.encode()) != without_clocks(other.encode())


@given(
    st.lists(
        st.sampled_from(
            [
                "a" * 31,
                "0" * 32,
                "F" * 40,
                "-",
                "g",
                " ",
                "é",
                "3f2b8c1e-0d4a-4c57-9a53-6d6f0f1c2a3b",
                "\n",
                "z",
                "0",
                "1" * 64,
            ]
        ),
        max_size=8,
    ).map("".join)
)
def test_ids_are_found_where_the_expression_finds_them(text: str) -> None:
    assert wording.with_ids_replaced(text, lambda id_: f"<{id_}>") == wording.MADE_UP.sub(r"<\g<0>>", text)
    assert made_up_ids(text) == [found.lower() for found in wording.MADE_UP.findall(text)]


@given(
    st.lists(
        st.sampled_from(
            ["Give", " ", "\n ", "12", ".", "5 s", "3 µs", "2026-01-02T10:20:30Z", "2026-01-02 10:20", "1767000000", "/tmp/ab/c", "/var/folders/x", "٣٣ ms",
             "0xABCDEF12", UUID, "~", "words " * 90, "語 ", "ab" * 16, "1.5 seconds"]
        ),
        max_size=9,
    ).map("".join)
)  # fmt: skip
def test_the_outline_is_that_of_what_is_masked(text: str) -> None:
    plain = masked_bytes(canonical_bytes(text)).decode("utf-8", "surrogatepass")
    assert outline(text) == outline(plain)


def test_dashes_are_no_made_up_id() -> None:
    assert not has_long_word("| " + "-" * 80 + " |")
    assert has_long_word(f"x{UUID}x")
    assert has_long_word("0" * 32)
