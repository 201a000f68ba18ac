"""A branch counts its steps by where they came from."""

from __future__ import annotations

from replaydbg.core.branch import Branch, BranchStep, Provenance
from tests.support.build import trace


def test_counts_by_the_names_of_the_output() -> None:
    steps = tuple(
        BranchStep(f"s{number}", None, one, "") for number, one in enumerate([*Provenance, Provenance.LIVE])
    )
    assert Branch("b", "", (), trace(), steps).counts() == {
        "reused": 1,
        "edited": 1,
        "live": 2,
        "human": 1,
        "unproven": 1,
        "stale": 1,
        "interrupted": 1,
    }


def test_every_provenance_is_counted() -> None:
    assert len(Branch("b", "", (), trace(), ()).counts()) == len(Provenance)
