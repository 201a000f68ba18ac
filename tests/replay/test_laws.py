"""Laws of re-runs, over made-up runs: a change that is none does nothing; a re-run is what a run from scratch would be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from replaydbg.core.branch import Edit, Provenance
from replaydbg.core.message import Message
from replaydbg.core.outcome import Outcome, Reply
from replaydbg.core.request import message_document
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.replay.api import Asked
from replaydbg.replay.engine import Replay
from replaydbg.replay.plan import Touch, plan
from tests.support.drive import drive, edit, never, world
from tests.support.simulate import Change, Simulation, answer_model, answer_tool, talks_of

ANSWER = world(answer_model, answer_tool)

simulations = st.builds(
    Simulation,
    threads=st.lists(st.integers(0, 10_000), min_size=1, max_size=3).map(tuple),
    turns=st.integers(1, 2),
    merge=st.booleans(),
)
quick = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))


def unique(of: Trace) -> bool:
    """Agents that were asked the same give the same answer, and then nobody can tell whose answer was used."""
    answers = [output.text for _, output in talks_of(of) if output and not output.tool_calls]
    return len(set(answers)) == len(answers)


def a_change(data: st.DataObject, of: Trace) -> tuple[Change, Edit]:
    """One place of the run, altered in the simulation and as an edit."""
    row = data.draw(
        st.sampled_from(
            [row for row in range(len(of)) if of.kind(row) in {Kind.MODEL_CALL, Kind.TOOL_EXECUTION}]
        )
    )
    id_ = of.ids[row]
    if of.kind(row) is Kind.TOOL_EXECUTION:
        return Change(id_, result="something else"), edit(of, id_, "/result", "something else")
    if data.draw(st.booleans()):
        said = "quite another reply, said by hand"
        return Change(id_, reply=said), edit(of, id_, "/output/content", said)
    told = "you are somebody else"
    return Change(id_, instructions=told), edit(of, id_, "/messages/0/content", told)


def said(talks: Iterable[tuple[Sequence[Message], Message | None]]) -> list[str]:
    return sorted(
        repr([[message_document(one) for one in prompt], message_document(output) if output else None])
        for prompt, output in talks
    )


@quick
@given(simulations, st.data())
def test_identity_an_edit_to_what_is_there_makes_no_call_and_yields_equal_steps(
    simulation: Simulation, data: st.DataObject
) -> None:
    of = simulation.run()
    step = of.step(data.draw(st.integers(0, len(of) - 1)))
    if step.kind is Kind.MODEL_CALL:
        assert step.body.messages is not None
        same = edit(of, step.id, "/messages/0/content", step.body.messages[0].text)
    else:
        assume(step.kind is Kind.TOOL_EXECUTION)
        same = edit(of, step.id, "/result", step.body.result)
    branch = drive(Replay(Facts(of), [same]), never).branch("b")
    assert list(branch.trace.steps()) == list(of.steps())
    assert {one.provenance for one in branch.steps} == {Provenance.RECORDED}


@quick
@given(simulations, st.data())
def test_a_rerun_is_what_a_run_from_scratch_with_the_change_would_be(
    simulation: Simulation, data: st.DataObject
) -> None:
    of = simulation.run()
    assume(unique(of))
    change, one = a_change(data, of)
    scratch = Simulation(simulation.threads, simulation.turns, merge=simulation.merge, change=change)
    expected = scratch.run()
    branch = drive(Replay(Facts(of), [one]), ANSWER).branch("b")
    assert branch.stopped is None
    assert said(talks_of(branch.trace, inner=False)) == said(talks_of(expected, inner=False))
    # Agents that are asked anew run inside of their tool: the branch sees only their answers.
    inner = said(talks_of(expected))
    assert [line for line in said(talks_of(branch.trace)) if line not in inner] == []


@quick
@given(simulations, st.data())
def test_the_order_of_answers_makes_no_difference(simulation: Simulation, data: st.DataObject) -> None:
    of = simulation.run()
    _, one = a_change(data, of)
    first = drive(Replay(Facts(of), [one]), ANSWER).branch("b")
    replay = Replay(Facts(of), [one])
    while not replay.finished:
        asked = data.draw(st.sampled_from(replay.requests()))
        replay.receive(asked.id, ANSWER(asked))
    second = replay.branch("b")
    assert second.steps == first.steps
    assert list(second.trace.steps()) == list(first.trace.steps())


@quick
@given(simulations, st.data())
def test_the_plan_names_every_recorded_step_that_the_rerun_does_otherwise(
    simulation: Simulation, data: st.DataObject
) -> None:
    of = simulation.run()
    _, one = a_change(data, of)
    planned = plan(Facts(of), [one])
    assert [step.row for step in planned.steps] == list(range(len(of)))
    branch = drive(Replay(Facts(of), [one]), ANSWER).branch("b")
    touched = {of.ids[step.row] for step in planned.steps if step.touch in {Touch.EDITED, Touch.RERUN}}
    otherwise = {
        step.of
        for step in branch.steps
        if step.of is not None and step.provenance in {Provenance.LIVE, Provenance.EDITED}
    }
    assert otherwise <= touched
    gone = set(of.ids) - {step.of for step in branch.steps}
    assert {id_ for id_ in gone if of.kind(of.row(id_)) is not Kind.AGENT_INVOCATION} <= touched


@quick
@given(simulations, st.data(), st.integers(0, 6))
def test_a_stop_anywhere_leaves_a_whole_branch(
    simulation: Simulation, data: st.DataObject, after: int
) -> None:
    of = simulation.run()
    _, one = a_change(data, of)
    replay = Replay(Facts(of), [one])
    paid: list[Message] = []

    def answer(asked: Asked) -> Outcome:
        outcome = ANSWER(asked)
        if isinstance(outcome, Reply):
            paid.append(outcome.message)
        return outcome

    for _ in range(after):
        if not replay.finished:
            asked = replay.requests()[0]
            replay.receive(asked.id, answer(asked))
    was_finished = replay.finished
    branch = replay.branch("b")
    assert (branch.stopped is None) == was_finished
    if branch.stopped is not None:
        assert branch.stopped.step_id in branch.trace.ids
    outputs = [step.body.output for step in branch.trace.steps()]
    assert all(message in outputs for message in paid)
    assert len(branch.steps) == len(branch.trace)
    assert [step.id for step in branch.steps] == branch.trace.ids
