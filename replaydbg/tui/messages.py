"""What workers tell the screen. They carry values; only the screen that receives them changes anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:  # a message carries what the worker has imported already
    from replaydbg.actions.sitting import OpenSitting
    from replaydbg.core.branch import Branch
    from replaydbg.core.finding import Finding, Notice
    from replaydbg.core.trace import Trace
    from replaydbg.diff.steps import Comparison
    from replaydbg.errors import ReplaydbgError
    from replaydbg.graph.suspects import Suspect
    from replaydbg.readers._api import Reading
    from replaydbg.replay.plan import Plan
    from replaydbg.tui.desk import Shown
    from replaydbg.views.exhibit import Exhibit


class TraceRead(Message):
    """The file has been read so far, or to its end."""

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self.reading = reading

    def can_replace(self, message: Message) -> bool:
        """A reading holds all that the ones before it held."""
        return isinstance(message, TraceRead)


class ReadSoFar(Message):
    """How much of the file has been read; what is known of it has come before."""

    def __init__(self, fraction: float) -> None:
        super().__init__()
        self.fraction = fraction

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, ReadSoFar)


class SatDown(Message):
    """What was made of this recording before is back."""

    def __init__(self, sitting: OpenSitting | None, problem: str = "") -> None:
        super().__init__()
        self.sitting = sitting
        self.problem = problem


class Known(Message):
    """The facts of the whole trace have been worked out: lanes and pairings can be shown."""

    def __init__(self, shown: Shown) -> None:
        super().__init__()
        self.shown = shown


class Found(Message):
    """One rule has been over what is shown; `last` says that it was the last rule."""

    def __init__(
        self,
        shown: Shown,
        findings: tuple[Finding, ...],
        *,
        last: bool,
        unchecked: int = 0,
        notices: tuple[Notice, ...] = (),
    ) -> None:
        """`unchecked` comes with the last one: tool calls that no schema was known for. `notices` say that it failed."""
        super().__init__()
        self.notices = notices
        self.unchecked = unchecked
        self.shown = shown
        self.findings = findings
        self.last = last


class Planned(Message):
    """What the pending edits touch has been worked out; None where the plan could not be made."""

    def __init__(
        self, shown: Shown, edits: object, plan: Plan | None, problem: str = "", *, choices: object
    ) -> None:
        super().__init__()
        self.choices = choices
        self.shown = shown
        self.edits = edits
        self.plan = plan
        self.problem = problem


class SearchMoved(Message):
    """Rows where what was typed holds so far, in order. `fraction` of the steps was looked at, in the end all."""

    def __init__(
        self,
        shown: Shown,
        text: str,
        rows: Sequence[int],
        fraction: float,
        *,
        filtering: bool,
        problem: str = "",
    ) -> None:
        """`filtering` tells the two uses apart: a filter hides what does not fit. `problem` says why the search ended early."""
        super().__init__()
        self.shown = shown
        self.text = text
        self.rows = rows
        self.fraction = fraction
        self.filtering = filtering
        self.problem = problem

    @property
    def last(self) -> bool:
        return self.fraction >= 1 or bool(self.problem)


class BranchMade(Message):
    """A re-run has ended, for good or for ill."""

    def __init__(self, branch: Branch) -> None:
        super().__init__()
        self.branch = branch


class BackToTraces(Message):
    """The person wants to choose another trace."""


class Compared(Message):
    """Two branches beside each other, by their ids. `sides` are what was compared: a recording may have gone on since."""

    def __init__(self, before: str, after: str, comparison: Comparison, sides: tuple[Shown, Shown]) -> None:
        super().__init__()
        self.before = before
        self.after = after
        self.comparison = comparison
        self.sides = sides


class ComparisonMoved(Message):
    """What a comparison is about, and how much of that has been done."""

    def __init__(self, what: str, done: float) -> None:
        super().__init__()
        self.what = what
        self.done = done

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, ComparisonMoved)


class OtherRead(Message):
    """The trace to compare with has been read."""

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace


class LookedUp(Message):
    """What a finding rests on has been looked up."""

    def __init__(self, exhibit: Exhibit) -> None:
        super().__init__()
        self.exhibit = exhibit


class Suspected(Message):
    """Which steps to look at first has been worked out."""

    def __init__(self, suspects: tuple[Suspect, ...]) -> None:
        super().__init__()
        self.suspects = suspects


class HintsRead(Message):
    """By hint, in how many sittings the person has seen it."""

    def __init__(self, shown: Mapping[str, int]) -> None:
        super().__init__()
        self.shown = shown


class SharesRead(Message):
    """How the person has divided the screen before, by layout."""

    def __init__(self, shares: Mapping[str, tuple[int, int]]) -> None:
        super().__init__()
        self.shares = shares


class WorkFailed(Message):
    """A worker met something that the person asked for and cannot have. `fatal` leaves nothing to look at."""

    def __init__(self, problem: ReplaydbgError, *, fatal: bool = False) -> None:
        super().__init__()
        self.problem = problem
        self.fatal = fatal
