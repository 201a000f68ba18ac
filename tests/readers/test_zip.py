"""Archives: whole, torn, hostile."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg import limits
from replaydbg.readers import _zip
from tests.support import said

CONTENTS = {"a.json": b"[1]", "folder/b.json": b"x" * 3000}


def packed(method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in CONTENTS.items():
            archive.writestr(name, content)
    return file.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    return {member.name: member.content() for member in _zip.members(memoryview(data))[0]}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_files_of_an_archive(method: int) -> None:
    assert unpacked(packed(method)) == CONTENTS
    assert _zip.members(memoryview(packed(method)))[1]


def test_zstd() -> None:
    zstandard = pytest.importorskip("zstandard")
    member = _zip.Member("a", memoryview(zstandard.compress(b"text")), 93)
    assert member.content() == b"text"
    with pytest.raises(_zip.NotUnpackedError, match="damaged"):
        _zip.Member("a", memoryview(b"no zstd"), 93).content()


def test_without_the_package_zstd_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(_zip.ZstdMissingError, match="pip install 'replaydbg\\[zstd\\]'"):
        _zip.Member("a", memoryview(b""), 93).content()


def test_an_archive_without_its_end() -> None:
    """As an evaluation that is still running writes it."""
    data = packed()
    torn = data[: data.index(b"PK\x01\x02")]
    members, is_whole = _zip.members(memoryview(torn))
    assert not is_whole
    assert {member.name: member.content() for member in members} == CONTENTS


def test_an_archive_cut_off_in_a_file() -> None:
    data = packed(zipfile.ZIP_STORED)
    found = unpacked(data[: data.index(b"xxx") + 1000])
    assert found == {"a.json": b"[1]", "folder/b.json": b"x" * 1000}


def test_sizes_that_follow_the_file() -> None:
    """As writers to a pipe have them."""

    class Pipe(io.RawIOBase):
        written = b""

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.written += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in CONTENTS.items():
            archive.writestr(name, content)
    assert unpacked(pipe.written) == CONTENTS
    torn = pipe.written[: pipe.written.index(b"PK\x01\x02")]
    assert unpacked(torn) == CONTENTS


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ZIP_MEMBER_BYTES_MAX", 2000)
    small, large = _zip.members(memoryview(packed()))[0]
    assert small.content() == b"[1]"
    with pytest.raises(_zip.NotUnpackedError, match="unpacks to more"):
        large.content()


def test_methods_that_nobody_knows() -> None:
    with pytest.raises(_zip.NotUnpackedError, match="not known"):
        _zip.Member("a", memoryview(b""), 97).content()


@given(st.data())
def test_damaged_archives(data: Any) -> None:
    torn = data.draw(said.damaged(packed()))
    for member in _zip.members(memoryview(torn))[0]:
        try:
            member.content()
        except _zip.NotUnpackedError:
            continue
