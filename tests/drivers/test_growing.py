"""What a file that is still being written has that is new."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from replaydbg import limits
from replaydbg.drivers.growing import Growing
from replaydbg.errors import UnreadableInput, UsageProblem


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "run.jsonl"
    path.write_bytes(b"")
    return path


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def news(growing: Growing) -> bytes | None:
    change = growing.look()
    return None if change is None else bytes(change.lines)


def test_whole_lines_as_they_come(path: Path) -> None:
    growing = Growing(str(path))
    assert news(growing) == b""
    assert news(growing) is None
    append(path, b'{"a":1}\n{"b"')
    assert news(growing) == b'{"a":1}\n'
    append(path, b":2}\n\n")
    assert news(growing) == b'{"b":2}\n\n'
    assert growing.offset == path.stat().st_size
    assert news(growing) is None


def test_a_last_line_without_its_end_is_given_once_the_file_rests(path: Path) -> None:
    growing = Growing(str(path))
    append(path, b'{"a":1}')
    assert news(growing) == b""
    assert news(growing) == b'{"a":1}'
    assert news(growing) is None
    append(path, b'\n{"b":2}\n')
    assert news(growing) == b'\n{"b":2}\n'


def test_half_a_line_is_never_given(path: Path) -> None:
    growing = Growing(str(path))
    append(path, b'{"a":')
    assert news(growing) == b""
    rested = growing.look()
    assert rested is not None
    assert (bytes(rested.lines), rested.rested) == (b"", True)
    assert growing.look() is None


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_begins_anew(path: Path, replaced: bool) -> None:
    growing = Growing(str(path))
    append(path, b'{"a":1}\n{"b":2}\n')
    growing.look()
    if replaced:
        other = path.with_name("other")
        other.write_bytes(b'{"c":3}\n{"d":4}\n{"e":5}\n')
        other.replace(path)
    else:
        path.write_bytes(b'{"c":3}\n')
    change = growing.look()
    assert change is not None
    assert change.anew
    assert bytes(change.lines).startswith(b'{"c":3}\n')


def test_many_bytes_are_mapped(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAPPED_BYTES_MIN", 10)
    path.write_bytes(b'{"a":1}\n' * 100_000)
    growing = Growing(str(path))
    assert news(growing) == path.read_bytes()
    append(path, b"[]\n")
    assert news(growing) == b"[]\n"
    append(path, b'{"long":1}\n' * 3)
    assert news(growing) == b'{"long":1}\n' * 3


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(UsageProblem, match="no plain file"):
        Growing(str(pipe))


def test_a_file_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "soon.jsonl"
    growing = Growing(str(path))
    assert growing.look() is None
    append(path, b'{"a":1}\n{"b"')
    assert news(growing) == b'{"a":1}\n'
    append(path, b":2}\n")
    assert news(growing) == b'{"b":2}\n'
    other = Growing(str(tmp_path / "pipe"))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageProblem, match="no plain file"):
        other.look()


def test_what_cannot_grow(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="standard input"):
        Growing("-")
    with pytest.raises(UnreadableInput, match="no such file"):
        Growing(str(tmp_path / "nowhere" / "none.jsonl"))
    packed = tmp_path / "x.gz"
    packed.write_bytes(gzip.compress(b"{}"))
    with pytest.raises(UsageProblem, match="no plain file"):
        Growing(str(packed))
    with pytest.raises(UsageProblem, match="no plain file"):
        Growing(os.devnull)


def test_a_file_that_has_gone_is_waited_for(path: Path) -> None:
    growing = Growing(str(path))
    append(path, b'{"a":1}\n')
    growing.look()
    path.rename(path.with_name("rotated"))
    gone = growing.look()
    assert gone is not None
    assert (gone.gone, bytes(gone.lines)) == (True, b"")
    assert growing.look() is None
    path.with_name("rotated").rename(path)  # the same file, as far as the system can tell
    append(path, b'{"b":2}\n')
    back = growing.look()
    assert back is not None
    assert (back.anew, bytes(back.lines)) == (True, b'{"a":1}\n{"b":2}\n')


def test_a_file_that_may_not_be_read_any_more_is_waited_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    growing, another = Growing(str(path)), Growing(str(path))
    append(path, b'{"a":1}\n')
    growing.look()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refused)
        change = growing.look()
        assert change is not None
        assert change.gone
        with pytest.raises(UnreadableInput, match="permission denied"):
            another.look()
    assert news(growing) == b'{"a":1}\n'


def test_a_file_that_is_written_over_and_longer_begins_anew(path: Path) -> None:
    growing = Growing(str(path))
    append(path, b'{"a":1}\n{"b":2}\n')
    growing.look()
    path.write_bytes(b'{"c":3}\n{"d":4}\n{"e":5}\n')
    change = growing.look()
    assert change is not None
    assert (change.anew, bytes(change.lines)) == (True, path.read_bytes())


def test_a_file_that_is_written_over_with_as_many_bytes_begins_anew(path: Path) -> None:
    growing = Growing(str(path))
    append(path, b'{"a":1}\n')
    growing.look()
    path.write_bytes(b'{"b":2}\n')
    os.utime(path, ns=(1, 1))
    change = growing.look()
    assert change is not None
    assert (change.anew, bytes(change.lines)) == (True, b'{"b":2}\n')


def test_what_was_given_stays_when_the_writer_cuts_the_file_short(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAPPED_BYTES_MIN", 10)
    written = b'{"a":1}\n' * 100_000
    path.write_bytes(written)
    growing = Growing(str(path))
    change = growing.look()
    assert change is not None
    path.write_bytes(b"")
    assert bytes(change.lines) == written  # a mapped file would end the process here


def test_a_hole_at_the_beginning_is_passed_over(path: Path) -> None:
    growing = Growing(str(path))
    append(path, b'{"a":1}\n' * 100)
    growing.look()
    path.write_bytes(bytes(3_000_000) + b'{"b":2}\n{"c"')
    change = growing.look()
    assert change is not None
    assert (change.anew, bytes(change.lines), growing.hole) == (True, b'{"b":2}\n', 3_000_000)
    append(path, b":3}\n")
    assert news(growing) == b'{"c":3}\n'
