"""Lines found again by numbers: in several buffers, in chains, damaged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.readers import _line_store, _windows
from replaydbg.readers._line_store import MARK_BITS, LineStore


def test_the_windows_of_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_windows, "WINDOW_BYTES", 8)
    monkeypatch.setattr(_windows, "OVERLAP_BYTES", 0)
    monkeypatch.setattr(_line_store, "WINDOW_BITS", 3)
    store = LineStore()
    store.open(memoryview(b"1aaa\n2bbb\n3ccccccccccccc\n"))
    one, two, three = (store.add(start, 0) for start in (0, 5, 10))
    also_two = store.add(10, 1)
    store.open(memoryview(b"4ddd\n5eee\n"))
    four, five = store.add(0, 0), store.add(5, 0)
    store.link(two, four)

    def written(entry: int) -> str:
        return b"".join(store.written(entry)).decode().replace("\n", "/")

    assert written(one).startswith("1aaa/")
    assert "2bbb" in written(two)
    assert "4ddd" in written(two)
    assert "5eee" not in written(one)
    assert "3ccccccccccccc" in written(three)
    assert "3ccccccccccccc" in written(also_two)
    assert "5eee" in written(five)
    assert store.written(five)[-1] is store.written(five)[-1]


@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=12),
    st.sets(st.integers(0, 11)),
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=4),
)
def test_the_windows_of_many_lines_are_those_of_each(
    sizes: list[int], breaks: set[int], links: list[tuple[int, int]]
) -> None:
    """Whatever the lines, in whichever buffers, and however they go on each other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_windows, "WINDOW_BYTES", 8)
        patch.setattr(_windows, "OVERLAP_BYTES", 0)
        patch.setattr(_line_store, "WINDOW_BITS", 3)
        store, entries, at = LineStore(), [], 0
        for number, size in enumerate(sizes):
            if number == 0 or number in breaks:
                store.open(memoryview(bytes(sum(sizes))))
                at = 0
            entries.append(store.add(at, 0))
            at += size
        for one, other in links:
            if one < other < len(entries):
                store.link(entries[one], entries[other])
        some = entries[len(entries) // 3 :]
        together = list(map(id, store.all_written(some)))
        for entry in some:
            assert set(map(id, store.written(entry))) <= set(together)
        assert len(together) == len(set(together))


def test_lines_of_several_buffers_and_chains() -> None:
    store = LineStore()
    store.open(memoryview(b'{"a":1}\n{"a":2}\n'))
    second = store.add(8, 5)
    store.open(memoryview(b'{"b":1}\n{"b":2'))
    first = store.add(0, 0)
    last = store.add(8, 0)
    assert (store.values(second), second & ((1 << MARK_BITS) - 1)) == ([{"a": 2}], 5)
    store.link(first, last)
    assert store.values(first) == [{"b": 1}, {"b": 2}] or store.values(first)[0] == {"b": 1}
    assert store.size(first) == 7 + 6


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 3)), min_size=1, max_size=9),
    st.sets(st.integers(0, 8)),
    st.lists(st.tuples(st.integers(0, 26), st.integers(0, 26)), max_size=4),
)
def test_the_room_of_an_entry_is_not_less_than_its_size(
    lines: list[tuple[int, int]], breaks: set[int], links: list[tuple[int, int]]
) -> None:
    """Each line of so many letters is so many entries."""
    store, entries = LineStore(), []
    for number, (size, times) in enumerate(lines):
        if number == 0 or number in breaks:
            later = [lines[number][0], *(its for at, (its, _) in enumerate(lines) if at > number)]
            store.open(memoryview(b"".join(b"x" * its + b"\n" for its in later)))
            at = 0
        entries += [store.add(at, mark) for mark in range(times)]
        at += size + 1
    for one, other in links:
        if one < other < len(entries):
            store.link(entries[one], entries[other])
    for entry in entries:
        assert store.room(entry) >= store.size(entry)
