"""Files that are packed as a whole: what comes out, of damaged ones too, and the bounds."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from itertools import pairwise

import pytest
import zstandard

from replaydbg import limits
from replaydbg.drivers import packed
from replaydbg.errors import UnreadableInput
from replaydbg.readers import _refusals
from replaydbg.readers._api import Document

TEXT = b'{"messages": []}\n' * 2_000
PACKERS = {"gzip": gzip.compress, "zstd": zstandard.compress}
Pack = Callable[[bytes], bytes]


def out_of(data: bytes) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    content, notices = packed.unpacked("trace.json", memoryview(data))
    return bytes(content), tuple((notice.pointer, notice.message) for notice in notices)


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
@pytest.mark.parametrize(
    "cuts", [(), (100,), (0, len(TEXT) - 1, len(TEXT) - 1)], ids=["one", "two", "empty ones"]
)
def test_all_members_are_unpacked(pack: Pack, cuts: tuple[int, ...]) -> None:
    edges = [0, *cuts, len(TEXT)]
    data = b"".join(pack(TEXT[begin:end]) for begin, end in pairwise(edges))
    assert out_of(data) == (TEXT, ())


def test_gzip_may_be_padded_with_zeros() -> None:
    assert out_of(gzip.compress(TEXT) + bytes(512)) == (TEXT, ())


def test_zstd_may_have_frames_to_be_skipped() -> None:
    """As its seekable form ends with."""
    skipped = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"index"
    assert out_of(zstandard.compress(TEXT) + skipped) == (TEXT, ())


def test_zstd_of_a_stream_does_not_say_how_long_it_is() -> None:
    stream = zstandard.ZstdCompressor().compressobj()
    assert out_of(stream.compress(TEXT) + stream.flush()) == (TEXT, ())


def in_pieces(*pieces: bytes) -> bytes:
    """As the collector's file exporter writes requests."""
    return b"".join(
        len(packed_one).to_bytes(4, "big") + packed_one for packed_one in map(zstandard.compress, pieces)
    )


def test_pieces_of_json_are_lines() -> None:
    assert out_of(in_pieces(b'{"a": 1}', b'{"b": 2}')) == (b'{"a": 1}\n{"b": 2}\n', ())


def test_pieces_of_protobuf_have_their_length_before_them() -> None:
    assert out_of(in_pieces(b"\x0a\x01a", b"\x0a\x02bc")) == (b"\0\0\0\x03\x0a\x01a\0\0\0\x04\x0a\x02bc", ())


def test_a_damaged_piece_costs_what_it_lacks() -> None:
    first, damaged, last = in_pieces(b'{"a": 1}'), bytearray(in_pieces(b'{"b": 2}')), in_pieces(b'{"c": 3}')
    damaged[4] ^= 0xFF  # it begins otherwise
    content, ((_, message),) = out_of(first + damaged + last)
    assert content == b'{"a": 1}\n{"c": 3}\n'
    assert "damaged" in message


def test_the_last_piece_may_be_cut_off() -> None:
    whole = in_pieces(b'{"b": 2}', b'{"a": "%s"}' % noise(200_000))
    content, ((_, message),) = out_of(whole[:-20_000])
    assert content.startswith(b'{"b": 2}\n{"a": "')
    assert len(content) > 100_000
    assert "too early" in message


def noise(count: int) -> bytes:
    return b"".join(os.urandom(8).hex().encode() for _ in range(count))


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_of_a_file_cut_short_there_is_what_could_be_read(pack: Pack) -> None:
    text = noise(50_000)
    data = pack(text)
    content, ((place, message),) = out_of(data[: len(data) // 2])

    assert text.startswith(content)
    assert len(content) > len(text) // 3
    assert place == f"byte {len(content)} of what was unpacked"
    assert "ends too early" in message


def test_of_damaged_gzip_there_is_what_stands_before_the_damage() -> None:
    stored = b"\x00" + (5).to_bytes(2, "little") + (0xFFFF - 5).to_bytes(2, "little") + b"hello"
    header = gzip.compress(b"")[:10]
    content, ((_, message),) = out_of(header + stored * 40_000 + b"\x07")  # no block is of type 3

    assert (b"hello" * 40_000).startswith(content)
    assert len(content) > 100_000
    assert "damaged" in message


def test_of_damaged_zstd_there_is_what_stands_before_the_damage() -> None:
    text = noise(200_000)
    data = bytearray(zstandard.compress(text))
    data[len(data) // 2] ^= 0xFF
    content, ((_, message),) = out_of(bytes(data[:-100]))

    assert len(content) > len(text) // 4
    assert "damaged" in message or "too early" in message


@pytest.mark.parametrize(
    ("pack", "at"),
    [(gzip.compress, -8), (zstandard.ZstdCompressor(write_checksum=True).compress, -1)],
    ids=PACKERS,
)
def test_a_wrong_checksum_is_a_notice(pack: Pack, at: int) -> None:
    text = noise(20_000)
    broken = bytearray(pack(text))
    broken[at] ^= 0xFF
    content, ((_, message),) = out_of(bytes(broken))

    assert text.startswith(content)
    assert len(content) > len(text) // 2
    assert "damaged" in message


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_something_else_after_the_data_is_a_notice(pack: Pack) -> None:
    content, ((_, message),) = out_of(pack(TEXT) + b"trailing")

    assert content == TEXT
    assert "damaged" in message


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_a_bomb_is_refused(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNPACKED_BYTES_MAX", 1 << 20)

    with pytest.raises(UnreadableInput, match="unpacks to more than 1 MiB"):
        out_of(pack(bytes(3 << 20)))


def test_a_bomb_in_a_piece_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNPACKED_BYTES_MAX", 1 << 20)

    with pytest.raises(UnreadableInput, match="unpacks to more than 1 MiB"):
        out_of(in_pieces(b"{}", bytes(64 << 20)))


def test_no_piece_of_a_bomb_is_large() -> None:
    """A gigabyte of zeros takes 32 KB in zstd."""
    bomb = zstandard.compress(bytes(64 << 20), 19)
    sizes = [len(piece) for piece in packed._from_zstd(memoryview(bomb))]
    assert (sum(sizes), max(sizes) <= 5 << 20) == (64 << 20, True)


@pytest.mark.parametrize(
    "data", [gzip.compress(b""), b"\x1f\x8b", zstandard.compress(b""), b"\x28\xb5\x2f\xfd"]
)
def test_of_nothing_it_is_said_so(data: bytes) -> None:
    with pytest.raises(UnreadableInput, match="nothing could be unpacked") as caught:
        out_of(data)
    assert caught.value.hint
    assert caught.value.exit_code == 3


def test_without_the_package_zstd_is_left_to_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "_has_zstd", lambda: False)
    data = zstandard.compress(TEXT)
    assert packed.kind(data) == ""
    refusal = _refusals.of_bytes(Document("trace.jsonl.zst", memoryview(data)))
    assert refusal is not None
    assert "replaydbg[zstd]" in refusal.instead
    assert packed.kind(in_pieces(TEXT)) == ""
    refusal = _refusals.of_bytes(Document("trace.json", memoryview(in_pieces(TEXT))))
    assert refusal is not None
    assert "replaydbg[zstd]" in refusal.instead


@pytest.mark.parametrize("data", [b"", b"\x28\xb5", b"{}", b"\x1e\x8b\x00\x00"])
def test_all_else_is_not_packed(data: bytes) -> None:
    assert packed.kind(data) == ""
