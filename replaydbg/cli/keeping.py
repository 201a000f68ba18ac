"""Keep the branches of a command in the session of its trace, and the answers of a re-run before it has come to its end.

A session that cannot be written is said, not a failure, unless the person named it.
"""

from __future__ import annotations

from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

from replaydbg.cli import report
from replaydbg.errors import NotSaved, ReplaydbgError

if TYPE_CHECKING:
    from replaydbg.actions.open import Opened
    from replaydbg.actions.sitting import OpenSitting
    from replaydbg.core.branch import Branch
    from replaydbg.drivers.running import RunJournal
    from replaydbg.replay.sampling import Tally


class Keeper:
    """Opened before anything is paid for, so that what can not be kept is known by then."""

    def __init__(self, opened: Opened, session: str | None) -> None:
        from replaydbg.actions.sitting import open_sitting

        self._named = session is not None
        self.has_kept = False
        """Whether the branch is in the session."""
        self.was_refused = False
        """Whether the disk would not take something: who counts on it must not go on as if it had."""
        self._sitting: OpenSitting | None = None
        self.journal: RunJournal | None = None
        try:
            self._sitting = open_sitting(opened.trace, opened.path, session, document=opened.document)
        except ReplaydbgError as error:
            self._said(error)
            return
        report.notices(self._sitting.notices)
        self.journal = self._sitting.run_journal()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.journal is not None:
            self.journal.close()
        if self._sitting is not None:
            self._sitting.close()

    def keep(self, branch: Branch, *, goes_on: bool = False) -> Branch:
        """The branch by the name that it is kept under, which is a free one where another has its own.

        The same re-run of a recording alone is kept once. One that `goes_on` takes the place of what it was.
        """
        from replaydbg.session.commands import AddBranch, ContinueBranch

        sitting, journal = self._sitting, self.journal
        if sitting is None or journal is None:
            self._put_aside(branch)
            return branch
        if journal.problem:
            report.say(journal.problem)
        id_ = branch.id
        try:
            if goes_on:
                id_ = sitting.do(ContinueBranch(branch)).sitting.current
            elif (same := self._kept(branch)) is not None:
                id_ = same.id
            else:
                id_ = sitting.do(AddBranch(branch)).sitting.current
        except ReplaydbgError as error:
            try:
                self._said(error)
            finally:
                self._put_aside(branch)
        else:
            journal.end()
            self.has_kept = True
        return replace(branch, id=id_)

    def _put_aside(self, branch: Branch) -> None:
        """What was paid for is somewhere, and is said to be."""
        from replaydbg.actions.convert import save_aside

        if not _was_asked(branch):
            return
        kept_in = self.journal.kept_in if self.journal is not None else None
        if kept_in is not None:
            report.say(
                f"its answers stay in {kept_in}: with room on the disk they are made a branch when the trace is opened"
            )
            return
        try:
            report.say(f"the branch is written to {save_aside(branch)}, a trace of its own")
        except (ReplaydbgError, OSError) as error:
            report.say(f"nor can it be written aside: {error}")

    def _kept(self, branch: Branch) -> Branch | None:
        """A branch of which nobody was asked anything comes out the same each time."""
        assert self._sitting is not None
        if _was_asked(branch):
            return None
        what = (branch.parent, branch.edits, branch.steps, branch.stopped)
        branches = self._sitting.history.sitting.branches
        return next(
            (one for one in branches if (one.parent, one.edits, one.steps, one.stopped) == what), None
        )

    def keep_tally(self, tally: Tally) -> None:
        """What many runs came to, beside their branches."""
        from replaydbg.session.commands import AddTally

        if self._sitting is None:
            return
        try:
            self._sitting.do(AddTally(tally))
        except ReplaydbgError as error:
            self._said(error)

    def _said(self, error: ReplaydbgError) -> None:
        if self._named:
            raise error
        self.was_refused |= isinstance(error, NotSaved)
        report.say(f"the branch is not kept: {error.message}")


def _was_asked(branch: Branch) -> bool:
    """Whether anybody answered: what comes of the recording alone comes out again."""
    from replaydbg.core.branch import Provenance, Question

    asked = (step.question is not Question.NONE for step in branch.steps)
    return any(asked) or any(step.provenance in {Provenance.LIVE, Provenance.HUMAN} for step in branch.steps)
