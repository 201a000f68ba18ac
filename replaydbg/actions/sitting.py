"""Sit down with a recording: bring back what was made of it, and keep every further act before it is acknowledged.

    sitting = open_sitting(opened.trace, opened.path)
    sitting.do(AddEdit(edit))
    sitting.history.sitting.edits

A session file is made with the first act, not with the first look.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import RLock

from replaydbg.core.branch import Branch
from replaydbg.core.finding import Notice
from replaydbg.core.trace import Trace
from replaydbg.drivers import files, running, session_places, store
from replaydbg.drivers.running import RunJournal
from replaydbg.errors import NotSaved, ReplaydbgError, UsageProblem
from replaydbg.readers._api import Document
from replaydbg.session import journal
from replaydbg.session.answers import read_begun
from replaydbg.session.commands import AddBranch, Command, CommandRefused, ContinueBranch
from replaydbg.session.history import Act, Deed, History
from replaydbg.session.state import Sitting
from replaydbg.views.text import plural
from replaydbg.writers import native


class OpenSitting:
    """`history` is what the session is; `notices` what the person should know of how it was opened.

    `do`, `undo` and `redo` return the next history once it is on the disk. Where the disk refuses they raise `NotSaved`:
    `history` has moved on all the same, and the next act takes the unsaved ones with it. With `look_only` nothing is
    written: acts, such as choosing a branch to look at, last as long as the sitting. Threads take turns.
    """

    def __init__(
        self,
        recording: Trace,
        places: tuple[Path, ...],
        digest: str,
        author: str,
        *,
        look_only: bool = False,
    ) -> None:
        self.history = History(Sitting(recording))
        self.notices: tuple[Notice, ...] = ()
        self._places = places
        self._recording = store.Recording(digest, recording.source.name, recording.id)
        self._author = author
        self._look_only = look_only
        self._store: store.Store | None = None
        self._unsaved: tuple[Act, ...] = ()
        self._one_at_a_time = RLock()
        self._closed = False
        self._resume()
        if look_only:
            self._let_go()
        else:
            self._take_in()

    @property
    def path(self) -> Path:
        """Where the session is kept, or will be with the first act."""
        if self._store is not None:
            return self._store.path
        return next((place for place in self._places if session_places.writable(place)), self._places[-1])

    @property
    def saved(self) -> bool:
        return not self._unsaved

    def do(self, command: Command) -> History:
        """Apply and keep. Raises CommandRefused (nothing has changed) and NotSaved (see the class)."""
        return self._act(Deed.DO, command)

    def keep(self) -> None:
        """Try once more to keep what could not be kept. Raises NotSaved."""
        with self._one_at_a_time:
            self._flush()

    def undo(self) -> History:
        return self._act(Deed.UNDO) if self.history.past else self.history

    def redo(self) -> History:
        return self._act(Deed.REDO) if self.history.future else self.history

    def save(self) -> None:
        """Try again to write what could not be written. Raises NotSaved."""
        with self._one_at_a_time:
            if self._unsaved:
                self._flush()

    def run_journal(self) -> RunJournal:
        """Where a re-run keeps its answers until its branch is kept here."""
        return RunJournal(self.path, self._recording)

    def close(self) -> None:
        """Waits for an act that another thread is in the middle of: what was paid for is kept before the program ends."""
        with self._one_at_a_time:
            self._closed = True
            self._let_go()

    def _let_go(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    def _act(self, deed: Deed, command: Command | None = None) -> History:
        with self._one_at_a_time:
            act = Act(self.history.sequence + 1, self._author, deed, command)
            self.history = self.history.after(act)
            self._unsaved = (*self._unsaved, act)
            try:
                self._flush()
            finally:
                if self._closed:
                    self._let_go()
            return self.history

    def _flush(self) -> None:
        if self._look_only:
            self._unsaved = ()
            return
        try:
            if self._store is None:
                self._store = store.Store(self.path, self._recording)
            while self._unsaved:
                news = self._store.append([journal.entry(act) for act in self._unsaved])
                if not news:
                    self._unsaved = ()
                    return
                self._follow(news)
        except (store.Damaged, journal.JournalUnreadable) as problem:
            raise NotSaved(
                f"the session {self.path} is damaged: {problem}", "write the branch to a file of its own"
            ) from problem

    def _follow(self, news: tuple[journal.Entry, ...]) -> None:
        """Somebody else has acted on this session: their acts come first, then ours on top of them."""
        mine = self._unsaved
        history = self._before(len(mine))
        for entry in news:
            history = history.after(journal.act(entry))
        kept: list[Act] = []
        for act in mine:
            numbered = replace(act, sequence=history.sequence + 1)
            try:
                history = history.after(numbered)
            except CommandRefused:
                self._unsaved = tuple(kept)
                self.history = history
                raise
            kept.append(numbered)
        self._unsaved = tuple(kept)
        self.history = history

    def _before(self, acts: int) -> History:
        """The history as the file had it before our last `acts`: read again, since redo can not be taken back."""
        assert self._store is not None
        history = History(self.history.start)
        for entry in self._store.entries():
            if entry.sequence > self.history.sequence - acts:
                break
            history = history.after(journal.act(entry))
        return history

    def _resume(self) -> None:
        """Take up the first session file that belongs to this recording; set a damaged one aside."""
        for place in filter(session_places.is_there, self._places):
            try:
                self._store = store.Store(place, self._recording)
                self._take_up(self._store)
                return
            except (store.WrongRecording, NotSaved) as problem:
                if len(self._places) == 1:
                    raise  # the one that the person named
                self._notice(place, f"{problem.message}; this recording gets a session of its own")
                self._places = tuple(other for other in self._places if other != place)
            except (store.Damaged, journal.JournalUnreadable, CommandRefused) as problem:
                self._let_go()
                if not store.was_session(place):
                    raise store.WrongRecording(
                        f"{place} is no session file; nothing was changed in it",
                        "give another with --session FILE",
                    ) from problem
                if self._look_only:
                    self._unsaved = ()
                    self._notice(place, f"the session is damaged ({problem}); nothing was changed in it")
                    continue
                aside = store.set_aside(place)
                kept = f"; the first {len(self._unsaved)} acts were saved from it" if self._unsaved else ""
                self._notice(
                    place, f"the session is damaged ({problem}) and was set aside as {aside.name}{kept}"
                )
                if self._unsaved:
                    self._flush()

    def _take_up(self, opened: store.Store) -> None:
        """All acts of the file. Those read before a damaged one are left to be saved again elsewhere."""
        for entry in opened.entries():
            act = journal.act(entry)
            self.history = self.history.after(act)
            self._unsaved = (*self._unsaved, act)
        self._unsaved = ()

    def _take_in(self) -> None:
        """Re-runs that were cut off become branches, as far as their answers go."""
        for place in self._places:
            for left in running.left_behind(place, self._recording):
                try:
                    if left.version > running.VERSION:
                        said = "a re-run was cut off that a later version of replaydbg made: its answers are kept here for that one"
                        self._notice(left.path, said)
                    else:
                        self._add_cut_off(left)
                except (ReplaydbgError, journal.JournalUnreadable) as problem:
                    said = f"a re-run was cut off, and what was answered can not be made a branch: {problem}"
                    self._notice(left.path, said)
                finally:
                    left.close()

    def _add_cut_off(self, left: running.Left) -> None:
        from replaydbg.actions.rerun import cut_off
        from replaydbg.graph.facts import Facts

        begun = read_begun(left.about)
        sitting = self.history.sitting
        parent = sitting.branch(begun.parent)
        of = sitting.recording if parent is None else parent.trace
        resumed = sitting.branch(begun.resumes)
        branch, unplaced = cut_off(Facts(of, begun.tools), begun, left.answers, resumed)
        same = next((one for one in sitting.branches if _same(one, branch)), None)
        if same is not None:  # killed after the branch was kept and before its answers were removed
            running.remove(left.path)
            return
        id_ = self.do(ContinueBranch(branch) if resumed else AddBranch(branch)).sitting.current
        if unplaced:
            left.close()
            aside = running.set_aside(left.path)
            said = f"{plural(unplaced, 'answer')} of it have no place in this version's branch and stay in {aside}"
            self._notice(left.path, said)
        else:
            running.remove(left.path)
        answers = plural(len(left.answers), "answer")
        are = "is" if len(left.answers) == 1 else "are"
        go_on = f"; go on with it: R on the screen, or --resume {id_}" if branch.stopped is not None else ""
        self._notice(
            left.path, f"a re-run was cut off after {answers}, which {are} kept as branch {id_}{go_on}"
        )

    def _notice(self, place: Path, message: str) -> None:
        self.notices = (*self.notices, Notice(str(place), message))


def _same(kept: Branch, branch: Branch) -> bool:
    if (kept.parent, kept.edits, kept.steps) != (branch.parent, branch.edits, branch.steps):
        return False
    return b"".join(native.write(kept.trace)) == b"".join(native.write(branch.trace))


def open_sitting(
    trace: Trace,
    source_path: str,
    session_path: str | None = None,
    *,
    document: Document | None = None,
    author: str = "",
    look_only: bool = False,
    between: Callable[[], object] = lambda: None,
) -> OpenSitting:
    """The sitting of this trace of the recording at `source_path`, with everything that was kept of it.

    `document` is the recording's bytes where they are at hand already, which standard input needs. `between` is called
    now and then while a large recording is read for its name. Raises UsageProblem
    where `session_path` belongs to another recording, `NotSaved` where it can not be opened.
    """
    if document is None and source_path == files.STANDARD_INPUT:
        raise UsageProblem("a sitting with standard input needs its bytes")
    buffer = (document or files.open_document(source_path).document).buffer
    digest = files.digest(buffer, between)
    places = (Path(session_path),) if session_path else session_places.places(source_path, digest)
    return OpenSitting(trace, places, digest, author, look_only=look_only)


def kept_branch(
    trace: Trace,
    source_path: str,
    session_path: str | None,
    name: str,
    *,
    document: Document | None = None,
    tell: Callable[[Sequence[Notice]], None] = lambda _: None,
) -> tuple[Branch, Trace]:
    """The branch of that id or label (without a name the only one there is), and the trace that it is a branch of.

    `tell` hears what the person should know of the session. Raises UsageProblem.
    """
    opened = open_sitting(trace, source_path, session_path, document=document)
    opened.close()
    tell(opened.notices)
    sitting = opened.history.sitting
    found = named_branch(sitting, name)
    parent = sitting.branch(found.parent)
    return found, sitting.recording if parent is None else parent.trace


def named_branch(sitting: Sitting, name: str) -> Branch:
    """The branch of that id or label; without a name the only one there is. Raises UsageProblem."""
    branches = sitting.branches
    if not branches:
        raise UsageProblem("no branch was kept of this trace", "make one: replaydbg replay TRACE --edit ...")
    found = [one for one in branches if name in {one.id, one.label} or (not name and len(branches) == 1)]
    if len(found) != 1:
        there = ", ".join(f"{one.id} ({one.label})" if one.label else one.id for one in branches)
        raise UsageProblem(f"which branch? {name!r} names {len(found)} of them", f"branches here: {there}")
    return found[0]
