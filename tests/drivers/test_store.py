"""The session file: private, append-only, whole after a kill, and never the cause of a loss."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from replaydbg.core.branch import Edit
from replaydbg.drivers import session_places, store
from replaydbg.errors import NotSaved
from replaydbg.session import journal
from replaydbg.session.commands import AddBranch, Command, SetNote
from replaydbg.session.journal import Entry
from tests.support.session_files import write_version_1
from tests.support.sittings import branch

MINE = store.Recording("12-ab", "trace.json", "t")


def opened(folder: Path, recording: store.Recording = MINE) -> store.Store:
    return store.Store(folder / "s.sqlite3", recording)


def entry(sequence: int, command: str = "{}", *branch: bytes) -> Entry:
    return Entry(sequence, "ann", "do", command, branch)


def test_what_was_appended_is_there_for_the_next(tmp_path: Path) -> None:
    first = opened(tmp_path)
    assert first.append([entry(1), entry(2, "{}", b"\x00\xff")]) == ()
    first.close()

    second = opened(tmp_path)
    assert list(second.entries()) == [entry(1), entry(2, "{}", b"\x00\xff")]
    assert list(second.commands()) == ["{}", "{}"]
    assert list(second.entries(after=1)) == [entry(2, "{}", b"\x00\xff")]
    second.close()


def test_traces_of_one_file_have_each_their_own_acts(tmp_path: Path) -> None:
    first = opened(tmp_path)
    first.append([entry(1)])
    other = opened(tmp_path, store.Recording("12-ab", "trace.json", "u"))

    assert list(other.entries()) == []
    assert other.append([entry(1, "other")]) == ()
    assert list(first.entries()) == [entry(1)]
    first.close()
    other.close()


def test_whoever_comes_second_is_told_what_the_first_did(tmp_path: Path) -> None:
    first, second = opened(tmp_path), opened(tmp_path)
    first.append([entry(1, "first")])

    assert second.append([entry(1, "second")]) == (entry(1, "first"),)
    assert list(second.entries()) == [entry(1, "first")]
    assert second.append([entry(2, "second")]) == ()
    first.close()
    second.close()


def test_the_file_is_its_owners(tmp_path: Path) -> None:
    session = opened(tmp_path)
    session.append([entry(1)])

    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    session.close()


def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    script = """
        import sys
        from pathlib import Path
        from replaydbg.drivers import store
        from replaydbg.session.journal import Entry
        session = store.Store(Path(sys.argv[1]) / "s.sqlite3", store.Recording("12-ab", "trace.json", "t"))
        number = 0
        while True:
            number += 1
            session.append([Entry(number, "", "do", "{}", (b"%d" % number * 50_000,))])
            print(number, flush=True)
    """
    writer = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    for _ in range(20):
        acknowledged = int(writer.stdout.readline())
    writer.send_signal(signal.SIGKILL)
    rest = writer.stdout.read().split("\n")  # lines that were under way; the last may be half a number
    writer.wait()
    writer.stdout.close()
    acknowledged = int(rest[-2]) if len(rest) > 1 else acknowledged

    session = opened(tmp_path)
    there = [one.sequence for one in session.entries()]
    assert there == list(range(1, len(there) + 1))
    assert len(there) >= acknowledged
    assert session.append([entry(len(there) + 1)]) == ()
    session.close()


def _act(folder: str, author: str) -> None:
    session = store.Store(Path(folder) / "s.sqlite3", MINE)
    sequence = 0
    for _ in range(25):
        while news := session.append([Entry(sequence + 1, author, "do", "{}")]):
            sequence = news[-1].sequence
        sequence += 1
    session.close()


def test_two_processes_write_one_series_of_acts(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_act, args=(str(tmp_path), author)) for author in ("ann", "bob")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    session = opened(tmp_path)
    acts = list(session.entries())
    assert [one.sequence for one in acts] == list(range(1, 51))
    assert sorted(one.author for one in acts) == ["ann"] * 25 + ["bob"] * 25
    session.close()


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    session = opened(tmp_path)
    session.append([entry(1)])
    (pages,) = session._connection.execute("PRAGMA page_count").fetchone()
    session._connection.execute(f"PRAGMA max_page_count = {pages + 1}")

    with pytest.raises(NotSaved, match="full") as caught:
        session.append([entry(2, "{}", os.urandom(100_000))])
    assert "make room" in caught.value.hint
    assert list(session.entries()) == [entry(1)]

    session._connection.execute("PRAGMA max_page_count = 100000")  # somebody made room
    assert session.append([entry(2)]) == ()
    session.close()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"this is not a database, and long enough to look like one" * 40, id="not a database"),
        pytest.param(b"SQLite format 3\x00" + b"\x55" * 4096, id="only its first words"),
    ],
)
def test_a_damaged_file_is_known_and_set_aside_not_deleted(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "s.sqlite3"
    path.write_bytes(content)

    with pytest.raises(store.Damaged):
        opened(tmp_path)
    aside = store.set_aside(path)
    assert aside.read_bytes() == content
    assert not path.exists()
    path.write_bytes(b"again")
    assert store.set_aside(path) != aside


def test_a_session_of_another_recording_is_refused(tmp_path: Path) -> None:
    opened(tmp_path).close()

    with pytest.raises(store.WrongRecording, match=r"made for another recording \(trace\.json\)"):
        opened(tmp_path, store.Recording("13-cd", "other.json", "t"))


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "s.sqlite3") as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.close()

    with pytest.raises(store.WrongRecording, match="another program"):
        opened(tmp_path)


def test_a_session_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    session = opened(tmp_path)
    session._connection.execute("PRAGMA user_version = 99")
    session.close()

    with pytest.raises(store.WrongRecording, match="later version"):
        opened(tmp_path)


def blobs_of(session: store.Store) -> int:
    (count,) = session._connection.execute("SELECT count(*) FROM blob").fetchone()
    return int(count)


def test_what_is_said_twice_is_kept_once(tmp_path: Path) -> None:
    session, parts = opened(tmp_path), [os.urandom(2_000) for _ in range(50)]
    session.append([entry(1, "{}", *parts)])
    once = blobs_of(session)
    session.append([entry(2, "{}", *parts), entry(3, "{}", *parts[:30], b"new" * 400, *parts[30:])])

    assert once >= 50
    assert blobs_of(session) <= once + 4
    assert [b"".join(one.branch) for one in session.entries()][:2] == [b"".join(parts)] * 2
    session.close()


@pytest.mark.parametrize("harm", ["DELETE FROM blob", "UPDATE blob SET packed = zeroblob(9)"])
def test_a_blob_that_is_lost_or_another_is_damage(tmp_path: Path, harm: str) -> None:
    session = opened(tmp_path)
    session.append([entry(1), entry(2, "{}", b"x" * 2_000)])
    session._connection.execute(harm)
    acts = session.entries()

    assert next(acts) == entry(1)
    with pytest.raises(store.Damaged, match="cannot be read"):
        next(acts)
    session.close()


def old(folder: Path) -> list[Entry]:
    """A file of the first version; the acts in it."""
    commands: list[Command] = [
        SetNote("m1", "x"),
        AddBranch(branch("b1", "", (Edit("t1", "/result", {"hits": []}, "y"),))),
    ]
    write_version_1(folder / "s.sqlite3", MINE, commands)
    session = opened(folder)
    acts = list(session.entries())
    session.close()
    return acts


def version(session: store.Store) -> int:
    return session._version()


def test_a_file_of_the_first_version_is_read_as_it_is_and_made_over_when_it_is_written(
    tmp_path: Path,
) -> None:
    acts = old(tmp_path)
    assert [journal.act(one).sequence for one in acts] == [1, 2]
    session = opened(tmp_path)
    assert list(session.commands()) == [one.command for one in acts]
    assert version(session) == 1
    other = opened(tmp_path)

    assert session.append([entry(3)]) == ()

    assert (version(session), version(other)) == (store.VERSION, store.VERSION)
    for one in (session, other):
        assert [(act.sequence, act.author, act.command, b"".join(act.branch)) for act in one.entries()] == [
            *((act.sequence, act.author, act.command, b"".join(act.branch)) for act in acts),
            (3, "ann", "{}", b""),
        ]
    at = session._connection.execute("SELECT at_unix_s FROM act ORDER BY sequence").fetchall()
    assert at[:2] == [(1.5,), (1.5,)]
    assert other.append([entry(4)]) == ()
    session.close()
    other.close()


def test_a_file_that_can_not_be_made_over_stays_as_it_was(tmp_path: Path) -> None:
    acts = old(tmp_path)
    session = opened(tmp_path)
    (pages,) = session._connection.execute("PRAGMA page_count").fetchone()
    session._connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(NotSaved, match="full"):
        session.append([entry(3, "{}", os.urandom(100_000))])

    assert (version(session), list(session.entries())) == (1, acts)
    session.close()


def test_a_kill_while_a_file_is_made_over_leaves_one_or_the_other(tmp_path: Path) -> None:
    script = """
        import sys, os
        from pathlib import Path
        from replaydbg.drivers import store
        from replaydbg.session.journal import Entry
        session = store.Store(Path(sys.argv[1]) / "s.sqlite3", store.Recording("12-ab", "trace.json", "t"))
        session._insert = lambda *_: os.kill(os.getpid(), 9)
        session.append([Entry(3, "", "do", "{}")])
    """
    acts = old(tmp_path)
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(tmp_path)], check=False)
    session = opened(tmp_path)

    assert done.returncode == -signal.SIGKILL
    assert (version(session), list(session.entries())) == (1, acts)
    session.close()


def test_a_folder_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(NotSaved, match="cannot be used") as caught:
        store.Store(tmp_path / "file" / "s.sqlite3", MINE)
    assert "--session" in caught.value.hint


def test_what_was_a_session_is_told_by_its_name_or_its_first_bytes(tmp_path: Path) -> None:
    path, named = tmp_path / "s", tmp_path / f"t{session_places.SUFFIX}"
    assert not store.was_session(path)
    path.write_bytes(b"SQLite format 3\x00 and rubbish")
    named.write_bytes(b"rubbish")
    assert store.was_session(path)
    assert store.was_session(named)
    path.write_bytes(b"{}")
    assert not store.was_session(path)
