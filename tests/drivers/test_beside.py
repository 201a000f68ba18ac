"""Files that are one recording together: which are named, which are opened, and that no link leads out of the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg import limits
from replaydbg.drivers import beside


def test_files_beside_are_named_and_opened_without_following_links(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("x")
    folder = tmp_path / "project"
    (folder / "s1" / "subagents").mkdir(parents=True)
    (folder / "s2").mkdir()
    for name in ("s1.jsonl", "agent-1.jsonl", "s1/subagents/agent-2.jsonl", "s2/not-mine"):
        (folder / name).write_text(name)
    (folder / "s1" / "away").symlink_to(outside)
    (folder / "link.jsonl").symlink_to(outside / "secret")
    path = str(folder / "s1.jsonl")
    names = list(beside.names(path))
    assert names == ["agent-1.jsonl", "link.jsonl", "s1.jsonl", "s1/subagents/agent-2.jsonl"]
    documents, notices = beside.opened(path, ["s1/subagents/agent-2.jsonl", "link.jsonl", "gone"])
    assert {name: bytes(document.buffer) for name, document in documents.items()} == {
        "s1/subagents/agent-2.jsonl": b"s1/subagents/agent-2.jsonl"
    }
    assert [notice.pointer for notice in notices] == ["link.jsonl", "gone"]


def test_files_in_the_folders_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("main", "b", "a", "empty"):
        (tmp_path / name).mkdir()
        if name != "empty":
            (tmp_path / name / "wire").write_text(name)
    (tmp_path / "away").symlink_to(tmp_path / "a")
    expected = ["wire", "../a/wire", "../b/wire"]
    assert list(beside.names(str(tmp_path / "main" / "wire"), across=True)) == expected
    monkeypatch.chdir(tmp_path / "main")
    assert list(beside.names("wire", across=True)) == expected
    documents, _ = beside.opened("wire", ["../b/wire"])
    assert bytes(documents["../b/wire"].buffer) == b"b"


PARTS = ((r"(.+)/subs/s-\d\.txt", r"\1.txt"), (r"(.*/)?event-\d\.txt", r"\1event-*.txt"))


def test_parts_of_recordings_are_none_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [
        "a.txt", "a/subs/s-1.txt", "a/subs/s-2.txt", "lost/subs/s-1.txt", "lost/subs/s-2.txt",
        "talk/event-1.txt", "talk/event-2.txt", "event-7.txt", "event-8.txt", "other.txt",
    ]  # fmt: skip
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    left = ["a.txt", "lost/subs/s-1.txt", "lost/subs/s-2.txt", "talk/event-1.txt", "event-7.txt", "other.txt"]
    absolute = [str(tmp_path / name) for name in names]
    assert list(beside.without_parts(absolute, PARTS)) == [str(tmp_path / name) for name in left]
    monkeypatch.chdir(tmp_path)
    assert list(beside.without_parts(names, PARTS)) == left
    assert list(beside.without_parts(names, ())) == names


def test_files_beside_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(limits, "NAMES_BESIDE_MAX", 2)
    monkeypatch.setattr(limits, "FILES_BESIDE_MAX", 1)
    assert list(beside.names(str(tmp_path / "a"))) == ["a", "b"]
    documents, notices = beside.opened(str(tmp_path / "a"), ["a", "b", "c"])
    assert (list(documents), notices[0].message[:12]) == (["a"], "2 more files")


def test_the_file_that_stands_for_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "s1"
    (folder / "events").mkdir(parents=True)
    patterns = ("../{name}.jsonl", "events/event-*.json")
    assert beside.main_file(str(folder), patterns) == str(folder)
    for name in ("event-2.json", "event-1.json"):
        (folder / "events" / name).write_text("")
    assert beside.main_file(str(folder), patterns) == str(folder / "events" / "event-1.json")
    (tmp_path / "s1.jsonl").write_text("")
    assert beside.main_file(str(folder), patterns) == str(tmp_path / "s1.jsonl")
    assert beside.main_file(str(tmp_path / "s1.jsonl"), patterns) == str(tmp_path / "s1.jsonl")
    assert beside.main_file("-", patterns) == "-"
