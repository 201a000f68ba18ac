"""Calls that are unlike the other calls of their tool, where no schema was recorded."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.finding import Severity
from replaydbg.core.trace import Trace
from replaydbg.rules.unusual_arguments import RULE
from tests.support.build import call, parameters, tool, tool_execution, trace
from tests.support.rules import found

USUAL = [{"query": f"word {n}", "limit": n} for n in range(6)]


def calling(*arguments: Any, error: str = "") -> Trace:
    *before, last = arguments
    return trace(
        *(tool_execution(f"x{n}", call("search", one), "found") for n, one in enumerate(before)),
        tool_execution("last", call("search", last), error or "found", error=error),
    )


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(calling(*USUAL, {"query": "x", "limit": 9}), id="as always"),
        pytest.param(calling(*USUAL, {"query": "x", "limit": 9.5}), id="whole and other numbers are one type"),
        pytest.param(calling(*USUAL, {"query": "x", "limit": 1, "page": 2}), id="an optional field"),
        pytest.param(calling(*USUAL[:4], {"q": "x", "limit": 1}), id="too few calls"),
        pytest.param(calling(*USUAL, *USUAL[:3], {"query": None, "limit": 1}, {"query": None, "limit": 1}), id="two kinds of call"),
        pytest.param(calling(*[{"mode": f"m{n}"} for n in range(30)], {"mode": "m"}), id="many values"),
    ],
)  # fmt: skip
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


@pytest.mark.parametrize(
    ("last", "said", "place"),
    [
        ({"q": "x", "limit": 1}, 'suspect: search: "q" stands where all 6 other calls have "query"', "/q"),
        ({"limit": 1}, 'suspect: search: "query" is missing, which all 6 other calls have', ""),
        (
            {"query": "x", "limit": "1"},
            "suspect: search: limit is no number, as it is in all other calls",
            "/limit",
        ),
    ],
)
def test_found(last: Any, said: str, place: str) -> None:
    (finding,) = found(RULE, calling(*USUAL, last))
    assert (finding.message, finding.severity) == (said, Severity.HINT)
    assert finding.evidence[0].pointer == f"/tool_calls/0/arguments{place}"
    assert finding.schema_source == "the other calls of this run"


def test_a_value_that_is_nearly_one_of_few() -> None:
    usual = [{"mode": ("fast", "slow")[n % 2]} for n in range(24)]
    (finding,) = found(RULE, calling(*usual, {"mode": "Fast"}))
    assert (
        finding.message
        == 'suspect: search: mode is "Fast"; all other calls have 2 values, of which "fast" is near'
    )
    assert found(RULE, calling(*usual, {"mode": "thorough"})) == []


def test_it_is_never_more_than_information() -> None:
    (finding,) = found(RULE, calling(*USUAL, {"q": "x", "limit": 1}, error="what is q?"))
    assert finding.severity is Severity.INFO


def test_a_schema_ends_all_guessing() -> None:
    search = tool("search", parameters(query={}, limit={}, q={}))
    assert found(RULE, calling(*USUAL, {"q": "x", "limit": 1}), search) == []


def test_one_field_stands_for_one_other() -> None:
    (finding,) = found(RULE, calling(*USUAL, {"qeury": "x"}))
    assert [(one.pointer, one.message) for one in finding.evidence] == [
        ("/tool_calls/0/arguments/qeury", 'suspect: "qeury" stands where all 6 other calls have "query"'),
        ("/tool_calls/0/arguments", 'suspect: "limit" is missing, which all 6 other calls have'),
    ]
