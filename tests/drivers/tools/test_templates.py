"""`{name}` filled from the arguments of a call."""

from __future__ import annotations

import pytest

from replaydbg.drivers.tools._templates import Unfilled, filled, names
from tests.support.build import call

CALL = call("f", {"id": 7, "who": "a b", "deep": {"x": [1]}, "odd": "{who}"})


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("/orders/{id}", "/orders/7"),
        ("{who}-{who}", "a b-a b"),
        ("{deep}", '{"x":[1]}'),
        ("{odd}", "{who}"),
        ("{}{0}{ id }", "{}{0}{ id }"),
        ("", ""),
    ],
)
def test_filled(template: str, text: str) -> None:
    assert filled(template, CALL) == text


def test_spelled_for_its_place() -> None:
    assert filled("{who}", CALL, str.upper) == "A B"
    assert names("/{a}/{b_c}?{a}") == ["a", "b_c", "a"]


@pytest.mark.parametrize("one", [CALL, call("f", [1]), call("f", raw="{")])
def test_unfilled(one: object) -> None:
    with pytest.raises(Unfilled, match=r"without missing|no JSON object"):
        filled("{missing}", one)  # type: ignore[arg-type]
