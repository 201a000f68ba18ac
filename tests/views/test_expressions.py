"""What a person types to look for something, and its end where it would have none."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg import limits
from replaydbg.views.expressions import Expression, QueryProblem, TooSlow, typed_expression

ENDLESS = "(a|aa)+$"
LONG = "a" * 300 + "!"


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        pytest.param("Ab", "ab AB a.b", [(0, 2), (3, 5)], id="whatever the case"),
        pytest.param("a.b", "ab a.b", [(3, 6)], id="literally"),
        pytest.param("/a.b/", "ab a.b", [(3, 6)], id="regex"),
        pytest.param("/^b$/", "a\nb", [(2, 3)], id="lines"),
        pytest.param("/x*/", "abc", [], id="nothing at all is no hit"),
        pytest.param("/", "a/b", [(1, 2)], id="a regex that is not typed to its end"),
    ],
)
def test_what_words_look_for(typed: str, text: str, found: list[tuple[int, int]]) -> None:
    wanted = typed_expression(typed)
    assert wanted is not None
    assert list(wanted.stretches(text)) == found


def test_what_is_no_pattern() -> None:
    assert typed_expression("  ") is None
    for pattern in ("/(/", "/(?V0)a(?V1)b/"):  # the second is a ValueError of `regex`
        with pytest.raises(QueryProblem, match="no regular expression"):
            typed_expression(pattern)


@pytest.mark.parametrize(
    ("typed", "new", "at", "gives"),
    [
        pytest.param("a", "b", None, ("b-b", 2), id="all"),
        pytest.param("a", "\\1", None, ("\\1-\\1", 2), id="words are put in as they are"),
        pytest.param("a", "b", 2, ("a-b", 1), id="one"),
        pytest.param("a", "b", 1, ("a-a", 0), id="nothing there"),
        pytest.param("/(a)(-)?/", "<\\1>", None, ("<a><a>", 2), id="groups"),
        pytest.param("/x*/", "b", None, ("a-a", 0), id="nothing at all is not replaced"),
    ],
)
def test_putting_in(typed: str, new: str, at: int | None, gives: tuple[str, int]) -> None:
    wanted = typed_expression(typed)
    assert wanted is not None
    assert wanted.put_in(new, "a-a", at) == gives


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "EXPRESSION_SECONDS_MAX", 0.1)


@pytest.mark.usefixtures("_short")
def test_what_never_ends_is_ended_and_named() -> None:
    endless = Expression(ENDLESS)
    for look in (
        lambda: endless.holds(LONG),
        lambda: list(endless.stretches(LONG, seconds=0.1)),
        lambda: endless.put_in("b", LONG),
        lambda: endless.put_in("b", LONG, 0),
    ):
        with pytest.raises(TooSlow, match=r"/\(a\|aa\)\+\$/ takes too long"):
            look()


def test_other_threads_go_on_meanwhile() -> None:
    """With an expression that keeps the interpreter the loop here would come to a stand for as long as it runs."""

    def look() -> None:
        with pytest.raises(TooSlow):
            Expression(ENDLESS).holds(LONG)

    thread = threading.Thread(target=look)
    thread.start()
    turns = 0
    while thread.is_alive():
        time.sleep(0.001)
        turns += 1
    assert turns > 3


def test_one_bound_is_for_all_places_of_a_text() -> None:
    """Not for each of them: a text has a million."""
    begun = time.process_time()
    with pytest.raises(TooSlow):
        list(Expression("(x+x+)+y|a").stretches(("x" * 26 + "a") * 400, seconds=0.05))
    assert time.process_time() - begun < 20


@given(st.text("ab[](){}*+?\\|^$.-1", max_size=12))
def test_whatever_is_typed_is_an_expression_or_said_to_be_none(source: str) -> None:
    with suppress(QueryProblem):
        Expression(source).holds("aab1" * 5)
