"""The proof that re-runs can be trusted: what replay makes of a trace alone, held against the program run again.

For a random program and a random edit, every step of the branch that replay vouches for (recorded, edited, live) must be
the step of the program with that change in it. What it cannot know it has to call unproven.

`REPLAYDBG_PROGRAMS=10000` makes the run as large as a night allows; `REPLAYDBG_PROGRAMS_FROM` begins elsewhere.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import replace

import pytest

from replaydbg.core.branch import Branch, BranchStep, Edit, Provenance
from replaydbg.core.message import Message, Role
from replaydbg.core.outcome import Outcome, Reply, Skipped, ToolResult
from replaydbg.core.request import ModelRequest, message_document
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.replay.api import Asked
from replaydbg.replay.assemble import IN_DOUBT
from replaydbg.replay.engine import Replay
from replaydbg.replay.lane import Lane
from tests.support.drive import drive, edit
from tests.support.programs import (
    Change,
    Program,
    answer_model,
    answer_tool,
    in_one_world,
    random_program,
    use_shared,
)

PROGRAMS = int(os.environ.get("REPLAYDBG_PROGRAMS", "300"))
FIRST = int(os.environ.get("REPLAYDBG_PROGRAMS_FROM", "0"))
CHUNKS = 10
NOTHING = Message(Role.ASSISTANT)
VOUCHED = {Provenance.RECORDED, Provenance.EDITED, Provenance.LIVE}


def a_change(of: Trace, seed: int) -> tuple[Change, Edit]:
    dice = random.Random(~seed)
    row = dice.choice(
        [row for row in range(len(of)) if of.kind(row) in {Kind.MODEL_CALL, Kind.TOOL_EXECUTION}]
    )
    id_ = of.ids[row]
    if of.kind(row) is Kind.TOOL_EXECUTION:
        return Change(id_, result="something else"), edit(of, id_, "/result", "something else")
    if dice.random() < 0.6:
        said = "quite another reply, said by hand"
        return Change(id_, reply=said), edit(of, id_, "/output/content", said)
    return Change(id_, instructions="you are new here"), edit(
        of, id_, "/messages/0/content", "you are new here"
    )


def rerun(program: Program, of: Trace, one: Edit) -> Branch:
    stubborn = {
        name
        for at, each in enumerate(agent for group in program.groups for agent in group)
        for name in (f"a{at}",)
        if each.stubborn
    }

    def answer(asked: Asked) -> Outcome:
        if isinstance(asked.request, ModelRequest):
            # The engine keeps the agent of the step it stands for; a made-up model has to know whose it is.
            agent = agent_of(asked)
            return Reply(answer_model(asked.request, stubborn=agent in stubborn))
        return ToolResult(answer_tool(asked.request, program, lane_of(asked).prompt or ()))

    def agent_of(asked: Asked) -> str:
        if asked.row is not None:
            return of.agent(asked.row)
        return of.agent(lane_of(asked).last)

    def lane_of(asked: Asked) -> Lane:
        return next(one.lane for one in replay._running if any(asked.id == each.id for each in one.waiting()))

    replay = Replay(Facts(of), [one])
    return drive(replay, answer).branch("b")


def rerun_in_one_world(program: Program, of: Trace, one: Edit) -> Branch:
    """Tools that only look cannot be run again: the world of the re-run is not there any more."""
    stubborn = {f"a{at}" for at, (agent,) in enumerate(program.groups) if agent.stubborn}

    def answer(asked: Asked) -> Outcome:
        if isinstance(asked.request, ModelRequest):
            lane = next(run.lane for run in replay._running if asked in run.waiting())
            name = of.agent(lane.last if asked.row is None else asked.row)
            return Reply(answer_model(asked.request, stubborn=name in stubborn, nesting=False), duration_ms=7)
        if asked.unproven or asked.request.call.name == "get":
            return Skipped("nobody can look")
        return ToolResult(use_shared(asked.request.call, Counter()), duration_ms=3)

    replay = Replay(Facts(of), [one])
    return drive(replay, answer).branch("b")


def a_call_changed(of: Trace, seed: int) -> tuple[Change, Edit] | None:
    """Another argument for the first call of a reply."""
    asking = [row for row in of.rows(Kind.MODEL_CALL) if (of.body(row).output or NOTHING).tool_calls]
    if not asking:
        return None
    id_ = of.ids[random.Random(~seed).choice(asking)]
    return Change(id_, arguments={"n": 7}), edit(of, id_, "/tool_calls/0/arguments", {"n": 7})


def said(trace: Trace, row: int) -> object:
    body = trace.body(row)
    if trace.kind(row) is Kind.TOOL_EXECUTION:
        return [
            body.call.name if body.call else None,
            body.call.arguments if body.call else None,
            body.result,
        ]
    return [[message_document(one) for one in body.messages or ()], _document(body.output)]


def _document(message: Message | None) -> object:
    return None if message is None else message_document(message)


def wrong(branch: Branch, expected: Trace) -> list[str]:
    """Steps that the branch vouches for, and that the program does not do so."""
    found = []
    for row, step in enumerate(branch.steps):
        if branch.trace.kind(row) not in {Kind.MODEL_CALL, Kind.TOOL_EXECUTION}:
            continue
        if step.provenance not in VOUCHED or IN_DOUBT in step.reason:
            continue
        if not any(said(branch.trace, row) == said(expected, at) for at in _rows(step, expected)):
            found.append(f"#{row + 1} {step.of} {step.provenance}: {step.reason}")
    return found


def _rows(step: BranchStep, expected: Trace) -> list[int]:
    """Where the program does the step: at its place; anywhere, if it is new or a recorded result brought it elsewhere."""
    if step.of is None or "for the equal call at" in step.reason:
        return list(range(len(expected)))
    return [expected.ids.index(step.of)] if step.of in expected.ids else []


def unsaid(branch: Branch, expected: Trace) -> list[str]:
    """Model calls of the program, outside of tools, that the branch neither has nor says that it may lack."""
    if branch.stopped is not None or any(
        step.provenance not in VOUCHED or IN_DOUBT in step.reason for step in branch.steps
    ):
        return []
    have = [said(branch.trace, row) for row in range(len(branch.trace))]
    return [
        expected.ids[row]
        for row in range(len(expected))
        if expected.kind(row) is Kind.MODEL_CALL
        and "." not in expected.agent(row)
        and said(expected, row) not in have
    ]


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_what_replay_vouches_for_is_what_the_program_does(chunk: int) -> None:
    for seed in range(FIRST + chunk, FIRST + PROGRAMS, CHUNKS):
        program = random_program(seed)
        of = program.run()
        change, one = a_change(of, seed)
        branch = rerun(program, of, one)
        expected = replace(program, change=change).run()
        assert branch.stopped is None, f"program {seed}"
        assert wrong(branch, expected) == [], f"program {seed}: {change}"
        assert unsaid(branch, expected) == [], f"program {seed}: {change}"


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_the_same_where_all_share_one_world(chunk: int) -> None:
    """An agent sees what others have changed, and a call what those before it in its turn have."""
    for seed in range(FIRST + chunk, FIRST + PROGRAMS, CHUNKS):
        program = in_one_world(random_program(seed))
        of = program.run()
        change, one = (seed % 2 and a_call_changed(of, seed)) or a_change(of, seed)
        branch = rerun_in_one_world(program, of, one)
        expected = replace(program, change=change).run()
        assert wrong(branch, expected) == [], f"program {seed}: {change}"


def test_the_proof_can_fail() -> None:
    """A branch that kept everything as it was is found out."""
    caught = 0
    for seed in range(20):
        program = random_program(seed)
        of = program.run()
        change, one = a_change(of, seed)
        branch = rerun(program, of, one)
        lie = Branch(
            "b",
            "",
            (one,),
            of,
            tuple(BranchStep(id_, id_, Provenance.RECORDED, "surely") for id_ in of.ids),
        )
        caught += bool(wrong(lie, replace(program, change=change).run()))
        assert branch.id == "b"
    assert caught > 15
