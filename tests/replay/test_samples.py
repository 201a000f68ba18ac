"""Re-runs of the recorded samples: real frameworks' traces, every format that we ship."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.actions.open import open_trace
from replaydbg.codec import step_document
from replaydbg.core.branch import Provenance
from replaydbg.core.outcome import Skipped
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.replay.engine import Replay
from replaydbg.replay.plan import plan
from tests.support.build import assistant
from tests.support.drive import drive, edit, never, world

SAMPLES = sorted(path for path in (Path(__file__).parents[2] / "traces").iterdir() if ".json" in path.name)
STEPS_TRIED_MAX = 8
ANSWER = world(lambda request: assistant("the end"), lambda request: {"found": True})


def places(of: Trace) -> list[tuple[str, str]]:
    """Some steps from the beginning to the end, and a place in each that holds text."""
    found: list[tuple[str, str]] = []
    for row in range(len(of)):
        body = of.body(row)
        if of.kind(row) is Kind.TOOL_EXECUTION and body.has_result:
            found.append((of.ids[row], "/result"))
        elif of.kind(row) is Kind.MODEL_CALL and body.output is not None:
            document = step_document(of.step(row))
            said = isinstance(document["output"]["content"], str)
            found.append((of.ids[row], "/output/content" if said else "/tool_calls/0/name"))
            if body.messages and "content" in document["messages"][0]:
                found.append((of.ids[row], "/messages/0/content"))
    return found[:: max(1, len(found) // STEPS_TRIED_MAX)]


@pytest.mark.parametrize("path", SAMPLES, ids=[path.name for path in SAMPLES])
def test_every_sample_can_be_edited_and_rerun(path: Path) -> None:
    of = open_trace(str(path)).trace
    facts = Facts(of)
    assert places(of)
    for id_, pointer in places(of):
        changed = edit(of, id_, pointer, "quite another text")
        same = drive(Replay(facts, [edit(of, id_, pointer, changed.before)]), never).branch("same")
        assert [step_document(step) for step in same.trace.steps()] == [
            step_document(step) for step in of.steps()
        ]
        assert {step.provenance for step in same.steps} == {Provenance.RECORDED}
        assert len(plan(facts, [changed]).steps) == len(of)
        offline = drive(Replay(facts, [changed]), lambda asked: Skipped("offline")).branch("offline")
        assert offline.counts()["live"] == 0
        assert offline.counts()["edited"] >= 1
        live = drive(Replay(facts, [changed]), ANSWER).branch("live")
        assert live.stopped is None
        assert live.counts()["stale"] == 0
        assert Facts(live.trace).threads.links
