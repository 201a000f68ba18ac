"""The panes of the main screen as it wires them: their keys are those of the table of actions, not their own."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from replaydbg.core.branch import Edit
from replaydbg.core.trace import Trace
from replaydbg.tui.widgets.document import Document
from replaydbg.tui.widgets.findings import FindingsList
from replaydbg.tui.widgets.flow_map import FlowMapView
from replaydbg.tui.widgets.timeline import TimelineChain
from replaydbg.views.blocks import Block

if TYPE_CHECKING:
    from replaydbg.replay.plan import Plan


class Chain(TimelineChain, inherit_bindings=False):
    """The list of steps. `mark` puts signs beside the rows, for what pending edits would touch."""

    @property
    def trace(self) -> Trace | None:
        return self.view.trace if self.view is not None else None

    def mark(self, marks: Mapping[int, str] | Sequence[str] | None) -> None:
        view = self.view
        if view is not None:
            self.load(view.trace, view.facts, view.findings, marks)


class FindingsPane(FindingsList, inherit_bindings=False):
    """All findings, by rule."""


class FlowPane(FlowMapView, inherit_bindings=False):
    """The run as a map of agents and tools."""


class PlanPane(Document, inherit_bindings=False):
    """What the pending edits touch."""

    def show_plan(
        self, trace: Trace, plan: Plan, edits: Sequence[Edit], may_run: Container[str], also: str = ""
    ) -> None:
        """`may_run` are tools that are bound and allowed; `also` is what more could be edited."""
        from replaydbg.views.plan import plan_blocks

        more = (Block(also, "hint", hang=2),) if also else ()
        self.show(lambda folds, _width: chain(more, plan_blocks(trace, plan, edits, folds, may_run)))

    def show_problem(self, problem: str) -> None:
        self.show(lambda _folds, _width: iter((Block(problem, "error"),)))
