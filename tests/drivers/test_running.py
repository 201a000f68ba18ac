"""Answers of a re-run under way: private, there after a kill, never taken from one that goes on."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from replaydbg.core.branch import Edit, Provenance
from replaydbg.core.outcome import Reply
from replaydbg.drivers import running
from replaydbg.drivers.running import RunJournal, left_behind
from replaydbg.drivers.store import Recording
from replaydbg.session.answers import AnswerRow, Begun, read_answer, read_begun

MINE = Recording("12-ab", "trace.json", "t")
BEGUN = Begun((Edit("m1", "/model", "a", "b"),), again=(3,))
ROWS = (AnswerRow("q1", "live", "{}"), AnswerRow("q2", "human", '{"é": 1}'))


def journal(folder: Path) -> RunJournal:
    it = RunJournal(folder / "trace.json.replaydbg.sqlite3", MINE)
    it.begin(BEGUN)
    return it


def found(folder: Path, recording: Recording = MINE) -> list[tuple[AnswerRow, ...]]:
    rows = []
    for left in left_behind(folder / "trace.json.replaydbg.sqlite3", recording):
        assert read_begun(left.about) == BEGUN
        rows.append(left.answers)
        left.close()
    return rows


def test_there_is_no_file_before_the_first_answer_and_none_after_the_end(tmp_path: Path) -> None:
    it = journal(tmp_path)
    assert list(tmp_path.iterdir()) == []
    it.keep(ROWS[0])
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    it.end()
    assert list(tmp_path.iterdir()) == []


def test_what_goes_on_is_left_alone_and_what_was_left_is_found(tmp_path: Path) -> None:
    it = journal(tmp_path)
    for row in ROWS:
        it.keep(row)
    assert found(tmp_path) == []
    it.close()
    assert found(tmp_path) == [ROWS]
    assert found(tmp_path) == [ROWS], "looking takes nothing away"
    assert found(tmp_path, Recording("12-ab", "trace.json", "u")) == []
    assert found(tmp_path, Recording("13-cd", "trace.json", "t")) == []


def test_whoever_finds_it_first_has_it(tmp_path: Path) -> None:
    it = journal(tmp_path)
    it.keep(ROWS[0])
    it.close()
    (left,) = left_behind(tmp_path / "trace.json.replaydbg.sqlite3", MINE)
    assert found(tmp_path) == []
    running.remove(left.path)
    left.close()
    assert list(tmp_path.iterdir()) == []


def test_an_empty_one_is_removed_when_it_is_old_and_one_of_a_later_version_never(tmp_path: Path) -> None:
    young, old, later = (tmp_path / f"trace.json.run-{name}.replaydbg.sqlite3" for name in "abc")
    for path in (young, old, later):
        path.touch()
    with sqlite3.connect(later) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    for path in (old, later):
        os.utime(path, (1, 1))
    (left,) = left_behind(tmp_path / "trace.json.replaydbg.sqlite3", MINE)
    assert (left.path, left.version, left.answers) == (later, 99, ())
    left.close()
    assert (young.exists(), old.exists(), later.exists()) == (True, False, True)


def test_a_reply_that_was_streaming_is_there_as_far_as_it_had_come(tmp_path: Path) -> None:
    it = journal(tmp_path)
    it.keep_part("q1", 0, "whole by")  # and then it ended
    it.keep(ROWS[0])
    it.keep_part("q2", 9, "later")
    it.keep_part("q2", 0, "at first ")
    it.close()
    ((first, second),) = found(tmp_path)
    assert first == ROWS[0]
    assert second.asked_id == "q2"
    outcome, provenance = read_answer(second)
    assert isinstance(outcome, Reply)
    assert (outcome.message.text, outcome.interrupted, provenance) == (
        "at first later",
        True,
        Provenance.LIVE,
    )


def test_one_of_the_second_version_has_no_parts(tmp_path: Path) -> None:
    it = journal(tmp_path)
    it.keep(ROWS[0])
    it.close()
    (path,) = tmp_path.glob("*.run-*.sqlite3")
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE part")
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    assert found(tmp_path) == [ROWS[:1]]


def test_one_of_the_first_version_is_read(tmp_path: Path) -> None:
    it = journal(tmp_path)
    it.keep(ROWS[0])
    it.close()
    (path,) = tmp_path.glob("*.run-*.sqlite3")
    with sqlite3.connect(path) as connection:
        about = json.loads(connection.execute("SELECT about FROM run").fetchone()[0])
        del about["choices"]
        connection.execute("UPDATE run SET about = ?", (json.dumps(about),))
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    assert found(tmp_path) == [ROWS[:1]]


def test_a_file_that_is_none_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "trace.json.run-x.replaydbg.sqlite3").write_bytes(b"no database at all, but long enough" * 99)
    it = journal(tmp_path)
    it.keep(ROWS[0])
    it.close()
    assert found(tmp_path) == [ROWS[:1]]


def test_nobody_waits_for_the_disk_to_sync_and_all_is_synced_before_it_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may, synced = Event(), []

    def fsync(file: int) -> None:
        may.wait(30)
        synced.append((os.fstat(file).st_ino, os.fstat(file).st_size))

    monkeypatch.setattr(os, "fsync", fsync)
    it = journal(tmp_path)
    for row in ROWS:
        it.keep(row)
    assert synced == []
    (log,) = tmp_path.glob("*-wal")
    size, inode = log.stat().st_size, log.stat().st_ino
    may.set()
    it.close()
    assert synced[-1] == (inode, size)
    assert found(tmp_path) == [ROWS]


def test_closing_waits_for_an_answer_that_is_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, soon = Event(), running._Syncing.soon

    def slowly(syncing: running._Syncing) -> None:
        begun.set()
        time.sleep(0.1)
        soon(syncing)

    it = journal(tmp_path)
    it.keep(ROWS[0])
    monkeypatch.setattr(running._Syncing, "soon", slowly)
    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(it.keep, ROWS[1])
        begun.wait()
        it.close()
        writing.result()
    assert it.problem == ""
    assert found(tmp_path) == [ROWS]


@contextmanager
def _a_full_disk(size: int) -> Iterator[None]:
    """No file may grow beyond that."""
    import signal

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_is_said_and_stops_no_re_run(tmp_path: Path) -> None:
    it = journal(tmp_path)
    it.keep(ROWS[0])
    with _a_full_disk(50_000):
        it.keep(AnswerRow("q", "live", "x" * 100_000))
    assert "answers are not kept as they come" in it.problem
    it.close()
    assert found(tmp_path) == [ROWS[:1]]


def test_a_folder_that_can_not_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    it = RunJournal(tmp_path / "file" / "s.sqlite3", MINE)
    it.begin(BEGUN)
    it.keep(ROWS[0])
    assert it.problem
