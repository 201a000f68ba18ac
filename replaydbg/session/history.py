"""Undo and redo: the sittings that were and the commands between them. Immutable; each act gives the next history.

An act (a command done, an undo, a redo) has a sequence number and an author, and the acts in order are the whole
truth: `replayed(start, acts)` is the history, which is how the journal brings a sitting back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from replaydbg.session.commands import Command
from replaydbg.session.state import Sitting


class Deed(StrEnum):
    DO = "do"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True, slots=True)
class Act:
    """One entry of the journal. `command` is None for undo and redo."""

    sequence: int
    author: str
    deed: Deed
    command: Command | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A command and the sitting after it."""

    command: Command
    sitting: Sitting


@dataclass(frozen=True, slots=True)
class History:
    start: Sitting
    past: tuple[Moment, ...] = ()
    future: tuple[Moment, ...] = ()
    """What was undone, the next to be redone last."""
    sequence: int = 0
    """Acts so far; the next one has this number plus one."""

    @property
    def sitting(self) -> Sitting:
        return self.past[-1].sitting if self.past else self.start

    def do(self, command: Command) -> History:
        """Apply the command; what was undone is given up. Raises CommandRefused."""
        moment = Moment(command, command.apply(self.sitting))
        return replace(self, past=(*self.past, moment), future=(), sequence=self.sequence + 1)

    def undo(self) -> History:
        """The history before the last command; this one where there is none."""
        if not self.past:
            return self
        return replace(
            self, past=self.past[:-1], future=(*self.future, self.past[-1]), sequence=self.sequence + 1
        )

    def redo(self) -> History:
        """The history after the command undone last; this one where there is none."""
        if not self.future:
            return self
        return replace(
            self, past=(*self.past, self.future[-1]), future=self.future[:-1], sequence=self.sequence + 1
        )

    def after(self, act: Act) -> History:
        """The history after an act, from this sitting or from the journal. Raises CommandRefused."""
        match act.deed:
            case Deed.DO:
                assert act.command is not None
                return self.do(act.command)
            case Deed.UNDO:
                return self.undo()
            case Deed.REDO:
                return self.redo()


def replayed(start: Sitting, acts: Iterable[Act]) -> History:
    history = History(start)
    for act in acts:
        history = history.after(act)
    return history
