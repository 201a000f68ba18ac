"""One word per thing. No type is called what any type could be called."""

from __future__ import annotations

import re

import pytest

from tests.house.source import modules

EMPTY_WORDS = ("Run", "Event", "Node", "Item", "Data", "Manager", "Handler", "Helper")
"""Names that say nothing, or that others use for a trace or a step."""
FORMATS_OWN_WORDS = ("readers", "wire")
"""Where a format's own word may stand for the format's own thing: a server-sent event, an event of a span."""


def is_empty(name: str) -> bool:
    words = re.findall(r"[A-Z][a-z0-9]*", name)
    return bool(words) and words[-1] in EMPTY_WORDS


def test_type_names_say_something() -> None:
    assert [
        f"{module.name}.{type_.name}"
        for module in modules()
        if module.room not in FORMATS_OWN_WORDS
        for type_ in module.classes()
        if is_empty(type_.name)
    ] == []


@pytest.mark.parametrize(
    ("name", "empty"),
    [("Run", True), ("TraceNode", True), ("_Data", True), ("RunOptions", False), ("Trace", False)],
)
def test_the_law_can_fail(name: str, empty: bool) -> None:
    assert is_empty(name) is empty


def test_no_module_is_a_drawer() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "base"}

    assert [module.name for module in modules() if module.path.stem.strip("_") in drawers] == []
