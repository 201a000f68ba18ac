"""The list of suspects, as rows."""

from __future__ import annotations

from replaydbg.graph.suspects import Suspect
from replaydbg.views.suspects import suspect_lines
from tests.support.build import model_call, trace

RUN = trace(model_call("m1", [], "x", agent="planner"), model_call("m2", [], "y"))


def test_the_heading_promises_nothing() -> None:
    heading, *_ = suspect_lines(RUN, [Suspect("m1", 1.0, ("why",))])
    assert "no verdict" in heading.text


def test_each_step_with_its_reasons() -> None:
    _, *lines = suspect_lines(
        RUN, [Suspect("m2", 3.0, ("first\nline", "second")), Suspect("m1", 1.0, ("third",))]
    )
    assert [(line.text, line.row) for line in lines] == [
        (" 1. #2     chat m-1: first line", 1),
        ("           second", 1),
        (" 2. #1     planner: third", 0),
    ]


def test_an_empty_list() -> None:
    assert [line.row for line in suspect_lines(RUN, [])] == [-1]
