"""Near-duplicate loop: reworded, and as fruitless."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Severity
from replaydbg.core.trace import Trace
from replaydbg.rules.near_duplicate_loop import RULE
from tests.support.build import trace
from tests.support.rules import found
from tests.support.staged import done, each, times


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(done(*each("f", "q", ["lamp", "lamps", "a lamp"], [])), id="three wordings"),
        pytest.param(done(*each("f", "q", ["lamp", "tree", "moon", "sofa"], [])), id="four things"),
        pytest.param(
            done(*each("f", "q", ["lamp", "lamps", "lampe", "lamb"], lambda n: f"hit {'abcd'[n]}")),
            id="each finds something",
        ),
        pytest.param(done(*each("edit", "path", ["a.py", "b.py", "c.py", "d.py"], "ok")), id="acknowledged"),
        pytest.param(done(*times(5, ("f", {"q": "x"}, []))), id="no other words at all"),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


def test_reworded() -> None:
    (finding,) = found(
        RULE, done(*each("f", "q", ["red lamp", "red lamps", "the red lamps", "the red lamp"], "no results"))
    )
    assert finding.severity is Severity.WARNING
    assert finding.message == "f is called 4 times with arguments that hardly differ, and finds nothing"
    assert finding.evidence[1].message == "nearly the same again"
    assert finding.loop is not None
    assert [change.after for change in finding.loop.changes] == ["red lamps", "the red lamps", "the red lamp"]


def test_it_may_drift_far() -> None:
    """The last has little in common with the first: each is near the one before."""
    (finding,) = found(RULE, done(*each("f", "q", ["abcdef", "abcdxy", "abuvxy", "rsuvxy"], [])))
    assert finding.repeats == 4


def _two(word: str) -> list[tuple[object, ...]]:
    return [("f", {"q": word}, []), ("g", {"q": 1}, "Error: no")]


def test_rounds_of_two() -> None:
    words = ["lamp red", "lamp redd", "lamp rred", "lamp reed"]
    run = done(*[one for word in words for one in _two(word)])
    (finding,) = found(RULE, run)
    assert finding.message == "f and g are called 4 times with arguments that hardly differ, with 4 errors"


def test_arguments_that_are_no_json() -> None:
    from tests.support.build import assistant, call, chat, response, user

    messages = [user("Go.")]
    for n, raw in enumerate(('{"q": "lamp', '{"q": "lamps', '{"q": "lampp', '{"q": "lamp s')):
        messages += [assistant("", call("f", raw=raw, id_=f"c{n}")), response(f"c{n}", "Error: not JSON")]
    (finding,) = found(RULE, chat(messages))
    assert finding.repeats == 4


def test_an_error_of_who_asks_comes_whatever_is_asked() -> None:
    asked = ["Oslo", "the capital of France", "lamp?", "train to Bern"]
    (finding,) = found(RULE, done(*each("f", "q", asked, "Error: not logged in", True)))
    assert finding.message == "f is called 4 times with ever other arguments, each time with an error"
    assert finding.evidence[1].message == "and again, for the same error"
