"""What reports are made of."""

from __future__ import annotations

from tests.support.reports import CHAPTERS, COVER


def test_what_is_not_said_is_the_usual() -> None:
    assert not COVER.has_baseline
    told = CHAPTERS[0].told[0]
    assert told.suppressed == ""
    assert len(told.places) == len(told.finding.evidence)
