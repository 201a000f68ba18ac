"""A step in words that no platform owns."""

from __future__ import annotations

from math import isnan

import pytest

from replaydbg.core.columns import KIND_NUMBER, NOT_RECORDED, STATUS_NUMBER
from replaydbg.core.message import Json
from replaydbg.core.step import Kind, Status, Usage
from replaydbg.readers._told import Told, kind_of, said_error, usage_of


def test_only_model_calls_count_tokens_and_costs() -> None:
    told = {"trace": "t", "id": "s", "parent": None, "usage": Usage(3, 4), "cost": "0.5", "model": "m"}
    call = Told(kind=Kind.MODEL_CALL, **told).row(None)  # type: ignore[arg-type]
    assert (call[3], call[5], call[9], call[10], call[11]) == ("m", "m", 3, 4, 0.5)
    other = Told(kind=Kind.OPAQUE, **told).row(None)  # type: ignore[arg-type]
    assert (other[5], other[9], other[10], isnan(other[11])) == ("", NOT_RECORDED, NOT_RECORDED, True)


def test_an_agent_is_called_as_its_step() -> None:
    row = Told(trace="t", id=1, parent=2, kind=Kind.AGENT_INVOCATION, name="a", error="").row(None)
    assert row[:5] == ("1", "2", KIND_NUMBER[Kind.AGENT_INVOCATION], "a", "a")
    assert row[8] == STATUS_NUMBER[Status.ERROR]


@pytest.mark.parametrize(
    ("word", "kind"), [("LLM", Kind.MODEL_CALL), ("rag", Kind.RETRIEVAL), (None, Kind.OPAQUE)]
)
def test_kinds(word: Json, kind: Kind) -> None:
    assert kind_of(word) is kind


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (None, None),
        ("", None),
        ("boom", "boom"),
        ({"type": "T", "message": "m"}, "T: m"),
        ({"x": 1}, ""),
        (5, ""),
    ],
)
def test_errors(error: Json, said: str | None) -> None:
    assert said_error(error, "type", "message") == said


def test_counts_that_are_none() -> None:
    assert usage_of({"prompt_tokens": "much", "cached_tokens": 2}) == Usage(None, None, 2, None)
