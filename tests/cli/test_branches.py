"""Branches and comparisons printed. The whole of it is in test_replay and test_diff; here are the odd corners."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replaydbg.actions.compare import compare_branch, compare_traces
from replaydbg.cli import branches
from replaydbg.core.branch import BranchStep, Provenance
from replaydbg.graph.facts import Facts
from tests.support.build import call, tool_execution, trace
from tests.support.sittings import branch, recording


def test_every_provenance_has_a_word_and_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    source = recording()
    for provenance in Provenance:
        steps = tuple(BranchStep(id_, id_, provenance, "because\x1b") for id_ in source.ids)
        made = replace(branch(), steps=steps)
        branches.print_branch(source, made, compare_branch(Facts(source), made))
        out = capsys.readouterr().out

        assert ("because\\x1b" in out) is (provenance is not Provenance.RECORDED)
        assert "no finding gained or lost" in out


def test_a_field_that_only_one_side_has_is_shown_on_that_side(capsys: pytest.CaptureFixture[str]) -> None:
    before = trace(tool_execution("t1", call("look", {"a": 1}), "x"))
    after = trace(tool_execution("t1", call("look", {"b": None}), "x"))
    branches.print_comparison(before, after, compare_traces(Facts(before), Facts(after)))
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]

    assert "- 1" in lines
    assert "+ null" in lines
