"""What is known of one trace beyond its columns, each part made when first asked for: what rules and replay are given."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TypeVar

from replaydbg.config import DEFAULTS, Settings
from replaydbg.core.branch import Branch, Provenance
from replaydbg.core.message import Json
from replaydbg.core.step import STATUSES, Status
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.graph.answers import Answers
from replaydbg.graph.calls import SeenCall, seen_calls
from replaydbg.graph.cycles import Cycles
from replaydbg.graph.dependence import Flow
from replaydbg.graph.index import TraceIndex
from replaydbg.graph.outcomes import Outcome, Outcomes
from replaydbg.graph.replies import BROKEN_REASONS, Reply
from replaydbg.graph.threads import Threads
from replaydbg.graph.turns import Turns
from replaydbg.graph.walk import Heed, unheeded

Thresholds = TypeVar("Thresholds")


class Facts:
    """`side_tools` and `settings` are the person's: what else rules go by."""

    def __init__(
        self, trace: Trace, side_tools: tuple[ToolSpec, ...] = (), settings: Settings = DEFAULTS
    ) -> None:
        self.trace = trace
        self.side_tools = side_tools
        self.settings = settings
        self.edited: frozenset[str] = frozenset()
        """Steps of a branch that a person changed, by id: that they read otherwise than before is no finding."""
        self.heed: Heed = unheeded
        """Hears now and then how far those facts are whose making takes long. It must not raise."""
        # Made here and not when asked for, so that one walk is enough for all of them.
        self.index = TraceIndex(trace, side_tools)
        self.threads = Threads(self.index)
        self.answers = Answers(self.index, self.threads)
        self._outcomes = Outcomes(self.index, self.answers)

    def of(self, branch: Branch) -> Facts:
        """Those of a branch, by the same settings."""
        facts = Facts(branch.trace, self.side_tools, self.settings)
        facts.edited = frozenset(step.id for step in branch.steps if step.provenance is Provenance.EDITED)
        return facts

    def learn(self, heed: Heed) -> None:
        """Look at every step now, which else waits until the first fact is asked for."""
        self.index.walk.go(heed)

    def thresholds(self, kind: type[Thresholds]) -> Thresholds:
        """The numbers that a rule goes by, as the person set them; `kind` is the class that the rule declares."""
        return self.settings.of(kind)

    @cached_property
    def flow(self) -> Flow:
        return Flow(self.index, self.threads)

    @cached_property
    def turns(self) -> Turns:
        return Turns(self.index, self.threads, self.answers, self._outcomes, self.heed)

    @cached_property
    def calls(self) -> tuple[SeenCall, ...]:
        """Every tool call, once."""
        return tuple(seen_calls(self.index, self.turns.executions_alone))

    @cached_property
    def _calls_at(self) -> dict[tuple[int, int], SeenCall]:
        return {(seen.row, seen.number): seen for seen in self.calls}

    def call_at(self, row: int, number: int) -> SeenCall | None:
        """The call with this number in the step at `row`."""
        return self._calls_at.get((row, number))

    def result(self, row: int) -> Json:
        """What the tool execution at `row` gave; None also where nothing was recorded."""
        return self._outcomes.result(row)

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What came of each of `calls`, in their order."""
        return self._outcomes.of(self.calls)

    @cached_property
    def _called(self) -> dict[int, dict[str, None]]:
        called: dict[int, dict[str, None]] = {}
        for row in self.index.model_calls:
            for call in self.index.calls(row):
                called.setdefault(self.threads.root(row), {})[call.name] = None
        return called

    def called_in_thread(self, row: int) -> Sequence[str]:
        """The names of all tools that the thread of the model call at `row` calls, in the order of their first calls."""
        return tuple(self._called.get(self.threads.root(row), ()))

    @property
    def replies(self) -> Sequence[Reply]:
        """Every model call's reply, by time."""
        return self.index.replies

    @cached_property
    def cycles(self) -> Cycles:
        return Cycles(self.turns, self.settings)

    @cached_property
    def broken_off(self) -> frozenset[int]:
        """Rows of the model calls that were broken off while the model spoke: what their calls lack is no mistake."""
        statuses = self.trace.statuses
        return frozenset(
            reply.row
            for reply in self.replies
            if reply.finish_reason in BROKEN_REASONS or STATUSES[statuses[reply.row]] is Status.ERROR
        )
