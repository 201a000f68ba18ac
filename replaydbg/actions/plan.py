"""What a set of edits would touch and cost. Nothing is asked and nothing runs."""

from __future__ import annotations

from collections.abc import Sequence

from replaydbg.codec import EditRefusedError
from replaydbg.core.branch import Edit
from replaydbg.core.trace import StepNotFound
from replaydbg.errors import UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.replay.plan import Plan, plan


def plan_edits(facts: Facts, edits: Sequence[Edit]) -> Plan:
    """Raises UsageProblem for edits that do not fit the trace."""
    try:
        return plan(facts, edits)
    except (EditRefusedError, StepNotFound) as error:
        raise UsageProblem(str(error)) from error
