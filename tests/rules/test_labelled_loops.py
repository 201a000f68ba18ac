"""The labelled situations: each rule speaks where a person would, and each exception is known and has its reason."""

from __future__ import annotations

import pytest

from tests.house.source import PACKAGE
from tests.support.situations import FINE, SITUATIONS, found, table
from tests.support.staged import Situation


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda one: one.name)
def test_a_situation(situation: Situation) -> None:
    right = sorted(found(situation)) == sorted(situation.rules)
    assert right == (not situation.excuse), f"found: {found(situation)}"


def test_there_are_enough_and_half_are_fine() -> None:
    assert len(SITUATIONS) >= 60
    assert len(FINE) >= 30
    assert len({one.name for one in SITUATIONS}) == len(SITUATIONS)


def test_architecture_quotes_the_table() -> None:
    assert table() in (PACKAGE / "ARCHITECTURE.md").read_text("utf-8")


def test_the_table_counts_each_rule_about_loops(capsys: pytest.CaptureFixture[str]) -> None:
    lines = table().splitlines()
    with capsys.disabled():
        print("\n" + table())
    assert len(lines) == 4 + 9
    assert all(line.count("|") == 7 for line in lines[2:])
