"""Lines found again by numbers: in several buffers, in chains, damaged."""

from __future__ import annotations

from replaydbg.readers._line_store import MARK_BITS, LineStore


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
