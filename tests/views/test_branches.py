"""The list of branches."""

from __future__ import annotations

from dataclasses import replace

from replaydbg.core.branch import Branch, BranchStep, Provenance, Stop
from replaydbg.core.finding import Finding, Severity
from replaydbg.diff.steps import Comparison, Totals
from replaydbg.session.state import Sitting
from replaydbg.views.branches import branch_blocks, note_id, outcome_words
from tests.support.blocks import text_of
from tests.support.build import model_call, trace, user
from tests.support.drive import edit
from tests.support.sittings import tally

RUN = trace(model_call("m", [user("go")], "1"))
EDIT = edit(RUN, "m", "/messages/0/content", "stop")
ONE = Branch("b1", "", (EDIT,), RUN, (BranchStep("m", "m", Provenance.LIVE, "asked"),), model="gpt")
TWO = replace(ONE, id="b2", parent="b1", label="kinder", stopped=Stop("offline", "nobody was asked"))

LOST = Finding("L001", "error-loop", Severity.ERROR, "goes round", ("m",))
BECAME = Comparison(
    (), None, (), (LOST,), Totals(1, 1, 0, 0, 16_000, None, 3000.0), Totals(1, 1, 0, 0, 12_000, 0.02, 3000.0)
)


def test_branches_stand_below_what_they_came_from() -> None:
    sitting = Sitting(RUN, (ONE, TWO), current="b2")
    blocks = list(branch_blocks(sitting, {"b1": BECAME}, unknown="not known yet"))
    lines = text_of(blocks).splitlines()
    assert lines[0] == "○ the recording  1 step"
    assert lines[1] == "   ○ b1  1 step: 1 live"
    assert lines[2].strip() == "models: gpt"
    assert "go" in lines[3]
    assert lines[4].strip() == "1 finding gone (error-loop)"
    assert lines[5].strip() == "12k tokens -25%, $0.02, 3.0s"
    assert lines[6].startswith("      ● b2  kinder")
    assert lines[-1].strip() == "not known yet"
    assert [block.place for block in blocks[:2]] == ["branch:", "branch:b1"]


def test_what_many_runs_came_to_stands_above_their_branches() -> None:
    sitting = Sitting(RUN, (ONE,), tallies=(tally("", [EDIT]), tally("b1")))
    blocks = list(branch_blocks(sitting, {}))
    lines = text_of(blocks).splitlines()
    assert lines[1] == "   ± 5 runs with the edit, 5 as it was: the edit helps"
    assert lines[2] == lines[5]
    assert lines[6].startswith("      ± 5 runs")
    assert [block.place for block in blocks] == ["branch:", *["tally:0"] * 2, *["branch:b1"] * 3, "tally:1"]


def test_a_stopped_branch_says_why() -> None:
    assert outcome_words(TWO).endswith("stopped (offline): nobody was asked")


def test_pinned_branches_come_first_and_notes_stand_below() -> None:
    other = replace(ONE, id="b3")
    sitting = Sitting(
        RUN, (ONE, other), marks=frozenset({note_id("b3")}), notes={note_id("b1"): "calmer prompt"}
    )
    lines = text_of(list(branch_blocks(sitting, {}))).splitlines()
    assert "⚑ b3" in lines[1]
    assert lines[-1].strip() == "¶ calmer prompt"
