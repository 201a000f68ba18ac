"""Files that are packed as a whole, gzip and zstd, known by their first bytes: the only file that unpacks them.

Zstd needs the extra `zstd`; Codex packs sessions that were archived with it, and people long logs. OpenTelemetry's collector packs
piece by piece (`compression: zstd` of its file exporter): each is a request, and its length stands before it in four bytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec

from replaydbg import limits
from replaydbg.core.finding import Notice
from replaydbg.errors import UnreadableInput

_LENGTH_BYTES = 4
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
MAGIC_BYTES = _LENGTH_BYTES + len(_ZSTD)
_PACKED_BYTES, _UNPACKED_BYTES_MAX = 64 << 10, 64 << 10
_ZSTD_PACKED_BYTES = 128
"""Unpacked in one go: four bytes may stand for 128 KiB (RFC 8878, 3.1.1.2.2), and what one go gives is held, or lost, whole."""


class _DamageError(Exception):
    """The data is not what it should be; says why."""


def kind(first: bytes | memoryview) -> str:
    """How the file that begins so is packed, where that can be unpacked here; else ""."""
    begins = bytes(first[:MAGIC_BYTES])
    if begins.startswith(_GZIP):
        return "gzip"
    if not _has_zstd():
        return ""
    return "zstd" if begins.startswith(_ZSTD) else "zstd in pieces" if begins[_LENGTH_BYTES:] == _ZSTD else ""


@cache
def _has_zstd() -> bool:
    return find_spec("zstandard") is not None


def unpacked(name: str, raw: memoryview) -> tuple[memoryview, tuple[Notice, ...]]:
    """All members of it; of a damaged one what can be had, with a notice. Raises UnreadableInput."""
    how = kind(raw)
    pieces: list[bytes] = []
    size, damage = 0, ""
    try:
        for piece in _UNPACK[how](raw):
            size += len(piece)
            if size > limits.UNPACKED_BYTES_MAX:
                raise UnreadableInput(
                    f"{name} unpacks to more than {limits.UNPACKED_BYTES_MAX >> 20} MiB",
                    "unpack it to a file first: plain files are mapped, not held in memory",
                )
            pieces.append(piece)
    except EOFError:
        damage = "the compressed data ends too early; what could be unpacked is shown"
    except _DamageError as error:
        damage = f"the compressed data is damaged ({error}); what could be unpacked before is shown"
    if not size:
        raise UnreadableInput(
            f"{name} is {how}, and nothing could be unpacked from it", "was it copied whole?"
        )
    notices = (Notice(f"byte {size} of what was unpacked", damage),) if damage else ()
    return memoryview(b"".join(pieces)), notices


def _from_gzip(raw: memoryview) -> Iterator[bytes]:
    """The content, in small pieces: what stands in one piece with an error is lost. Raises EOFError and _DamageError."""
    unzip, fresh = zlib.decompressobj(wbits=31), True
    for at in range(0, raw.nbytes, _PACKED_BYTES):
        data = bytes(raw[at : at + _PACKED_BYTES])
        while data := data.lstrip(b"\0") if fresh else data:  # members may be padded with zeros
            fresh = False
            try:
                piece = unzip.decompress(data, _UNPACKED_BYTES_MAX)
            except zlib.error as error:
                raise _DamageError(error) from error
            yield piece
            data = unzip.unused_data if unzip.eof else unzip.unconsumed_tail
            if unzip.eof:
                unzip, fresh = zlib.decompressobj(wbits=31), True
    if not fresh:
        yield unzip.flush()
        if not unzip.eof:
            raise EOFError


def _from_zstd(raw: memoryview) -> Iterator[bytes]:
    import zstandard

    def frame() -> zstandard.ZstdDecompressionObj:
        return zstandard.ZstdDecompressor().decompressobj()

    unzip, fresh = frame(), True
    for at in range(0, raw.nbytes, _ZSTD_PACKED_BYTES):
        data = bytes(raw[at : at + _ZSTD_PACKED_BYTES])
        while data:
            fresh = False
            try:
                piece = unzip.decompress(data)
            except zstandard.ZstdError as error:
                raise _DamageError(error) from error
            yield piece
            data = unzip.unused_data if unzip.eof else b""
            if unzip.eof:
                unzip, fresh = frame(), True
    if not fresh:
        raise EOFError


def _from_pieces(raw: memoryview) -> Iterator[bytes]:
    """JSON as lines, protobuf with the length of each before it. One that is damaged costs what it lacks."""
    at, problem = 0, None
    while at + _LENGTH_BYTES <= raw.nbytes:
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(raw[at:start], "big")
        piece = bytearray()
        try:
            for some in _from_zstd(raw[start:at]):
                piece += some
                if len(piece) >= limits.UNPACKED_BYTES_MAX:
                    break
        except (EOFError, _DamageError) as error:
            problem = problem or error
        if piece.startswith(b"{"):
            yield bytes(piece) + b"\n"
        elif piece:
            yield len(piece).to_bytes(8, "big")[-_LENGTH_BYTES:] + bytes(piece)
    if problem is not None:
        raise problem


_UNPACK: dict[str, Callable[[memoryview], Iterator[bytes]]] = {
    "gzip": _from_gzip,
    "zstd": _from_zstd,
    "zstd in pieces": _from_pieces,
}
