"""The small language of search and filter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg import limits
from replaydbg.core.finding import Finding, Severity
from replaydbg.core.trace import Trace
from replaydbg.views.expressions import QueryProblem, TooSlow
from replaydbg.views.query import About, Term, conditions, inside, matching, parse
from tests.support.build import agent, assistant, call, model_call, tool_execution, trace, user

ASKED = call("search_web", {"q": "Lamps"}, "c1")
RUN: Trace = trace(
    agent(
        "a",
        "planner",
        model_call("m", [user("hello")], assistant("see http://x.org/a", ASKED), model="gpt-4o"),
        tool_execution("t", ASKED, "no (lamps) left", error="broken"),
    )
)
KNOWN = About(
    RUN,
    (Finding("T003", "schema-violation", Severity.ERROR, "bad", ("m",)),),
    severities=bytes([0, 4, 0]),
    looping=bytes([0, 0, 1]),
    edited={1},
    noted={2},
)


def found(text: str) -> list[int]:
    return list(matching(conditions(parse(text), KNOWN), range(len(RUN))))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [0, 1, 2]),
        ("lamps", [1, 2]),
        ('"no (lamps)"', [2]),
        (r"/\(l.mps\)/", [2]),
        ("http://x.org", [1]),
        ("kind:tool", [2]),
        ("kind:model", [1]),
        ("kind:llm", [1]),
        ("-kind:tool", [0, 1]),
        ("name:search_*", [2]),
        ("name:search", [2]),
        ("model:gpt-*", [1]),
        ("status:error", [2]),
        ("has:finding", [1]),
        ("has:loop", [2]),
        ("has:error", [2]),
        ("has:edit", [1]),
        ("has:note", [2]),
        ("has:mark", []),
        ("rule:schema*", [1]),
        ("rule:T003", [1]),
        ("id:m", [1]),
        ("step>1", [1, 2]),
        ("step<=2 -step:1", [1]),
        ("kind:tool lamps", [2]),
        ("kind:model has:loop", []),
        ("name:", [0, 1, 2]),
    ],
)
def test_what_fits(text: str, rows: list[int]) -> None:
    assert rows == found(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kind:hammer", "no kind is called hammer"),
        ("has:fun", "has:fun is not known"),
        ("status:great", "no status is called great"),
        ("tokens>many", "no number"),
        ("tokens>5ms", "that is a time"),
        ("/(/", "no regular expression"),
    ],
)
def test_what_cannot_be_looked_for_says_why(text: str, says: str) -> None:
    with pytest.raises(QueryProblem, match=says.replace("(", r"\(")):
        parse(text)


def test_numbers_have_units() -> None:
    timed = About(trace(model_call("m", [], "x", start_ms=0, duration_ms=2500)))
    for text, fits in (
        ("duration>2s", True),
        ("duration>2500ms", False),
        ("duration>=2.5", True),
        ("tokens>1k", False),
    ):
        assert bool(list(matching(conditions(parse(text), timed), range(1)))) is fits, text


def test_texts_are_looked_at_last() -> None:
    order = parse("lamps kind:tool")
    assert order == (Term("", "", "lamps", turned=False), Term("kind", ":", "tool", turned=False))
    first, *_ = conditions(order, KNOWN)
    assert [first(row) for row in range(3)] == [False, False, True]


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_query_or_a_sentence(text: str) -> None:
    try:
        found(text)
    except QueryProblem as problem:
        assert str(problem)  # noqa: PT017 - most texts are queries


def test_an_expression_that_takes_too_long_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "EXPRESSION_SECONDS_MAX", 0.05)
    run = trace(model_call("m", [user("short")], assistant("b" + "a" * 5000 + "!")))
    with pytest.raises(TooSlow, match=r"/\(a\|aa\)\+\$/ takes too long at #1"):
        list(matching(conditions(parse("/(a|aa)+$/"), About(run)), range(1)))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("lamps", "lamps"),
        ('"no (lamps)"', "no (lamps)"),
        ("kind:tool", ""),
        ("-lamps", ""),
        ("kind:tool lamps", "lamps"),
        ("no (lamps)", r"/no|\(lamps\)/"),
        (r"/l.mps/", "/l.mps/"),
        ('"/etc/"', "//etc//"),
        (r"/(?P<a>x)/ /(?P<a>y)\1/ lamps", r"/(?P<a>x)|(?P<a>y)\1|lamps/"),
        (r"/(?V0)a/ /(?V1)b/", ""),
        ("", ""),
    ],
)
def test_what_is_looked_for_inside_a_step_that_was_found(typed: str, words: str) -> None:
    assert inside(parse(typed)) == words
