"""`replay --samples`: what an edit of the incident does, against what happens without it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from replaydbg.actions.open import open_trace
from replaydbg.actions.sitting import open_sitting
from tests.cli.test_replay import INCIDENT, MEND, STAND_IN, replay


def test_an_edit_that_mends_is_told_from_chance() -> None:
    done = replay("--edit", MEND, *STAND_IN, "--samples", "4", "--control", "4", "--oracle", "gone:T003")
    assert done.code == 0
    assert "gone:T003" in done.out
    assert "4 of 4" in done.out
    assert "0 of 4" in done.out
    assert "the edit helps: the oracle holds" in done.out


def test_without_an_oracle_the_errors_must_be_gone() -> None:
    done = replay("--edit", MEND, *STAND_IN, "--samples", "2", "--output", "json")
    told = done.document
    assert {one["oracle"] for one in told["oracles"]} >= {"gone:schema-violation", "gone:error-loop"}
    assert told["edited"]["held"] == told["edited"]["judged"] == 2
    assert told["control"] == {"held": 0, "judged": 0, "runs": 0, "interval": [0, 1]}
    assert told["verdict"].startswith("without a control")


def test_a_bound_is_for_all_runs_together() -> None:
    done = replay("--edit", MEND, *STAND_IN, "--samples", "3", "--max-calls", "4")
    assert done.code == 4
    assert "the bound of 4 live model calls for all runs together is reached" in done.err
    assert "not judged" in done.out


def test_offline_nothing_can_be_sampled() -> None:
    done = replay("--edit", MEND, "--samples", "1")
    assert done.code == 4
    assert "1 of 1 run with the edit was not judged" in done.out


def test_runs_are_kept_as_branches_and_their_table_beside_them(tmp_path: Path) -> None:
    session = tmp_path / "s.sqlite3"
    replay("--edit", MEND, *STAND_IN, "--samples", "2", "--control", "1", "--session", str(session))
    with closing(open_sitting(open_trace(INCIDENT).trace, INCIDENT, str(session))) as kept:
        sitting = kept.history.sitting
    (tally,) = sitting.tallies
    assert len(sitting.branches) == 2
    assert (tally.done, tally.wanted, tally.parent) == ((2, 1), (2, 1), "")
    assert tally.edits == sitting.branches[0].edits
    assert {row.edited.held for row in tally.rows} == {2}
