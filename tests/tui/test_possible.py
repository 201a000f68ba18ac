"""When an action can be done."""

from __future__ import annotations

from dataclasses import replace

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
        (possible.no_branches, State(steps=1), "edit a step"),
        (possible.no_branches, State(steps=1, read_only="it is still being written"), "still being written"),
        (
            possible.nothing_to_plan,
            State(steps=1, read_only="it is still being written"),
            "still being written",
        ),
    ],
)
def test_reasons(why_not: possible.WhyNot, state: State, says: str) -> None:
    assert says in (why_not(state) or "")


def test_nothing_stands_in_the_way() -> None:
    state = State(steps=3, number=1, kind=Kind.MODEL_CALL, editable=True)
    assert possible.not_editable(state) is None
    assert possible.not_kept(state) is None
    assert possible.sign("semicolon") == ";"


LOOKED_AT = State(
    steps=3,
    number=1,
    kind=Kind.MODEL_CALL,
    editable=True,
    edited_here=True,
    findings=1,
    edits=1,
    undo="x",
    redo="x",
    stopped=True,
)


@pytest.mark.parametrize(
    "why_not",
    [
        possible.not_editable,
        possible.no_editor,
        possible.not_judged,
        possible.not_kept,
        possible.nothing_to_undo,
        possible.nothing_to_redo,
        possible.nothing_to_revert,
        possible.nothing_to_rerun,
        possible.no_choice,
        possible.not_stopped,
    ],
)
def test_what_is_read_only_cannot_be_changed(why_not: possible.WhyNot) -> None:
    assert why_not(LOOKED_AT) is None
    assert why_not(replace(LOOKED_AT, read_only="only a look")) == "only a look"


def test_a_browser_has_no_editor_and_writes_no_files() -> None:
    browser = replace(LOOKED_AT, in_browser=True)
    assert "no $EDITOR" in (possible.no_editor(browser) or "")
    assert "writes no files" in (possible.no_files(browser) or "")
    assert possible.no_files(LOOKED_AT) is None
    assert possible.not_editable(browser) is None
