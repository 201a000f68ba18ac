"""Bytes in and out by path or standard input, every failure a sentence. Compressed files are known by their content."""

from __future__ import annotations

import codecs
import errno
import hashlib
import mmap
import os
import re
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from replaydbg import limits
from replaydbg.core.finding import Notice
from replaydbg.drivers import mapped, packed
from replaydbg.errors import NO_ROOM, UnreadableInput, Unwritten, UsageProblem
from replaydbg.readers._api import Document

STANDARD_INPUT = "-"
_CHUNK_BYTES = 1 << 20
_HEADERS = re.compile(
    rb"(?:HTTP/\d(?:\.\d)? \d{3}[^\n]{0,999}\n(?:[\w-]{1,99}:[^\n]{0,9999}\n){0,199}\r?\n)+"
)
"""What `curl -i` puts before an answer, and before that the same of each that led there."""
_BEGINS_WITH_EVENT = re.compile(rb"(?:\s{0,64}(?:event|id|retry)?:[^\n]{0,999}\n){0,99}\s{0,64}data:\s?[\[{]")
_CARRIED = re.compile(rb"^data:\s?((?:\{|\[(?!DONE))[^\r\n]*)", re.MULTILINE)
_BEGINS_WITH_TEXT = re.compile(rb'\s{0,64}\[?\s{0,64}"\s{0,64}[\[{]')
_OF_THE_SYSTEM = ("/dev/std", "/dev/fd/", "/proc/")
"""Names of what this process has open, which may be a file."""
_WIDE = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
"""Text of wide characters, which PowerShell's `>` writes. The first two begin as the last two do."""


@dataclass(frozen=True, slots=True)
class Opened:
    document: Document
    notices: tuple[Notice, ...] = ()


def open_document(path: str, *, growing: bool = False) -> Opened:
    """The bytes at `path` (`-` is standard input), decompressed; `growing` where it is being written. Raises UnreadableInput."""
    if path == STANDARD_INPUT:
        name, raw = "standard input", memoryview(_streamed(sys.stdin.buffer, "standard input"))
    else:
        name, raw = path, _read(path, growing=growing)
    if packed.kind(raw):
        content, notices = packed.unpacked(name, raw)
        return _untold(Opened(Document(name, content), notices))
    empty = hole(raw)
    if empty:
        said = f"{empty} empty bytes at the beginning are passed over, as rotation leaves them; places are counted after them"
        return Opened(Document(name, raw[empty:]), (Notice("", said),))
    wide = _wide(raw)
    if growing:
        return Opened(Document(name, raw))
    return _untold(_narrowed(name, raw, wide) if wide else Opened(Document(name, raw)))


def hole(raw: memoryview) -> int:
    """How many zeros stand before JSON. A file that is cut short, while its writer stays where it was in it, begins with a hole."""
    if raw.nbytes == 0 or raw[0]:
        return 0
    for at in range(0, raw.nbytes, _CHUNK_BYTES):
        piece = bytes(raw[at : at + _CHUNK_BYTES])
        found = piece.lstrip(b"\0")
        if found:
            begins = found[:2].ljust(2, b" ")  # where zeros go on it is text of wide characters
            return at + len(piece) - len(found) if begins[0] in b"{[" and begins[1] else 0
    return 0


_LOOKS_SECONDS = 0.005
"""How often it is asked whether a mapped file is still whole: asking each time would cost as much as a short body."""


class Watch:
    """Raises CutShort once a mapped file of the document has been cut short (see `mapped`): asked after bodies were decoded,
    and between stretches that are read.
    """

    def __init__(self, document: Document) -> None:
        buffers = (one.buffer.obj for one in (document, *document.beside.values()))
        self._mapped = [each for each in buffers if isinstance(each, mapped.Mapped)]
        self._due = 0.0

    def __bool__(self) -> bool:
        return bool(self._mapped)

    def __call__(self) -> None:
        now = time.monotonic()
        if now < self._due and not mapped.lost:
            return
        for each in self._mapped:
            each.ask()
        self._due = now + _LOOKS_SECONDS


def digest(buffer: memoryview, between: Callable[[], object] = lambda: None) -> str:
    """The name of these bytes: their count and BLAKE2b, read in chunks (1 GB takes about a second). `between` is called
    between two of them.
    """
    hasher = hashlib.blake2b(digest_size=16)
    for at in range(0, buffer.nbytes, _CHUNK_BYTES):
        between()
        hasher.update(buffer[at : at + _CHUNK_BYTES])
        if isinstance(buffer.obj, mapped.Mapped):
            buffer.obj.ask()
    return f"{buffer.nbytes}-{hasher.hexdigest()}"


def read_text(path: str) -> str:
    """A small text file given by hand: the value of an edit, a list of tools. Raises UsageProblem."""
    try:
        with nullcontext(sys.stdin.buffer) if path == STANDARD_INPUT else Path(path).open("rb") as file:
            raw = file.read(limits.GIVEN_BYTES_MAX + 1)
        if len(raw) > limits.GIVEN_BYTES_MAX:
            raise UsageProblem(f"{path} has more than {limits.GIVEN_BYTES_MAX >> 20} MiB")
        wide = _wide(raw)
        return raw.decode(wide) if wide else raw.decode("utf-8-sig")
    except OSError as error:
        raise UsageProblem(f"{path} cannot be read: {_reason(error)}") from error
    except UnicodeDecodeError as error:
        raise UsageProblem(f"{path} is not UTF-8 text") from error


def _wide(raw: bytes | memoryview) -> str:
    """The encoding of text of wide characters, by its mark; "" of all else."""
    return next((encoding for mark, encoding in _WIDE.items() if bytes(raw[: len(mark)]) == mark), "")


def write_whole(path: str, chunks: Iterable[bytes]) -> None:
    """Write a file so that it is there whole or not at all. Raises UsageProblem, Unwritten; the old file is then untouched.

    What is no file, as a pipe, a device or `/dev/stdout`, is written to: another file in its place would be a loss.
    """
    target = Path(path)
    if path.startswith(_OF_THE_SYSTEM) or (target.exists() and not target.is_file()):
        _write_to(target, chunks)
        return
    target = target.resolve() if target.is_symlink() else target
    temporary: Path | None = None
    try:
        if target.exists() and not os.access(target, os.W_OK):  # to put another in its place would be allowed
            raise PermissionError(errno.EACCES, "")
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            temporary = Path(file.name)
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        mapped.ask()
        temporary.chmod(_mode(target))
        temporary.replace(target)
    except BaseException as error:  # also where somebody has stopped it
        if temporary:
            with suppress(OSError):
                temporary.unlink()
        if not isinstance(error, OSError):
            raise
        raise _unwritten(path, error) from error


def _unwritten(path: str, error: OSError) -> UsageProblem:
    kind = Unwritten if error.errno in NO_ROOM else UsageProblem
    reason = "there is no such folder" if error.errno == errno.ENOENT else _reason(error)
    return kind(f"{path} cannot be written: {reason}")


def _write_to(target: Path, chunks: Iterable[bytes]) -> None:
    try:
        with target.open("wb") as file:
            file.writelines(chunks)
    except OSError as error:
        raise _unwritten(str(target), error) from error


def size_and_time(path: str) -> tuple[int, float]:
    """Bytes and time of the last change, in seconds since 1970; zeros where that cannot be told."""
    try:
        state = Path(path).stat()
    except OSError:
        return 0, 0.0
    return state.st_size, state.st_mtime


def trace_files(path: str) -> Iterator[str]:
    """The file itself, or every file below a folder in order of name; hidden ones, our session files and what is no
    file (a pipe would be waited for) are left out.
    """
    if not Path(path).is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(folder, name)
            is_ours = name.startswith(".") or ".replaydbg.sqlite3" in name
            if not is_ours and (file.is_file() or not file.exists()):  # a link that leads nowhere is told
                yield str(file)


def _read(path: str, *, growing: bool) -> memoryview:
    try:
        with Path(path).open("rb") as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode):
                return memoryview(_streamed(file, path))
            if state.st_size > limits.INPUT_BYTES_MAX:
                raise UnreadableInput(
                    f"{path} has {state.st_size >> 20} MiB, more than the {limits.INPUT_BYTES_MAX >> 20} MiB"
                    " that replaydbg addresses",
                    "split it into one file a trace",
                )
            if state.st_size < limits.MAPPED_BYTES_MIN:
                # Also right for files of /proc, whose size says 0.
                return memoryview(_streamed(file, path))
            if growing or not mapped.can_map():
                return copied(file.fileno(), 0, state.st_size)
            with suppress(ValueError):  # it has been emptied since
                return memoryview(mapped.mapped(file.fileno(), path))
            return memoryview(_streamed(file, path))
    except OSError as error:
        raise unreadable(path, error) from error


def copied(file: int, offset: int, count: int) -> memoryview:
    """Bytes of a file that somebody writes: in memory, or mapped from a copy that nobody else has. Raises OSError.

    Its writer may cut it short, as rotation by copying does, and what was read before is still looked at.
    """
    if count < limits.MAPPED_BYTES_MIN:
        return memoryview(os.pread(file, count, offset))
    with tempfile.TemporaryFile() as copy:
        end = offset + count
        while offset < end and (piece := os.pread(file, min(_CHUNK_BYTES, end - offset), offset)):
            copy.write(piece)
            offset += len(piece)
        copy.flush()
        if not copy.tell():
            return memoryview(b"")
        return memoryview(mmap.mmap(copy.fileno(), 0, access=mmap.ACCESS_READ))


def _streamed(file: BinaryIO, name: str) -> bytes:
    pieces: list[bytes] = []
    room = limits.STREAM_BYTES_MAX
    while piece := file.read(_CHUNK_BYTES):
        room -= len(piece)
        if room < 0:
            raise UnreadableInput(
                f"{name} goes on after {limits.STREAM_BYTES_MAX >> 20} MiB, the most that is held in memory",
                "save it to a file: files are mapped and may be larger",
            )
        pieces.append(piece)
    return b"".join(pieces)


def _narrowed(name: str, raw: memoryview, encoding: str) -> Opened:
    """The same text in UTF-8. What is no character is one that says so, as readers have it that meet such bytes."""
    decoder, pieces, size = codecs.getincrementaldecoder(encoding)("replace"), list[bytes](), 0
    for at in range(0, raw.nbytes, _CHUNK_BYTES):
        piece = decoder.decode(bytes(raw[at : at + _CHUNK_BYTES]), at + _CHUNK_BYTES >= raw.nbytes)
        pieces.append(piece.encode())
        size += len(pieces[-1])
        if size > limits.STREAM_BYTES_MAX:
            raise UnreadableInput(
                f"{name} is more {encoding} text than is held in memory", "save it as UTF-8"
            )
    said = f"{encoding} text, read as UTF-8; places are those of that"
    return Opened(Document(name, memoryview(b"".join(pieces))), (Notice("", said),))


def _untold(opened: Opened) -> Opened:
    """What texts hold that are JSON themselves: `json.dump(trace.to_json(), file)` writes one, and lines or a list many; and
    what the answer of an API carries, as `curl` saves it: behind headers, in the events of a stream.
    """
    headers = _HEADERS.match(opened.document.buffer)
    if headers is not None:
        said = "headers of HTTP at the beginning are passed over; places are counted after them"
        rest = Document(opened.document.name, opened.document.buffer[headers.end() :])
        opened = Opened(rest, (*opened.notices, Notice("", said)))
    text = opened.document.buffer
    if text.nbytes > limits.STREAM_BYTES_MAX:
        return opened
    if _BEGINS_WITH_EVENT.match(text):
        carried = b"\n".join(_CARRIED.findall(text))
        said = "server-sent events, read as the JSON that they carry; places are those of that"
        return Opened(
            Document(opened.document.name, memoryview(carried)), (*opened.notices, Notice("", said))
        )
    if not _BEGINS_WITH_TEXT.match(text):
        return opened
    held = _texts(bytes(text))
    if not all(isinstance(one, str) and one.lstrip()[:1] in ("{", "[") for one in held):
        return opened
    inner = "\n".join(held).encode("utf-8", "surrogatepass")
    said = "JSON that was written as text in JSON, read as what the text holds; places are those of that"
    return Opened(Document(opened.document.name, memoryview(inner)), (*opened.notices, Notice("", said)))


def _texts(text: bytes) -> list[Any]:
    """One JSON value, or one a line, and what stands in lists of those; [None] where it is not JSON."""
    import json

    try:
        try:
            found = [json.loads(text)]
        except ValueError:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return [None]
    return [one for value in found for one in (value if isinstance(value, list) else [value])]


def _mode(target: Path) -> int:
    """Permissions of the file that is replaced, else what a new file would get."""
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def unreadable(path: str, error: OSError) -> UnreadableInput:
    if error.errno == errno.EISDIR:
        return UnreadableInput(f"{path} is a folder", "name one trace in it; `check` takes whole folders")
    return UnreadableInput(f"{path} cannot be opened: {_reason(error)}", _hint(error, path))


def _reason(error: OSError) -> str:
    known = {
        errno.ENOENT: "there is no such file",
        errno.EACCES: "permission denied",
        errno.ENOSPC: "the disk is full",
    }
    return known.get(error.errno or 0) or error.strerror or str(error)


def _hint(error: OSError, path: str) -> str:
    if "://" in path:
        return "addresses are not fetched: `curl ADDRESS | replaydbg show -`, or save it first"
    if error.errno == errno.ENOENT:
        folder = Path(path).parent
        near = [item.name for item in folder.iterdir() if item.is_file()][:4] if folder.is_dir() else []
        return f"in {folder} there is {', '.join(sorted(near))}" if near else "check the path"
    return "check its permissions" if error.errno == errno.EACCES else ""
