"""Where sessions lie: beside the recording, under the digest, in the user's state; and telling that there is none."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from replaydbg.drivers import session_places


def test_sessions_lie_beside_the_recording_then_in_the_users_state(tmp_path: Path) -> None:
    beside, named, state = session_places.places(str(tmp_path / "trace.json"), "12-abcdef0123456789")

    assert beside == tmp_path / "trace.json.replaydbg.sqlite3"
    assert named == tmp_path / "trace.json.abcdef01.replaydbg.sqlite3"
    assert state.name == named.name
    assert session_places.places("-", "12-abcdef0123456789") == (
        state.with_name("stdin.abcdef01.replaydbg.sqlite3"),
    )


def test_a_place_is_writable_where_its_nearest_folder_is(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert session_places.writable(tmp_path / "new" / "folder" / "s")
    assert not session_places.writable(Path("/proc/self/s"))
    assert not session_places.is_there(tmp_path / "s")
    assert not session_places.is_there(tmp_path / "file")


def test_whether_there_may_be_a_session_is_told_by_the_names_in_the_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    trace = tmp_path / "trace.json"
    assert not session_places.may_have_session(str(trace))
    (tmp_path / f"other.json{session_places.SUFFIX}").touch()
    os.utime(tmp_path, ns=(1, 1))
    assert not session_places.may_have_session(str(trace))
    (tmp_path / f"trace.json.abcdef01{session_places.SUFFIX}").touch()
    assert session_places.may_have_session(str(trace))


def test_a_session_that_is_made_in_the_same_moment_is_seen(tmp_path: Path) -> None:
    """Many systems note the time of a change to four milliseconds, some to two seconds."""
    trace, now = (
        tmp_path / "trace.json",
        time.time_ns() + 3_600_000_000_000,
    )  # still now when a busy machine looks
    os.utime(tmp_path, ns=(now, now))
    assert not session_places.may_have_session(str(trace))
    (tmp_path / f"trace.json{session_places.SUFFIX}").touch()
    os.utime(tmp_path, ns=(now, now))
    assert session_places.may_have_session(str(trace))
