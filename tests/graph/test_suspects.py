"""Suspects: each reason on its own, their order, and what the list promises."""

from __future__ import annotations

import pytest

from replaydbg import limits
from replaydbg.core.finding import Finding, Severity
from replaydbg.graph.facts import Facts
from replaydbg.graph.suspects import suspects
from tests.support import suspects as labelled
from tests.support.build import assistant, call, chat, response, trace, user
from tests.support.corpora import ROOT

RUN = chat(
    [
        user("How many lamps are left?"),
        assistant("I look.", call("stock", {"of": "lamp"}, "a")),
        response("a", "Error: no such item"),
        assistant("I assume there are some.", call("stock", {"of": "Lamp Aurora"}, "b")),
        response("b", "7"),
        assistant(
            "There are 17 lamps of 23, says John Smith of Lamp Works, 12 of them red, and all are to be sold."
        ),
    ]
)


def ranked(*findings: Finding) -> dict[str, tuple[str, ...]]:
    return {one.step_id: one.reasons for one in suspects(Facts(RUN), findings)}


def test_reasons() -> None:
    assert ranked() == {
        "m1": ("what it asked for is the first to fail, in #2",),
        "m2": ("it speaks of something assumed or made up",),
        "m3": ("it brings 5 numbers and names that nobody had said", "the longest reply of the run"),
    }


def test_findings_weigh_where_they_begin_and_once_a_rule() -> None:
    loud = Finding("L004", "error-loop", Severity.ERROR, "goes round", ("m2", "x2", "m3"))
    reasons = ranked(loud, loud, Finding("X001", "x", Severity.HINT, "a hint", ("m3",)))
    assert list(reasons) == ["m2", "m1", "m3"]
    assert reasons["m2"] == ("error-loop: goes round", "it speaks of something assumed or made up")
    assert "x: a hint" not in reasons["m3"]


def test_the_first_code() -> None:
    run = chat(
        [
            user("Go."),
            assistant("A plan."),
            user("Go on."),
            assistant("```python\nx\n```"),
            user("Go on."),
            assistant("```sh\nls\n```, and a long word on it"),
        ]
    )
    by_step = {one.step_id: one.reasons for one in suspects(Facts(run), ())}
    assert by_step == {"m2": ("the first code of the run is here",), "m3": ("the longest reply of the run",)}


def test_nothing_is_suspicious_in_nothing() -> None:
    assert suspects(Facts(trace()), ()) == ()


def test_the_list_is_short() -> None:
    words = [assistant(f"I assume {n}.") for n in range(50)]
    run = chat([one for word in words for one in (user("Go."), word)])
    assert len(suspects(Facts(run), ())) == limits.SUSPECTS_MAX


@pytest.mark.skipif(not labelled.exists(), reason=f"the corpora are not at {ROOT} (set REPLAYDBG_CORPORA)")
def test_what_architecture_says_of_the_accuracy_is_so() -> None:
    from tests.house.source import PACKAGE

    told = (PACKAGE / "ARCHITECTURE.md").read_text("utf-8")
    assert labelled.table() in told
