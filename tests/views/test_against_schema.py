"""A value beside its schema."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from replaydbg import schema
from replaydbg.views.against_schema import held_blocks
from replaydbg.views.blocks import Folds
from replaydbg.views.exhibit import Held
from replaydbg.views.text import cell_width
from tests.support.blocks import text_of
from tests.support.build import parameters

ORDER = {
    **parameters(
        ["id", "lines"],
        id={"type": "string", "pattern": "^ORD-"},
        region={"enum": ["EU", "US"]},
        lines={"type": "array", "items": {"$ref": "#/$defs/line"}},
    ),
    "$defs": {"line": parameters(["sku"], sku={"type": "string"}, count={"type": "integer"})},
}
WRONG = {"id": 7, "region": "Europe", "lines": [{"sku": "a", "count": "two"}, {}], "x": 1}


def held(value: Any, declared: Any = ORDER) -> Held:
    said = tuple((one.pointer, one.message) for one in schema.violations(declared, value))
    return Held(
        "the arguments of f", 3, "/tool_calls/0/arguments", value, declared, "this request", said=said
    )


def lines(value: Any, width: int = 120, declared: Any = ORDER) -> list[str]:
    return text_of(held_blocks(held(value, declared), Folds(), width)).splitlines()


def line_with(words: str, found: list[str]) -> str:
    return next(line for line in found if words in line)


def test_each_place_has_what_the_schema_says_beside_it() -> None:
    found = lines(WRONG)
    assert "string matching ^ORD-" in line_with('"id": 7', found)
    assert '"EU" | "US"' in line_with('"Europe"', found)
    assert "integer" in line_with('"count": "two"', found)
    assert "not in the schema" in line_with('"x": 1', found)
    assert "string" in line_with('"sku": (missing)', found)
    assert "this request" in found[0]


def test_the_columns_are_straight() -> None:
    assert len({line.index("│") for line in lines(WRONG) if "│" in line}) == 1


def test_what_is_wrong_stands_under_the_place_where_it_is_wrong() -> None:
    found = lines(WRONG)
    at = found.index(line_with('"count": "two"', found))
    assert '"two" is a string, not integer' in found[at + 1]
    told = "\n".join(found)
    for one in schema.violations(ORDER, WRONG):
        assert told.count(one.message) == 1, one


def test_what_might_have_been_given_is_told_too() -> None:
    assert "optional" in line_with('"region": (not given)', lines({"id": "ORD-1", "lines": []}))


def test_on_narrow_screens_only_what_is_broken_says_what_is_wanted() -> None:
    found = lines(WRONG, 78)
    wants = [line.strip() for line in found if line.strip().startswith("wants")]
    assert "wants string matching ^ORD-" in wants
    assert not any("wants array" in line for line in wants)
    assert all(cell_width(line) <= 78 for line in found)


def test_text_that_is_no_json_is_shown_around_the_place() -> None:
    text = '{"id": "ORD-1", ' + " " * 900 + "oops" + " " * 900
    one = Held(
        "the arguments of f",
        0,
        "/x",
        None,
        ORDER,
        "side file",
        said=(("", "no value"),),
        broken=text,
        offset=916,
    )
    found = text_of(held_blocks(one, Folds(), 120))
    assert ">>here<<oops" in found
    assert "ORD-1" not in found
    assert "no value" in found
    assert "string matching ^ORD-" in found


def test_without_a_schema_that_is_said() -> None:
    one = Held("the arguments of f", 0, "/x", {"a": 1}, None, said=(("/a", "is odd"),))
    found = text_of(held_blocks(one, Folds(), 120))
    assert "no schema was recorded" in found
    assert "is odd" in found


def test_what_is_wrong_inside_a_fold_is_not_lost() -> None:
    deep = {"id": "ORD-1", "lines": [{"sku": "a", "count": "two"}]}
    found = text_of(held_blocks(held(deep), Folds(turned=frozenset({"held/lines"})), 120))
    assert '"two" is a string, not integer' in found


def test_control_characters_do_no_harm() -> None:
    found = "\n".join(lines({"id\x1b[2J": "\x07\u202e", "region": "\x1b]0;x\x07"}))
    assert not set("\x1b\x07\u202e") & set(found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(JSON, JSON, st.integers(20, 140))
def test_whatever_a_schema_says_nothing_raises(value: Any, odd: Any, width: int) -> None:
    declared = {"type": "object", "properties": odd, "required": odd, "items": odd, "anyOf": odd, "$ref": odd}
    one = Held("x", 0, "", value, declared, said=(("/a", "wrong"),))
    assert "wrong" in text_of(held_blocks(one, Folds(), width))
