"""Answers of a re-run under way, written down before they are used: what was paid for outlives the process.

A kill finds them at once. Against a power cut they are synced beside the re-run, which is in the middle of its next
question by then: what a power cut can cost is what came within its last few milliseconds.

Each re-run has a file of its own beside the session, made with its first answer and removed once its branch is kept. The
process that writes it holds it locked for as long as it lives, however it ends; so a file that can be locked was left
behind, and one that can not be belongs to a re-run that goes on.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from threading import Lock
from uuid import uuid4

from replaydbg.core.branch import Provenance
from replaydbg.core.message import Role, text_message
from replaydbg.core.outcome import Reply
from replaydbg.drivers.session_places import SUFFIX
from replaydbg.drivers.store import PRIVATE, Recording
from replaydbg.session.answers import AnswerRow, Begun, answer_row, begun_text

VERSION = 3
"""Of the file. Earlier ones are read all the same: of version 1 nothing tells what was decided of unproven steps, of
version 2 nothing of replies that were still streaming.
"""
_PARTS_SINCE = 3
_MARK = ".run-"
_MOMENT_SECONDS = 0.003
"""A tool that answers from memory comes right after the reply that asked for it: both are synced at once."""
_YOUNG_SECONDS = 60.0
"""An empty file may be one that is being made."""
_SCHEMA = """
CREATE TABLE run (digest TEXT NOT NULL, trace_id TEXT NOT NULL, about TEXT NOT NULL);
CREATE TABLE answer (number INTEGER PRIMARY KEY, asked_id TEXT NOT NULL, provenance TEXT NOT NULL, answer TEXT NOT NULL);
CREATE TABLE part (asked_id TEXT NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL);
"""


class RunJournal:
    """Keeps the answers of one re-run after the other, from any thread. It raises nothing: a re-run goes on on a full disk, and `problem`
    says that its answers are kept at its end only.
    """

    def __init__(self, session: Path, recording: Recording) -> None:
        self.problem = ""
        self._session, self._recording = session, recording
        self._begun: Begun | None = None
        self._lock = Lock()
        self._path = session
        self._connection: sqlite3.Connection | None = None
        self._syncing: _Syncing | None = None

    @property
    def kept_in(self) -> Path | None:
        """The file that has every answer so far; None where there is none that has all."""
        return None if self._connection is None or self.problem else self._path

    def begin(self, begun: Begun) -> None:
        """What follows is of another re-run. The file is made with its first answer."""
        self.close()
        self._begun = begun

    def keep(self, row: AnswerRow) -> None:
        self._keep("INSERT INTO answer (asked_id, provenance, answer) VALUES (?, ?, ?)", astuple(row))

    def keep_part(self, asked_id: str, at: int, text: str) -> None:
        """What has come of a reply that is not complete, from its character `at` on."""
        self._keep("INSERT INTO part VALUES (?, ?, ?)", (asked_id, at, text))

    def _keep(self, statement: str, values: tuple[object, ...]) -> None:
        with self._lock:
            self._write(statement, values)

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        if self._begun is None or self.problem:
            return
        try:
            if self._connection is None:
                self._make(self._begun)
            assert self._connection is not None
            self._connection.execute(statement, values)
            assert self._syncing is not None
            self._syncing.soon()
        except (sqlite3.Error, OSError, UnicodeError) as error:
            self.problem = f"answers are not kept as they come, only with the branch: {error}"

    def end(self) -> None:
        """The branch is kept, or not wanted: the answers are needed no more."""
        was_made = self._connection is not None
        self.close()
        if was_made:
            remove(self._path)
        self._begun = None

    def close(self) -> None:
        """Leave what is there to be found by the next one to open the session."""
        with self._lock:  # an answer may be in the middle of being written
            if self._syncing is not None:
                self._syncing.close()
                self._syncing = None
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _make(self, begun: Begun) -> None:
        stem = self._session.name.removesuffix(SUFFIX)
        self._path = self._session.with_name(f"{stem}{_MARK}{uuid4().hex[:8]}{SUFFIX}")
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE))
        connection = _locked(self._path)
        self._connection = connection
        connection.execute("BEGIN")
        for statement in _SCHEMA.strip().split(";\n"):
            connection.execute(statement)
        about = (self._recording.digest, self._recording.trace_id, begun_text(begun))
        connection.execute("INSERT INTO run VALUES (?, ?, ?)", about)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
        self._syncing = _Syncing(Path(f"{self._path}-wal"))


class _Syncing:
    """Syncs a file in a thread of its own, so that nobody waits for the disk: mostly 0.3 ms, now and then 8."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR)
        self._thread = ThreadPoolExecutor(1, "syncing")
        self._asked = False

    def soon(self) -> None:
        """What was written until now; one sync is for all that comes within a moment, or while another is under way."""
        if not self._asked:
            self._asked = True
            self._thread.submit(self._sync)

    def _sync(self) -> None:
        time.sleep(_MOMENT_SECONDS)
        self._asked = False
        with suppress(OSError):  # a disk that writes and can not sync: there is nothing better to do about it
            os.fsync(self._file)

    def close(self) -> None:
        self._thread.shutdown()
        os.close(self._file)


@dataclass(frozen=True, slots=True)
class Left:
    """A re-run that was cut off; replies that were streaming then are among its answers, as far as they had come.

    It stays locked until it is closed; `remove` it once its answers are kept elsewhere,
    or `set_aside` it. Of one that a later version wrote, only the version is known.
    """

    path: Path
    version: int
    about: str
    answers: tuple[AnswerRow, ...]
    _connection: sqlite3.Connection

    def close(self) -> None:
        self._connection.close()


def left_behind(session: Path, recording: Recording) -> Iterator[Left]:
    """Re-runs of this trace that were cut off, oldest first; those that go on, or are of others, are left alone."""
    stem = session.name.removesuffix(SUFFIX) + _MARK
    try:
        there = [one for one in session.parent.iterdir() if one.name.startswith(stem)]
    except OSError:
        return
    for path in sorted((one for one in there if one.name.endswith(SUFFIX)), key=_changed):
        with suppress(sqlite3.Error, OSError):
            left = _claimed(path, recording)
            if left is not None:
                yield left


def remove(path: Path) -> None:
    for side in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            Path(f"{path}{side}").unlink()


def set_aside(path: Path) -> Path:
    """Give it a name by which it is not found again, and keep it: what is in it was paid for. Where it is now."""
    target = path.with_name(f"{path.name}.unplaced")
    with suppress(OSError):
        return path.rename(target)
    return path


def _claimed(path: Path, recording: Recording) -> Left | None:
    age = time.time() - _changed(path)
    connection = _locked(path)
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == 0 and age > _YOUNG_SECONDS:
            connection.close()
            remove(path)
        if version == 0:
            connection.close()
            return None
        if version > VERSION:
            return Left(path, version, "", (), connection)
        digest, trace_id, about = connection.execute("SELECT digest, trace_id, about FROM run").fetchone()
        if (digest, trace_id) != (recording.digest, recording.trace_id):
            connection.close()
            return None
        rows = connection.execute("SELECT asked_id, provenance, answer FROM answer ORDER BY number")
        answers = [AnswerRow(*row) for row in rows]
        parts = _interrupted(connection) if version >= _PARTS_SINCE else []
        whole = {row.asked_id for row in answers}
        answers += [row for row in parts if row.asked_id not in whole]
        return Left(path, version, about, tuple(answers), connection)
    except BaseException:
        connection.close()
        raise


def _interrupted(connection: sqlite3.Connection) -> list[AnswerRow]:
    """Replies as far as they had come."""
    texts: dict[str, str] = {}
    for id_, text in connection.execute("SELECT asked_id, text FROM part ORDER BY at"):
        texts[id_] = texts.get(id_, "") + text
    return [
        answer_row(id_, Reply(text_message(Role.ASSISTANT, text), interrupted=True), Provenance.LIVE)
        for id_, text in texts.items()
    ]


def _locked(path: Path) -> sqlite3.Connection:
    """Raises OperationalError where another connection has it."""
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
