"""Which files of an archive belong together. That of folders is tested with `drivers/beside.py`."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from replaydbg.readers import _beside

PARTS = ((r"(.+)/agents/[^/]+\.jsonl", r"\1.jsonl"), (r"(.*/)?part_\d+\.json", r"\1part_*.json"))
NAMES = [
    "a/s.jsonl",
    "a/s/agents/x.jsonl",
    "a/t/agents/y.jsonl",
    "part_2.json",
    "part_1.json",
    "b/part_7.json",
]


def test_files_that_are_opened_with_another_one() -> None:
    assert _beside.Tree(NAMES).mains(PARTS) == {
        "a/s.jsonl",
        "a/t/agents/y.jsonl",
        "part_1.json",
        "b/part_7.json",
    }
    assert _beside.Tree(NAMES).mains(()) == set(NAMES)


def test_what_lies_near_a_file() -> None:
    tree = _beside.Tree([*NAMES, "a/s/deep/er/z", "a/sx/no"])
    assert tree.near("a/s.jsonl", across=False) == ["s.jsonl", "s/agents/x.jsonl", "s/deep/er/z"]
    assert tree.near("part_1.json", across=False) == ["part_1.json", "part_2.json"]
    assert [tree.resolved("a/s.jsonl", near) for near in ("s.jsonl", "s/agents/x.jsonl", "../part_1.json")] == [
        "a/s.jsonl", "a/s/agents/x.jsonl", "part_1.json",
    ]  # fmt: skip


def test_what_is_called_alike_in_folders_beside() -> None:
    tree = _beside.Tree(["k/main/wire", "k/sub/wire", "k/wire", "l/other/wire", "main/wire", "x/wire"])
    assert tree.near("k/main/wire", across=True) == ["wire", "../sub/wire"]
    assert tree.near("main/wire", across=True)[1:] == ["../k/wire", "../x/wire"]
    assert tree.resolved("k/main/wire", "../sub/wire") == "k/sub/wire"


@given(st.lists(st.text("ab/.*[", max_size=6), max_size=8))
def test_any_names(names: list[str]) -> None:
    tree = _beside.Tree(names)
    assert tree.mains(PARTS) <= set(names)
    for name in names:
        tree.near(name, across=True)
