"""Where a loop is to be broken by an edit that only a person can write."""

from __future__ import annotations

import sys

import pytest

from replaydbg import codec
from replaydbg.core import pointer
from replaydbg.core.finding import Finding
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.rules import _registry
from replaydbg.rules._beginnings import Beginning, advice, beginning
from tests.support.build import assistant, call, chat, model_call, response, system, trace, user
from tests.support.situations import SITUATIONS
from tests.support.staged import Situation

LOOPS = {
    "no-progress-loop", "repeated-call", "error-loop", "thrash", "near-duplicate-loop", "hand-off-ping-pong",
    "recurrence", "chanting", "retry-storm",
}  # fmt: skip


BARE = (
    "the same words, nobody asked",
    "equal calls, results not recorded",
    "a question that a program asks twelve times",
)


def found(run: Trace) -> list[tuple[Finding, Beginning | None]]:
    facts = Facts(run)
    findings = [one for heard in _registry.check(facts, sorted(LOOPS)) for one in heard.findings]
    return [(finding, beginning(facts, finding)) for finding in findings]


@pytest.mark.parametrize(
    "situation", [one for one in SITUATIONS if one.rules and not one.excuse], ids=lambda one: one.name
)
def test_each_labelled_loop_has_a_place_to_edit_or_advice(situation: Situation) -> None:
    """The place is one that an edit can be made at; a loop of which no result and no system prompt was recorded has none."""
    run = situation.run()
    for finding, at in found(run):
        if at is None:
            assert bool(advice(finding)) != (situation.name in BARE)
            continue
        step = run.step(at.row)
        before = pointer.get(codec.step_document(step), at.pointer)
        edit = codec.make_edit(step, at.pointer, "what helps")
        assert edit.before == before
        assert not advice(finding)


def _looping(name: str, result: object) -> Trace:
    turns = [system("You help."), user("Find it.")]
    for number in range(5):
        turns += [assistant("", call("find", {"q": "x"}, f"c{number}")), response(f"c{number}", result)]
    return chat([*turns, assistant(name)])


def test_it_is_the_first_result_of_the_loop() -> None:
    run = _looping("done", "nothing")
    ((finding, at),) = found(run)
    assert finding.name == "no-progress-loop"
    assert at is not None
    assert run.kind(at.row) is Kind.TOOL_EXECUTION
    assert at.row == next(iter(run.rows(Kind.TOOL_EXECUTION)))
    assert (at.pointer, at.place) == ("/result", f"the result of #{at.row + 1}")


def test_of_who_says_the_same_it_is_the_system_prompt() -> None:
    run = trace(*(model_call(f"m{n}", [system("Be kind."), user("Go.")], "I shall do it.") for n in range(5)))
    places = {at.place if at else None for finding, at in found(run) if finding.name == "no-progress-loop"}
    assert places <= {"the system prompt of #1"}


def test_every_rule_about_loops_is_known_here() -> None:
    """A rule that finds loops says where to begin, or what else to do."""
    about_loops = {
        rule.name
        for rule in _registry.all_rules()
        if "loop_finding" in vars(sys.modules[rule.check.__module__])
        or rule.name in ("chanting", "retry-storm")
    }
    assert about_loops == LOOPS
