"""What every test of a rule asks: what the rule says of a trace."""

from __future__ import annotations

from replaydbg.core.finding import Finding
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule


def found(rule: Rule, run: Trace, *side_tools: ToolSpec) -> list[Finding]:
    """The findings, after a look that each is well formed: its rule's, with steps and places that are there."""
    findings = list(rule.check(Facts(run, side_tools)))
    for finding in findings:
        assert (finding.code, finding.name) == (rule.code, rule.name)
        assert finding.message
        rows = [run.row(id_) for id_ in finding.step_ids]
        assert rows, "a finding is about steps"
        for one in finding.evidence:
            assert_place(run, one.step_id, one.pointer)
    return findings


def assert_place(run: Trace, step_id: str, place: str) -> None:
    """The evidence points to a place in the document of its step."""
    from replaydbg import codec
    from replaydbg.core import pointer

    pointer.get(codec.step_document(run.step(run.row(step_id))), place)
