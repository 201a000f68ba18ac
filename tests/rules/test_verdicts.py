"""Every warning and error in recordings of other people was looked at by a person, and is true."""

from __future__ import annotations

import pytest

from tests.support.corpora import ROOT
from tests.support.verdicts import GOLDEN, found, golden, recordings


@pytest.mark.skipif(not ROOT.is_dir(), reason=f"the corpora are not at {ROOT} (set REPLAYDBG_CORPORA)")
@pytest.mark.parametrize("prefix", sorted(path.stem for path in GOLDEN.glob("*.tsv")))
def test_what_is_said_was_looked_at(prefix: str) -> None:
    """A finding that is not in the golden file is new: look at it, then `python -m tests.support.verdicts`."""
    said = {one for path in recordings() for one in found(path, prefix)}
    assert said == golden(prefix).keys()


@pytest.mark.parametrize("prefix", sorted(path.stem for path in GOLDEN.glob("*.tsv")))
def test_all_of_it_is_true(prefix: str) -> None:
    assert set(golden(prefix).values()) <= {"true"}
