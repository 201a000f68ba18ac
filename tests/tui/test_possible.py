"""When an action can be done."""

from __future__ import annotations

import pytest

from replaydbg.core.step import Kind
from replaydbg.tui import possible
from replaydbg.tui.possible import DETAIL, State


@pytest.mark.parametrize(
    ("why_not", "state", "says"),
    [
        (possible.no_steps, State(), "no steps in this trace"),
        (possible.no_steps, State(complete=False), "still being read"),
        (possible.no_step, State(steps=3), "no step is selected"),
        (possible.not_kept, State(steps=3, number=1, sitting=False), "still being opened"),
        (possible.not_kept, State(steps=3, number=1, read_only="the disk is full"), "the disk is full"),
        (possible.not_editable, State(steps=1, number=1, kind=Kind.AGENT_INVOCATION), "an agent invocation"),
        (possible.only_in(DETAIL), State(steps=1), "only in the step's detail"),
    ],
)
def test_reasons(why_not: possible.WhyNot, state: State, says: str) -> None:
    assert says in (why_not(state) or "")


def test_nothing_stands_in_the_way() -> None:
    state = State(steps=3, number=1, kind=Kind.MODEL_CALL, editable=True)
    assert possible.not_editable(state) is None
    assert possible.not_kept(state) is None
    assert possible.sign("semicolon") == ";"
