"""Zip archives of traces: read where they lie, and refused in a sentence."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replaydbg import limits
from replaydbg.actions.open import open_trace, readings
from replaydbg.actions.traces import listed, read_listed
from replaydbg.errors import UnreadableInput
from replaydbg.readers import _archive, _registry
from replaydbg.readers._api import Document, Reading
from tests.readers.test_mistral_vibe import MESSAGES, META
from tests.support import said
from tests.support.examined import examine
from tests.support.readings import lines
from tests.support.samples import SAMPLES

CHATS, CLAUDE, ATIF = (SAMPLES[name][0] for name in ("chatgpt-export", "claude-ai-export", "atif"))
EXPORT = {
    "conversations.json": CHATS,
    "user.json": b'{"id": "user-1", "email": "a@example.org"}',
    "chat.html": b"<html></html>",
    "file-1.png": b"\x89PNG\0\0",
}


def packed(
    files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, *, force_zip64: bool = False
) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in files.items():
            with archive.open(name, "w", force_zip64=force_zip64) as member:
                member.write(content)
    return file.getvalue()


def read(data: bytes, format_name: str | None = None, *, fallback: bool = False) -> Reading:
    document = Document("export.zip", memoryview(data))
    *_, reading = _registry.read(document, format_name, fallback=fallback)
    return reading


def refused(data: bytes, **how: Any) -> str:
    with pytest.raises(UnreadableInput) as problem:
        read(data, **how)
    return f"{problem.value.message} ({problem.value.hint})"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("folder", ["", "a/b/c/", "../"])
def test_the_file_that_holds_conversations_is_read(method: int, folder: str) -> None:
    reading = read(packed({folder + name: content for name, content in EXPORT.items()}, method))
    (trace,) = reading.traces
    assert (trace.id, trace.source.format) == ("talk", "chatgpt-export")
    assert trace.source.name == f"export.zip/{folder}conversations.json"
    (notice,) = reading.notices
    assert notice.message.startswith("left out as not a trace that is known: ")
    assert "user.json" in notice.message


def test_traces_of_all_files_are_there_and_first_rows_come_early() -> None:
    data = packed({"a.json": CHATS, "b/c.json": CLAUDE, "b/d.json": ATIF, "e.json": ATIF})
    document = Document("export.zip", memoryview(data))
    first, *between, last = _registry.read(document, partial=True)
    assert (len(first.traces), first.complete) == (1, False)
    assert between
    assert all(not reading.traces and 0 < reading.fraction < 1 for reading in between)
    assert [trace.source.format for trace in last.traces] == [
        "chatgpt-export",
        "claude-ai-export",
        "atif",
        "atif",
    ]
    assert len({trace.id for trace in last.traces}) == 4
    assert last.notices == ()


def test_from_a_path_and_in_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(packed(EXPORT))
    assert open_trace(str(path)).trace.id == "talk"
    *_, reading = readings(str(path), "chatgpt-export", fallback=False)
    assert len(reading.traces) == 1
    (line,) = [line for file in listed(str(tmp_path)) for line in read_listed(file)]
    assert (line.format, line.steps) == ("chatgpt-export", len(reading.traces[0]))
    assert [one.name for one in tmp_path.iterdir()] == ["export.zip"], "nothing is written"


def test_a_format_that_was_named() -> None:
    assert len(read(packed({"a.json": CHATS, "b.json": ATIF}), "atif").traces) == 1
    assert "no file is of the format 'codex'" in refused(packed(EXPORT), format_name="codex")


def test_notices_have_the_name_of_their_file() -> None:
    talk = {**json.loads(CHATS)[0], "current_node": "c"}
    reading = read(packed({"a/b.json": json.dumps([talk]).encode()}))
    assert [(notice.pointer, notice.message[:10]) for notice in reading.notices] == [
        ("a/b.json: /0", "3 messages")
    ]


def test_one_file_alone_is_what_it_is_elsewhere() -> None:
    data = packed({"a.json": b'{"x": 1}'})
    assert read(data, fallback=True).traces[0].source.format == "unknown-json"
    assert refused(data).startswith("export.zip/a.json is JSON, but of no trace format")
    assert refused(packed({"a.sqlite": b"SQLite format 3\0"})).startswith(
        "export.zip/a.sqlite is a SQLite database"
    )


def test_what_holds_no_trace_says_what_it_holds() -> None:
    several = {f"{number}\n.json": b"[%d]" % number for number in range(9)}
    assert refused(packed(several), fallback=True) == (
        "export.zip is a zip archive in which no file is a trace that is known "
        "(it holds 0\N{REPLACEMENT CHARACTER}.json, 1\N{REPLACEMENT CHARACTER}.json, "
        "2\N{REPLACEMENT CHARACTER}.json, 3\N{REPLACEMENT CHARACTER}.json and 5 more)"
    )
    assert "with no file in it" in refused(packed({}))
    assert "with no file in it" in refused(packed({"folder/": b""}))


@pytest.mark.parametrize("fallback", [True, False])
def test_an_archive_in_an_archive_is_not_opened(*, fallback: bool) -> None:
    """One that holds itself would never end."""
    inner = packed({"a.json": CHATS}, zipfile.ZIP_STORED)
    assert "it holds inner.zip" in refused(packed({"inner.zip": inner}), fallback=fallback)
    assert len(read(packed({"inner.zip": inner, "a.json": CHATS})).traces) == 1


def encrypted(data: bytes, *names: bytes) -> bytes:
    """With the flag set that says so, of these files."""
    changed = bytearray(data)
    for name in names:
        at = data.index(name) - 30
        changed[at + 6] |= 1
    return bytes(changed)


def test_encrypted_files_are_refused_and_told() -> None:
    assert refused(encrypted(packed({"a.json": CHATS}), b"a.json")) == (
        "export.zip is an encrypted zip archive (unpack it with its password, and open what it holds)"
    )
    reading = read(encrypted(packed({"a.json": CHATS, "b.json": CHATS}), b"b.json"))
    assert [(notice.pointer, notice.message) for notice in reading.notices] == [
        ("b.json", "b.json is encrypted")
    ]


def test_zip64() -> None:
    assert len(read(packed(EXPORT, force_zip64=True)).traces) == 1


def test_an_archive_that_is_cut_off_is_read_as_far_as_it_goes() -> None:
    data = packed({"a.json": CHATS, "b.json": ATIF}, zipfile.ZIP_STORED)
    reading = read(data[: data.index(b"b.json") + 6 + len(ATIF) * 2 // 3])
    assert [trace.source.format for trace in reading.traces] == ["chatgpt-export", "atif"]
    assert "has no directory" in reading.notices[0].message


def test_bombs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one file, of all together, and of names alone."""
    large = CHATS + b" " * (200 << 10)
    monkeypatch.setattr(limits, "ZIP_MEMBER_BYTES_MAX", 100 << 10)
    said = refused(packed({"a.json": large, "b.json": b"[]"}))
    assert said.startswith(
        "export.zip is a zip archive of which nothing could be read: a.json unpacks to more than"
    )
    monkeypatch.setattr(limits, "ZIP_MEMBER_BYTES_MAX", 1 << 30)
    monkeypatch.setattr(limits, "UNPACKED_BYTES_MAX", 250 << 10)
    reading = read(packed({f"{number}.json": large for number in range(5)}))
    assert len(reading.traces) == 1
    assert [(notice.pointer, notice.message) for notice in reading.notices] == [
        ("1.json", "more than 0 MiB in all: this file and those behind it are left out")
    ]
    monkeypatch.setattr(limits, "ZIP_FILES_MAX", 1)
    reading = read(packed({"a.json": CHATS, "b.json": CHATS}))
    assert (len(reading.traces), reading.notices[0].message) == (
        1,
        "1 more files in the archive than are looked at",
    )


def test_damaged_contents_are_told() -> None:
    data = packed({"a.json": CHATS, "b.json": CHATS * 3})
    at = data.index(b"b.json") + 6
    reading = read(data[:at] + bytes([data[at] | 6]) + data[at + 1 :])  # a kind of block that there is not
    assert len(reading.traces) == 1
    assert "b.json is damaged" in reading.notices[0].message


def test_a_method_that_is_not_known() -> None:
    data = packed({"a.json": CHATS})
    assert "packed by a method" in refused(data[:8] + struct.pack("<H", 9) + data[10:])


def test_other_parts_of_archives() -> None:
    assert "no file is left of it (was it copied whole?)" in refused(b"PK\x03\x04rest")
    assert "one part of a zip archive" in refused(b"PK\x07\x08" + bytes(40))
    assert not _archive.is_one(Document("a", memoryview(b"PK")))


@settings(max_examples=100)
@given(data=st.data())
def test_damaged_archives(data: st.DataObject) -> None:
    examine(data.draw(said.damaged(packed(EXPORT, data.draw(st.sampled_from([0, 8]))))))


def test_a_recording_of_several_files_is_one(tmp_path: Path) -> None:
    """As in a folder: what stands beside the messages of a session is read with them, and is no trace of its own."""
    session = {"x/s/messages.jsonl": lines(*MESSAGES), "x/s/meta.json": json.dumps(META).encode()}
    reading = read(packed({**session, "y/meta.json": b"{}", "y/atif.json": ATIF}))
    assert [(trace.id, trace.source.format) for trace in reading.traces][:1] == [("s-1", "mistral-vibe")]
    assert len(reading.traces) == 2
    assert [notice.message for notice in reading.notices] == [
        "left out as not a trace that is known: y/meta.json"
    ]
    encrypted_ = read(encrypted(packed(session), b"x/s/meta.json"))
    assert [(trace.id, len(trace)) for trace in encrypted_.traces] == [("s", 3)]
    assert [notice.message for notice in encrypted_.notices] == ["x/s/meta.json is encrypted"]
