"""The terms of a re-run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replaydbg.views.rerun import Terms, Told, ToolTerm, Way, form_blocks
from tests.support.blocks import text_of

OFFLINE = Terms(Way.NOBODY, tools=(ToolTerm("search", "", allowed=False, calls=3, recorded=2),))
LIVE = replace(
    OFFLINE,
    way=Way.RECORDED,
    told=(Told("gpt", 4, "https://api.example/v1", leaves=True, lacks=""),),
    tokens=12_000,
)


def test_offline_sends_nothing() -> None:
    text = text_of(form_blocks(OFFLINE))
    assert "(•) nobody" in text
    assert "nothing is sent" in text
    assert "no tool runs" in text
    assert "3 calls, 2 recorded" in text


def test_a_yes_says_who_is_asked_where_and_how_often() -> None:
    text = text_of(form_blocks(LIVE))
    assert "gpt is asked about 4 times, at https://api.example/v1" in text
    assert "about 12k tokens" in text
    assert "leave this machine" in text


def test_the_stand_in_is_never_sold_as_a_model() -> None:
    terms = replace(OFFLINE, way=Way.PRESET, preset="python:demo", stand_in=True)
    assert "the rule-based stand-in  not an LLM" in text_of(form_blocks(terms))


def test_allowed_tools_are_named() -> None:
    terms = OFFLINE.with_tool(ToolTerm("search", "python:a:b", allowed=True))
    text = text_of(form_blocks(terms))
    assert "[✓] search" in text
    assert "search may run" in text


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        (OFFLINE, ""),
        (replace(OFFLINE, way=Way.OTHER), "which model?"),
        (replace(OFFLINE, problem="no such module"), "no such module"),
        (replace(LIVE, told=(replace(LIVE.told[0], lacks="KEY is not set"),)), "KEY is not set"),
    ],
)
def test_what_keeps_it_from_starting(terms: Terms, why: str) -> None:
    assert terms.possible.startswith(why)
    assert bool(terms.possible) == bool(why)


def test_a_model_without_a_name_is_nobody_who_could_be_asked() -> None:
    """No recorded model is named as the one that is asked, and nobody says that nothing would be sent."""
    terms = replace(OFFLINE, way=Way.OTHER, calls=4, tokens=12_000, remarks=("no tools",))
    text = text_of(form_blocks(terms))
    assert "✗ which model?" in text
    assert "the model that you name is asked about 4 times, about 12k tokens in all" in text
    assert "! no tools" in text
    assert "nothing is sent" not in text


def test_remarks_are_told_where_somebody_is_asked() -> None:
    remarks = ("no tools were recorded with #1",)
    assert "! no tools were recorded with #1" in text_of(form_blocks(replace(LIVE, remarks=remarks)))
    assert "no tools were recorded" not in text_of(form_blocks(replace(OFFLINE, remarks=remarks)))
