"""Session files: as earlier versions wrote them, to be made over, and everything that is in one."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from replaydbg.core.branch import Branch
from replaydbg.drivers.store import Recording
from replaydbg.session import journal
from replaydbg.session.commands import AddBranch, Command
from replaydbg.session.history import Act, Deed
from replaydbg.writers import native

SCHEMA_1 = """
CREATE TABLE recording (digest TEXT NOT NULL, name TEXT NOT NULL);
CREATE TABLE act (
    trace_id TEXT NOT NULL, sequence INTEGER NOT NULL, author TEXT NOT NULL, deed TEXT NOT NULL,
    command TEXT NOT NULL, branch BLOB NOT NULL, at_unix_s REAL NOT NULL,
    PRIMARY KEY (trace_id, sequence)
) STRICT;
PRAGMA user_version = 1;
PRAGMA journal_mode = WAL;
"""


def everything_in(path: Path) -> bytes:
    """The bytes of a file, and, where it is a session file, what its blobs say."""
    content = path.read_bytes()
    if (
        content.startswith(b"SQLite") and ".run-" not in path.name
    ):  # answers under way are no blobs, and locked
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
            if file.execute("SELECT 1 FROM sqlite_master WHERE name = 'blob'").fetchone():
                content += b"".join(
                    zlib.decompress(packed) for (packed,) in file.execute("SELECT packed FROM blob")
                )
    return content


def packed_by_version_1(branch: Branch) -> bytes:
    """One compressed stream: a line about the branch, in the order of the keys of then, and its trace."""
    about = journal.branch_document(branch)
    about = {
        name: about[name]
        for name in ("id", "parent", "label", "model", "edits", "steps", "stopped", "source")
    }
    return zlib.compress(json.dumps(about).encode() + b"\n" + b"".join(native.write(branch.trace)))


def write_version_1(path: Path, recording: Recording, commands: Iterable[Command]) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.executescript(SCHEMA_1)
        file.execute("INSERT INTO recording VALUES (?, ?)", (recording.digest, recording.name))
        for sequence, command in enumerate(commands, start=1):
            row = journal.entry(Act(sequence, "ann", Deed.DO, command))
            branch = packed_by_version_1(command.branch) if isinstance(command, AddBranch) else b""
            file.execute(
                "INSERT INTO act VALUES (?, ?, 'ann', 'do', ?, ?, 1.5)",
                (recording.trace_id, sequence, row.command, branch),
            )
