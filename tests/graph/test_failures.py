"""What results say in their own words. The texts are of the shapes that public runtimes print, in our words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from replaydbg.graph import failures
from replaydbg.graph.failures import Refusal, failed, refusal, says_failure, words_of
from tests.graph.test_outcomes import ERRORS, FINE, REFUSED, UNKNOWN_TOOLS


@pytest.mark.parametrize(
    "result",
    ["Error: no such order", " error while reading", "ValueError: x", "requests.exceptions.HTTPError: 500", "Traceback (most recent call last):\n", '{"error": "no"}', '{ "is_error": true }',
     {"error": "no"}, {"isError": True}, {"success": False}, {"ok": False, "reason": "no"}],
    ids=repr,
)  # fmt: skip
def test_failures(result: Any) -> None:
    assert says_failure(result)


@pytest.mark.parametrize(
    "result",
    ["ok", "no errors", "error rate: 3 %", "errors were found in none of the files", '{"error": null}', '{"error": ""}', {"error": None}, {"errors": 0}, {"ok": True}, [], None, 5,
     "The error was mended", {"success": True}],
    ids=repr,
)  # fmt: skip
def test_no_failures(result: Any) -> None:
    assert not says_failure(result)


@pytest.mark.parametrize(
    "result",
    ["<tool_use_error>File has not been read yet</tool_use_error>", "Exception in thread main", "{'error': 'no such order'}",
     [{"type": "text", "text": "Error: no such order"}], {"message": "ERROR: No data found", "status": "Error"},
     {"content": [{"type": "text", "text": "fatal: not a git repository"}]}],
    ids=repr,
)  # fmt: skip
def test_failures_in_all_that_results_are_wrapped_in(result: Any) -> None:
    assert says_failure(result)


@pytest.mark.parametrize(
    "result", ["Exceptional service", "{'error': None}", [{"text": "all is well"}], [[]], [{}]], ids=repr
)
def test_no_failures_in_them(result: Any) -> None:
    assert not says_failure(result)


@pytest.mark.parametrize("result", [*REFUSED, *ERRORS], ids=str)
def test_what_is_refused_or_wrong_has_failed(result: Any) -> None:
    assert failed(result)
    assert words_of(result)


@pytest.mark.parametrize("result", UNKNOWN_TOOLS, ids=str)
def test_an_unknown_tool_is_a_failure_of_the_call_that_named_it(result: Any) -> None:
    assert failed(result, "fetch")
    assert refusal(result, words_of(result), "fetch") is Refusal.TOOL


@pytest.mark.parametrize("result", FINE, ids=str)
def test_what_is_fine(result: Any) -> None:
    assert not failed(result, "f")


def test_nesting_has_a_bound() -> None:
    deep: Any = "Error: no"
    for _ in range(100_000):
        deep = {"error": [deep]} if isinstance(deep, dict) else {"text": deep}
    assert words_of(deep) == ""


@pytest.mark.parametrize("expression", [failures._REFUSED, failures._UNKNOWN], ids=["arguments", "tools"])
def test_what_is_found_is_found_at_a_glance(expression: re.Pattern[str]) -> None:
    """Results are looked at closely only where their first letters allow it: that may lose none."""
    drawn = re.compile(expression.pattern.replace("*+", "*"), expression.flags)  # hypothesis knows no other

    @settings(max_examples=100, suppress_health_check=list(HealthCheck))
    @given(st.from_regex(drawn))
    def each(text: str) -> None:
        head = text[: failures.HEAD_CHARS]
        assume(expression.match(head))
        assert failures._may_refuse(head)

    each()
    assert not failures._may_refuse("def field_required(): pass")


@pytest.mark.parametrize(
    "expression", [failures._REFUSED, failures._UNKNOWN, failures._FAILURE], ids=["arguments", "tools", "failures"]
)  # fmt: skip
def test_what_begins_well_says_no_failure(expression: re.Pattern[str]) -> None:
    """Of most results the first letters are all that is looked at: that may lose none."""
    drawn = re.compile(expression.pattern.replace("*+", "*"), expression.flags)

    @settings(max_examples=300, suppress_health_check=list(HealthCheck))
    @given(st.from_regex(drawn))
    def each(text: str) -> None:
        if failures.begins_well(text[: failures.BEGINNING_CHARS]):
            assert failures.looked_at(text)[1:] == (None, False)
            assert not says_failure(text)

    each()


@given(
    st.lists(
        st.sampled_from(
            ["error", "Error", ":", " ", "{", '"', "is_error", "fatal", "must", "miss", "got ", "the tool", "7", "total", "x.y"]
        ),
        max_size=14,
    ).map("".join)
)  # fmt: skip
def test_nor_does_what_begins_well_with_the_words_of_failures(text: str) -> None:
    if failures.begins_well(text[: failures.BEGINNING_CHARS]):
        assert failures.looked_at(text)[1:] == (None, False)


@pytest.mark.parametrize(
    "text", ["total 48 drwxr", "def f(x): return 1", '{"output":"all is well"}', "import os and sys"]
)
def test_what_begins_well(text: str) -> None:
    assert failures.begins_well(text)
