"""Files inside of a zip archive: bytes in, bytes out. Also of one whose end is missing, as of a log still being written.

Only the directory is read ahead; a file is unpacked when it is asked for, and never to more than `limits` allows.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from replaydbg import limits

MAGIC = b"PK\x03\x04"
_LOCAL_HEADER = re.compile(rb"PK\x03\x04")
_HEADER = struct.Struct("<4sHHHHHIIIHH")
_STORED, _DEFLATED, _ZSTD = 0, 8, 93
_ENCRYPTED, _SIZES_FOLLOW = 1 << 0, 1 << 3
"""Flags of a header; the second of one that was written before the sizes were known."""
_DIRECTORY_BYTES_MAX = 64 << 20
"""A larger one, of a million names, would fill the memory; the files are then taken as they lie."""
_ROOM_OF_HEADERS = 1 << 10
"""More of the packed bytes than are wanted of the unpacked ones: those of a block that does not shrink begin with some."""


class NotUnpackedError(ValueError):
    """Why a file of the archive can not be had, in a sentence."""


class ZstdMissingError(NotUnpackedError):
    """The file is packed with zstd, and nothing here can unpack that."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive, as it is packed."""

    name: str
    packed: memoryview
    method: int
    is_encrypted: bool = False

    def content(self, first: int | None = None) -> bytes:
        """The file unpacked, or its `first` bytes. Raises NotUnpackedError."""
        if self.is_encrypted:
            raise NotUnpackedError(f"{self.name} is encrypted")
        packed = self.packed if first is None else self.packed[: first + _ROOM_OF_HEADERS]
        try:
            # One byte more than the most that is allowed tells that there is more.
            content = _unpacked(packed, self.method, first or limits.ZIP_MEMBER_BYTES_MAX + 1)
        except zlib.error as error:
            raise NotUnpackedError(f"{self.name} is damaged: {error}") from error
        if len(content) > limits.ZIP_MEMBER_BYTES_MAX:
            most = limits.ZIP_MEMBER_BYTES_MAX >> 20
            raise NotUnpackedError(f"{self.name} unpacks to more than {most} MiB")
        return content


def members(buffer: memoryview) -> tuple[list[Member], bool]:
    """The files of the archive by its directory, or as they lie where it has none; whether it is whole."""
    import zipfile  # noqa: PLC0415 - most files are no archive

    try:
        with zipfile.ZipFile(_File(buffer)) as archive:
            listed = [
                _member(buffer, info.header_offset, info.compress_size, info.filename)
                for info in archive.infolist()
            ]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error, EOFError):
        return list(_as_they_lie(buffer)), False
    return [member for member in listed if member is not None], None not in listed


def _member(buffer: memoryview, at: int, size: int, name: str) -> Member | None:
    header = _header(buffer, at)
    if header is None:
        return None
    _, _, flags, method, _, _, _, _, _, name_bytes, extra_bytes = header
    start = at + _HEADER.size + name_bytes + extra_bytes
    return Member(name, buffer[start : start + size], method, bool(flags & _ENCRYPTED))


def _header(buffer: memoryview, at: int) -> tuple[int, ...] | None:
    if at + _HEADER.size > len(buffer) or bytes(buffer[at : at + 4]) != MAGIC:
        return None
    return _HEADER.unpack_from(buffer, at)


def _as_they_lie(buffer: memoryview) -> Iterator[Member]:
    """Every file whose header is there; one that is cut off is given as far as it goes."""
    at = 0
    while (header := _header(buffer, at)) is not None:
        _, _, flags, _, _, _, _, packed, _, name_bytes, extra_bytes = header
        start = at + _HEADER.size + name_bytes + extra_bytes
        name = bytes(buffer[at + _HEADER.size : start - extra_bytes]).decode("utf-8", "replace")
        size = packed
        if flags & _SIZES_FOLLOW or start + size > len(buffer):
            following = _LOCAL_HEADER.search(buffer, min(start, len(buffer)))
            size = (following.start() if following else len(buffer)) - start
        member = _member(buffer, at, size, name)
        if member is not None:
            yield member
        at = start + size
        if _header(buffer, at) is None:  # a descriptor or rubble between two files
            following = _LOCAL_HEADER.search(buffer, min(at, len(buffer)))
            at = following.start() if following else len(buffer)


def _unpacked(packed: memoryview, method: int, most: int) -> bytes:
    if method == _STORED:
        return bytes(packed[:most])
    if method == _DEFLATED:
        return zlib.decompressobj(wbits=-15).decompress(packed, most)
    if method == _ZSTD:
        return _from_zstd(packed, most)
    raise NotUnpackedError(f"packed by a method that is not known (number {method})")


def _from_zstd(packed: memoryview, most: int) -> bytes:
    try:
        import zstandard  # noqa: PLC0415 - an extra, and needed by the logs of one product
    except ImportError as error:
        raise ZstdMissingError("packed with zstd: `pip install 'replaydbg[zstd]'` to read it") from error
    try:
        with zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True) as stream:
            return bytes(stream.read(most))
    except zstandard.ZstdError as error:
        raise NotUnpackedError(f"damaged: {error}") from error


class _File(io.RawIOBase):
    """A buffer as the file that `zipfile` asks for; `BytesIO` would copy a mapped log of gigabytes."""

    def __init__(self, buffer: memoryview) -> None:
        self._buffer = buffer
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._buffer)}[whence]
        if base + offset < 0:
            raise ValueError("before the beginning")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        end = len(self._buffer) if size is None or size < 0 else self._at + size
        if end - self._at > _DIRECTORY_BYTES_MAX:
            raise OSError("a directory larger than is read")
        piece = bytes(self._buffer[self._at : end])
        self._at += len(piece)
        return piece
