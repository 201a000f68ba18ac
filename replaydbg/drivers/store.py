"""The session file: an append-only journal in SQLite beside the recording. What `append` has taken is on the disk.

Write-ahead log and a full sync at each commit; one transaction an act. Two processes may have one file open: an act is
taken only on top of all acts before it, so whoever comes second is first told what the other did. What acts say is kept
as blobs by digest, each once. A file of the first version, which had none, is read as it is and made over with the first
act that is written to it.
"""

from __future__ import annotations

import os
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from replaydbg.drivers.session_places import SUFFIX
from replaydbg.errors import NotSaved, UsageProblem
from replaydbg.session import blobs
from replaydbg.session.journal import Entry, command_parts, parts_of_version_1

_MAGIC = b"SQLite format 3\x00"
VERSION = 2
"""In `PRAGMA user_version`; a file with a higher one was written by a later replaydbg and is left alone."""

_BUSY_SECONDS = 10.0
PRIVATE = 0o600
_RECORDING = "CREATE TABLE recording (digest TEXT NOT NULL, name TEXT NOT NULL)"
_SCHEMA = (
    """
    CREATE TABLE act (
        trace_id TEXT NOT NULL, sequence INTEGER NOT NULL, author TEXT NOT NULL, deed TEXT NOT NULL,
        command BLOB NOT NULL, branch BLOB NOT NULL, at_unix_s REAL NOT NULL,
        PRIMARY KEY (trace_id, sequence)
    ) STRICT
    """,
    "CREATE TABLE blob (digest BLOB PRIMARY KEY, packed BLOB NOT NULL) STRICT",
    f"PRAGMA user_version = {VERSION}",
)
"""`command` and `branch` are roots (`blobs.pack`): little content as it is, else the digests of blobs."""

_COMPRESSION = 1
"""The fastest level: most of what repeats is not there twice."""


class WrongRecording(UsageProblem):
    """The session file belongs to another recording."""


class Damaged(Exception):
    """The session file is no session file, or is broken."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a session belongs to: the digest of the recording's bytes, its name for people, the trace of it."""

    digest: str
    name: str
    trace_id: str


class Store:
    """One open session file. Raises `Damaged`, `WrongRecording` and `NotSaved`; no other exception on data."""

    def __init__(self, path: Path, recording: Recording) -> None:
        self.path = path
        self.recording = recording
        with self._problems():
            self._create_privately()
            self._connection = sqlite3.connect(
                path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            with self._problems():
                self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        self._connection.close()

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """The acts of this trace whose sequence number is greater than `after`, in order; what can be read of them."""
        with self._problems():
            rows = self._connection.execute(
                "SELECT sequence, author, deed, command, branch, user_version FROM act, pragma_user_version"
                " WHERE trace_id = ? AND sequence > ? ORDER BY sequence",
                (self.recording.trace_id, after),
            )
            for sequence, author, deed, command, branch, version in rows:
                if version == 1:
                    parts = parts_of_version_1(branch) if branch else ()
                    yield Entry(sequence, author, deed, command, tuple(parts))
                else:
                    yield Entry(sequence, author, deed, self._text(command), tuple(self._unpacked(branch)))

    def commands(self) -> Iterator[str]:
        """What was done in this trace, in order, without the branches: they are nearly all of a session."""
        with self._problems():
            rows = self._connection.execute(
                "SELECT command, user_version FROM act, pragma_user_version WHERE trace_id = ? ORDER BY sequence",
                (self.recording.trace_id,),
            )
            for command, version in rows:
                yield command if version == 1 else self._text(command)

    def append(self, entries: Sequence[Entry]) -> tuple[Entry, ...]:
        """Write the acts, which must follow the last one there, and return (). Where somebody else has acted since,
        nothing is written and the acts of the others are returned.
        """
        with self._problems(), self._transaction():
            news = tuple(self.entries(entries[0].sequence - 1))
            if news:
                return news
            if self._version() == 1:
                self._make_over()
            for entry in entries:
                self._insert(self.recording.trace_id, entry, time.time())
        return ()

    def _insert(self, trace_id: str, entry: Entry, at_unix_s: float) -> None:
        command = blobs.pack(command_parts(entry.command), self._keep)
        branch = blobs.pack(entry.branch, self._keep)
        self._connection.execute(
            "INSERT INTO act (trace_id, sequence, author, deed, command, branch, at_unix_s)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (trace_id, entry.sequence, entry.author, entry.deed, command, branch, at_unix_s),
        )

    def _keep(self, content: bytes) -> bytes:
        digest, run = blobs.digest(content), self._connection.execute
        if run("SELECT 1 FROM blob WHERE digest = ?", (digest,)).fetchone() is None:
            run("INSERT INTO blob VALUES (?, ?)", (digest, zlib.compress(content, _COMPRESSION)))
        return digest

    def _text(self, root: bytes) -> str:
        return b"".join(self._unpacked(root)).decode(errors="replace")

    def _unpacked(self, root: bytes) -> Iterable[bytes]:
        try:
            return tuple(blobs.unpack(root, self._fetch))
        except (blobs.BlobsBroken, zlib.error, TypeError) as error:
            raise Damaged(f"what an act says cannot be read: {error}") from error

    def _fetch(self, digest: bytes) -> bytes:
        row = self._connection.execute("SELECT packed FROM blob WHERE digest = ?", (digest,)).fetchone()
        content = zlib.decompress(row[0]) if row is not None else b""
        if blobs.digest(content) != digest:
            raise blobs.BlobsBroken(f"blob {digest.hex()} is {'not there' if row is None else 'another'}")
        return content

    def _version(self) -> int:
        """Asked each time: another process may have made the file over."""
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        return int(version)

    def _make_over(self) -> None:
        """From the first version to this one, all traces of the file, in the transaction that is under way."""
        run = self._connection.execute
        run("ALTER TABLE act RENAME TO act_of_version_1")
        for statement in _SCHEMA:
            run(statement)
        rows = run(
            "SELECT sequence, author, deed, command, branch, trace_id, at_unix_s FROM act_of_version_1"
        )
        for sequence, author, deed, command, branch, trace_id, at_unix_s in rows.fetchall():
            parts = parts_of_version_1(branch) if branch else ()
            self._insert(trace_id, Entry(sequence, author, deed, command, parts), at_unix_s)
        run("DROP TABLE act_of_version_1")

    def _create_privately(self) -> None:
        """Sessions hold what prompts hold: for their owner's eyes. SQLite gives its side files the same mode."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, PRIVATE))

    def _prepare(self) -> None:
        run = self._connection.execute
        version = self._version()
        if version > VERSION:
            raise WrongRecording(
                f"{self.path} was written by a later version of replaydbg", "give another with --session FILE"
            )
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        if version == 0:
            self._found()
        row = run("SELECT digest, name FROM recording").fetchone()
        if row is None or row[0] != self.recording.digest:
            of = f"another recording ({row[1]})" if row else "no recording"
            raise WrongRecording(
                f"the session {self.path} was made for {of}",
                "give another with --session FILE, or move this one away",
            )

    def _found(self) -> None:
        """Make the tables, unless another process has just done so."""
        with self._transaction():
            if self._version() != 0:
                return
            if self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
                raise WrongRecording(
                    f"{self.path} is a database of another program", "give another with --session FILE"
                )
            for statement in (_RECORDING, *_SCHEMA):
                self._connection.execute(statement)
            self._connection.execute(
                "INSERT INTO recording VALUES (?, ?)", (self.recording.digest, self.recording.name)
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # a full disk may have rolled it back already
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _problems(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.OperationalError, sqlite3.DataError, OSError) as error:
            raise NotSaved(f"the session {self.path} cannot be used: {error}", _hint(error)) from error
        except sqlite3.DatabaseError as error:
            raise Damaged(str(error)) from error


def was_session(path: Path) -> bool:
    """Whether the file can be a session that was damaged, and not something else that a person named by mistake."""
    try:
        with path.open("rb") as file:
            return path.name.endswith(SUFFIX) or file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def set_aside(path: Path) -> Path:
    """Rename a damaged session file, never delete it; its side files go with it. Raises NotSaved."""
    number = 1
    while (target := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    try:
        for side in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{path}{side}").rename(f"{target}{side}")
        path.rename(target)
    except OSError as error:
        raise NotSaved(
            f"the session {path} is damaged and cannot be set aside: {error.strerror}", "give --session FILE"
        ) from error
    return target


def _hint(error: Exception) -> str:
    if isinstance(error, sqlite3.Error) and error.sqlite_errorcode == sqlite3.SQLITE_FULL:
        return "the disk is full: make room and go on, nothing is lost while replaydbg runs"
    if isinstance(error, sqlite3.Error) and error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
        return "another replaydbg is writing to it; try again"
    return "save the session elsewhere with --session FILE"
