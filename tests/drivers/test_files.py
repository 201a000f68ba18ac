"""Bytes by path: what is opened, what is salvaged, and the sentence for what can not be opened."""

from __future__ import annotations

import gzip
import io
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import zstandard

from replaydbg import limits
from replaydbg.drivers import files, mapped
from replaydbg.errors import UnreadableInput, Unwritten, UsageProblem

TEXT = b'{"messages": []}\n' * 2_000


def content(path: Path) -> bytes:
    return bytes(files.open_document(str(path)).document.buffer)


def put(folder: Path, data: bytes) -> Path:
    path = folder / "trace.json"
    path.write_bytes(data)
    return path


def test_a_plain_file_is_its_bytes(tmp_path: Path) -> None:
    path = put(tmp_path, TEXT)

    assert content(path) == TEXT
    assert files.open_document(str(path)).document.name == str(path)


def test_a_large_file_is_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAPPED_BYTES_MIN", 10)
    opened = files.open_document(str(put(tmp_path, TEXT)))

    assert isinstance(opened.document.buffer.obj, mapped.Mapped)
    assert bytes(opened.document.buffer) == TEXT


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_packed_file_is_known_by_its_content(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    opened = files.open_document(str(put(tmp_path, pack(TEXT))))

    assert bytes(opened.document.buffer) == TEXT
    assert opened.notices == ()


def test_a_file_that_is_not_there_is_said_so_with_what_is(tmp_path: Path) -> None:
    put(tmp_path, TEXT)

    with pytest.raises(UnreadableInput, match="no such file") as caught:
        content(tmp_path / "trase.json")
    assert "trace.json" in caught.value.hint


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="is a folder"):
        content(tmp_path)


def test_a_file_of_somebody_else_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, TEXT)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # the tests may run as root, to whom nothing is forbidden
    with pytest.raises(UnreadableInput, match="permission denied"):
        content(path)


def test_a_pipe_is_read_as_a_stream(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(TEXT,))
    writer.start()
    try:
        assert content(path) == TEXT
    finally:
        writer.join()


def test_an_endless_stream_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STREAM_BYTES_MAX", 5 << 20)

    with pytest.raises(UnreadableInput, match="goes on after 5 MiB"):
        content(Path("/dev/zero"))


def test_standard_input_is_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(gzip.compress(TEXT))))
    opened = files.open_document("-")

    assert bytes(opened.document.buffer) == TEXT
    assert opened.document.name == "standard input"


def test_the_digest_names_the_bytes() -> None:
    assert files.digest(memoryview(TEXT)) == files.digest(memoryview(bytearray(TEXT)))
    assert files.digest(memoryview(TEXT)) != files.digest(memoryview(TEXT[:-1]))


def test_who_names_many_bytes_can_be_held_up() -> None:
    held: list[None] = []
    assert files.digest(memoryview(bytes(3 << 20)), lambda: held.append(None)).startswith(f"{3 << 20}-")
    assert len(held) == 3


def test_writing_replaces_the_file_whole_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = put(tmp_path, b"old")
    path.chmod(0o640)
    files.write_whole(str(path), [b"n", b"ew"])

    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = put(tmp_path, b"old")

    def chunks() -> list[bytes]:
        raise OSError(28, "No space left on device")

    with pytest.raises(UsageProblem, match="there is no such folder") as caught:
        files.write_whole(str(tmp_path / "no folder" / "x"), [b""])
    assert caught.value.exit_code == 2
    with pytest.raises(Unwritten, match="disk is full") as full:
        files.write_whole(str(path), (chunks() for _ in range(1)))  # type: ignore[misc]
    assert full.value.exit_code == 74
    assert path.read_bytes() == b"old"
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_a_file_that_may_not_be_written_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, b"old")
    monkeypatch.setattr(os, "access", lambda *_: False)  # this may be run by somebody who may write all
    with pytest.raises(UsageProblem, match="permission denied"):
        files.write_whole(str(path), [b"new"])
    assert path.read_bytes() == b"old"


def test_what_is_no_file_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[bytes] = []
    listener = threading.Thread(target=lambda: heard.append(pipe.read_bytes()))
    listener.start()
    files.write_whole(str(pipe), [b"a", b"b"])
    listener.join(10)
    assert (heard, pipe.is_fifo()) == ([b"ab"], True)
    with pytest.raises(UsageProblem, match="cannot be written"):
        files.write_whole(str(tmp_path), [b""])
    assert tmp_path.is_dir()


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    path, link = put(tmp_path, b"old"), tmp_path / "link.json"
    link.symlink_to(path)
    files.write_whole(str(link), [b"new"])
    assert (path.read_bytes(), link.is_symlink()) == (b"new", True)


def test_what_this_process_has_open_is_written_to(tmp_path: Path) -> None:
    with put(tmp_path, b"").open("r+b") as file:
        files.write_whole(f"/dev/fd/{file.fileno()}", [b"new"])
        assert file.read() == b"new", "it is the same file"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_a_full_device_is_a_sentence_and_stays() -> None:
    with pytest.raises(UsageProblem, match="disk is full"):
        files.write_whole("/dev/full", [b"x"])
    assert not Path("/dev/full").is_file()


def test_a_folder_gives_its_files_without_hidden_ones_and_sessions(tmp_path: Path) -> None:
    for name in (
        "b.json",
        "a.jsonl",
        ".hidden",
        "a.jsonl.replaydbg.sqlite3",
        "a.jsonl.replaydbg.sqlite3-wal",
    ):
        (tmp_path / name).touch()
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "c.json").touch()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "d.json").touch()

    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "gone.json").symlink_to(tmp_path / "nowhere")

    names = [str(Path(name).relative_to(tmp_path)) for name in files.trace_files(str(tmp_path))]
    assert names == ["a.jsonl", "b.json", "gone.json", "deep/c.json"]
    assert list(files.trace_files("nowhere.json")) == ["nowhere.json"]


@pytest.mark.parametrize(
    "make",
    [
        json.dumps,
        lambda one: f" {json.dumps(one)}\n{json.dumps(one)}\n",
        lambda one: json.dumps([one, one]),
        lambda one: json.dumps([one, one], indent=1),
    ],
    ids=["one", "lines", "list", "pretty list"],
)
def test_json_that_was_written_as_text_in_json(tmp_path: Path, make: Callable[[str], str]) -> None:
    inner = '{"a":\n ["ü"]}'
    written = make(inner)
    opened = files.open_document(str(put(tmp_path, written.encode())))
    assert bytes(opened.document.buffer).decode() == "\n".join([inner] * written.count("{"))
    assert "written as text" in opened.notices[0].message


@pytest.mark.parametrize(
    "content", [b'"plain"', b'"{"\n7', b'"{', b'"a" "b"', b'"{\\ud800"x', b'["{",7]', b'["{"]7']
)
def test_other_texts_stay_as_they_are(tmp_path: Path, content: bytes) -> None:
    opened = files.open_document(str(put(tmp_path, content)))
    assert (bytes(opened.document.buffer), opened.notices) == (content, ())


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_events_of_a_stream_are_what_they_carry(tmp_path: Path, end: bytes) -> None:
    sent = [
        b": hello",
        b"event: a",
        b'data: {"a": 1}',
        b"",
        b"id: 7",
        b'data:{"b": 2}',
        b"",
        b"data: [DONE]",
        b"",
    ]
    opened = files.open_document(str(put(tmp_path, end.join(sent))))
    assert bytes(opened.document.buffer) == b'{"a": 1}\n{"b": 2}'
    assert "server-sent events" in opened.notices[0].message


@pytest.mark.parametrize(
    "headers",
    [
        b"HTTP/2 200 \r\ncontent-type: text/x\r\n\r\n",
        b"HTTP/1.1 302 Found\nLocation: x\n\nHTTP/1.1 200 OK\n\n",
    ],
)
def test_headers_of_an_answer_are_passed_over(tmp_path: Path, headers: bytes) -> None:
    """`curl -i`."""
    opened = files.open_document(str(put(tmp_path, headers + TEXT)))
    assert bytes(opened.document.buffer) == TEXT
    assert [notice.message[:15] for notice in opened.notices] == ["headers of HTTP"]
    assert content(put(tmp_path, headers + b": PROCESSING\n\n" * 20 + b'data: {"id": 1}\n\n')) == b'{"id": 1}'


def test_what_only_begins_like_headers_is_left(tmp_path: Path) -> None:
    assert content(put(tmp_path, b"HTTP/1.1 is a protocol")) == b"HTTP/1.1 is a protocol"


def test_an_address_is_not_fetched() -> None:
    with pytest.raises(UnreadableInput, match="no such file") as caught:
        files.open_document("https://example.org/run.json")
    assert "not fetched" in caught.value.hint


def test_a_text_given_by_hand_is_utf8(tmp_path: Path) -> None:
    path = put(tmp_path, "grüße".encode())

    assert files.read_text(str(path)) == "grüße"
    with pytest.raises(UsageProblem, match="not UTF-8"):
        files.read_text(str(put(tmp_path, b"\xff\xff\x00")))
    with pytest.raises(UsageProblem, match="no such file"):
        files.read_text(str(tmp_path / "gone"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-be", "utf-32-be"])
def test_wide_text_is_read_as_utf8(tmp_path: Path, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_CHUNK_BYTES", 7)
    text = '{"said": "Ünïcode 🎈"}\n' * 3
    path = put(tmp_path, (text if encoding[-2:] != "be" else f"\ufeff{text}").encode(encoding))
    opened = files.open_document(str(path))
    assert bytes(opened.document.buffer).decode() == text
    assert [notice.message[:6] for notice in opened.notices] == [encoding[:6].upper()]
    growing = files.open_document(str(path), growing=True)
    assert bytes(growing.document.buffer) == path.read_bytes(), "what is followed is read by offsets"


def test_half_a_character_is_told(tmp_path: Path) -> None:
    assert content(put(tmp_path, "ab".encode("utf-16")[:-1])) == "a\ufffd".encode()
    assert content(put(tmp_path, b"\xff\xfe" + b"\x00\xd8" + "a".encode("utf-16-le"))) == "\ufffda".encode()


def test_more_wide_text_than_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STREAM_BYTES_MAX", 25)
    with pytest.raises(UnreadableInput, match="UTF-16"):
        content(put(tmp_path, ("€" * 10).encode("utf-16")))


@pytest.mark.parametrize(
    ("content", "hole"),
    [(b"", 0), (b"{}", 0), (b"\0{}", 1), (bytes(3 << 20) + b"[1]", 3 << 20), (b"\0{", 1), (bytes(9), 0),
     (b"\0\0\0{\0\0\0}", 0), (b"\0{\0}", 0), (b"\0\1binary", 0)],
)  # fmt: skip
def test_a_hole_before_json_is_passed_over(tmp_path: Path, content: bytes, hole: int) -> None:
    opened = files.open_document(str(put(tmp_path, content)))
    assert bytes(opened.document.buffer) == content[hole:]
    said = [notice.message for notice in opened.notices]
    assert (
        said
        == [
            f"{hole} empty bytes at the beginning are passed over, as rotation leaves them; places are counted after them"
        ][:hole]
    )
