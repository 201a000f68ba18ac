"""Where else the same message is told."""

from __future__ import annotations

import pytest

from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.graph.retelling import told_elsewhere
from tests.support.build import assistant, model_call, system, trace, user

RULES = system("be brief")
RUN = trace(
    model_call("a1", [RULES, user("hi")], "hello"),
    model_call("a2", [RULES, user("hi"), assistant("hello"), user("more")], "ok"),
    model_call("b1", [user("x"), RULES], "1"),
    model_call("c1", [user("be brief")], "1"),
    model_call("d1", None, "1"),
    model_call("e1", [RULES, user("hi")], "2"),
)


def places(run: Trace, id_: str, index: int) -> list[tuple[str, int]]:
    facts = Facts(run)
    found = told_elsewhere(facts.threads, run.row(id_), index)
    return [(run.ids[place[0]], place[1]) for place in found if place is not None]


@pytest.mark.parametrize(
    ("id_", "index", "found"),
    [
        pytest.param("a1", 0, [("b1", 1), ("e1", 0)], id="other threads, not the calls that carry it on"),
        pytest.param("a2", 0, [("a1", 0), ("b1", 1), ("e1", 0)], id="from a later call, where it entered"),
        pytest.param("a2", 3, [], id="nowhere else"),
        pytest.param("c1", 0, [], id="the role counts"),
        pytest.param("d1", 0, [], id="nothing recorded"),
        pytest.param("a1", 9, [], id="no such message"),
    ],
)
def test_places(id_: str, index: int, found: list[tuple[str, int]]) -> None:
    assert places(RUN, id_, index) == found


def test_each_call_is_answered_for_so_that_one_can_stop() -> None:
    facts = Facts(RUN)
    assert len(list(told_elsewhere(facts.threads, 0, 0))) == len(facts.index.model_calls)
