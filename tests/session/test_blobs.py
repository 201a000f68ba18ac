"""Parts as blobs and back, each kept once."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.session import blobs


class Kept(dict[bytes, bytes]):
    def keep(self, content: bytes) -> bytes:
        digest = blobs.digest(content)
        self[digest] = content
        return digest

    def bytes(self) -> int:
        return sum(map(len, self.values()))


PARTS = st.lists(st.binary(max_size=40) | st.binary(min_size=500, max_size=600), max_size=60)


@given(PARTS, st.integers(1, 60))
def test_the_parts_come_back_in_order(parts: list[bytes], times: int) -> None:
    kept = Kept()
    root = blobs.pack(parts * times, kept.keep)
    assert b"".join(blobs.unpack(root, kept.__getitem__)) == b"".join(parts * times)


def test_little_content_is_the_root_itself() -> None:
    kept = Kept()
    root = blobs.pack([b'{"command": "clear-edits"}'], kept.keep)
    assert (b"clear-edits" in root, kept) == (True, {})


def sample(count: int, size: int, seed: int = 1) -> list[bytes]:
    chance = random.Random(seed)
    return [chance.randbytes(size) for _ in range(count)]


@pytest.mark.parametrize(("count", "size"), [(20_000, 100), (2_000, 2_000)])
def test_a_run_that_is_said_again_elsewhere_takes_next_to_nothing(count: int, size: int) -> None:
    kept, parts = Kept(), sample(count, size)
    blobs.pack(parts, kept.keep)
    once = kept.bytes()
    parts[count // 2] = b"edited" * 100
    root = blobs.pack([b"something before it", *parts], kept.keep)
    assert kept.bytes() - once < once / 10
    assert len(root) < 2_000


def test_histories_that_grow_by_a_turn_take_what_is_new_of_them() -> None:
    """Quadratic as text."""
    kept, turns = Kept(), sample(300, 1_500)
    grown = [part for at in range(len(turns)) for part in (b"a step", *turns[: at + 1])]
    root = blobs.pack(grown, kept.keep)
    said_once = sum(map(len, turns))
    assert sum(map(len, grown)) > 100 * said_once
    assert kept.bytes() + len(root) < 2.5 * said_once


@given(st.binary(min_size=1, max_size=60))
def test_a_broken_node_is_said(rubbish: bytes) -> None:
    """Or is one by chance; nothing else is raised."""
    with suppress(blobs.BlobsBroken):
        list(blobs.unpack(rubbish, lambda _digest: b""))
    with pytest.raises(blobs.BlobsBroken):
        list(blobs.unpack(b"x" + rubbish, lambda _digest: b""))
    with pytest.raises(blobs.BlobsBroken):  # nodes stand in the root only
        list(blobs.unpack(b"n" + bytes(16), lambda _digest: b"n" + bytes(16)))
