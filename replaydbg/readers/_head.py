"""The first bytes of a file, by which its format is known.

A text that goes on beyond them (a long prompt, an image) would hide all that follows it: of such a one only the beginning is
kept, and what stands behind it is seen, too. Where nobody knows a file by that, large objects and arrays are shortened as
well: what was asked may stand before all that tells whose record it is.
"""

from __future__ import annotations

import re

from replaydbg import limits

_BOM = b"\xef\xbb\xbf"
_SHORT_BYTES_MAX = 2 << 10
"""A text of which no more lies in the head hides little."""
_QUOTE = re.compile(rb'(?<!\\)(?:\\\\)*"')
_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+("?)', re.DOTALL)
"""A text, and the quote that ends it, where it is there."""
_BEGINNING = re.compile(
    rb'"(?:[^"\\\x80-\xff]|[\xc2-\xf4][\x80-\xbf]{1,3}'
    rb"|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u[0-9a-fA-F]{4}|\\[^u]){0,256}"
)
"""Its first letters: none is cut in the middle, neither of several bytes nor of two escapes."""
_MARK = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[{}\[\]]', re.DOTALL)
"""A bracket, or a text to its end, or to where the bytes end: else each quote in it would be tried as a beginning."""
_QUOTE_BYTE = ord('"')
_ROOM_BYTES = (1 << 30, 8 << 10, 4 << 10, 2 << 10)
"""So much is kept of a record, of an object or an array in it, in one of these, and of what lies deeper."""


def of(buffer: memoryview) -> bytes:
    """At most `limits.SNIFF_BYTES_MAX` bytes, without a byte order mark."""
    size = limits.SNIFF_BYTES_MAX
    start = len(_BOM) if bytes(buffer[:3]) == _BOM else 0
    head, at = bytes(buffer[start:size]), size
    limit = min(len(buffer), limits.LONG_TEXTS_BYTES_MAX)
    if len(buffer) <= size or head.lstrip()[:1] not in {b"{", b"["}:
        return head
    while (opened := _opened(head)) >= 0:
        whole = _TEXT.match(buffer, at - (len(head) - opened), limit)
        beginning = _BEGINNING.match(head, opened)
        if whole is None or not whole[1] or beginning is None:
            break
        kept = head[: beginning.end()] + b'"'
        at = whole.end() + size - len(kept)
        head = kept + bytes(buffer[whole.end() : at])
        at = min(at, len(buffer))
    return head


def _opened(head: bytes) -> int:
    """Where the long text begins that goes on beyond these bytes; -1 where there is none."""
    tail = head[-_SHORT_BYTES_MAX:]
    if len(tail) < _SHORT_BYTES_MAX or _QUOTE.search(tail, 1):
        return -1
    opened = -1
    for text in _TEXT.finditer(head):
        opened = -1 if text[1] else text.start()
    return opened


def outlined(buffer: memoryview) -> bytes:
    """As `of`, with what is large shortened as well; as far as `limits.LONG_TEXTS_BYTES_MAX` of the buffer tell."""
    start = len(_BOM) if bytes(buffer[:3]) == _BOM else 0
    kept, copied = bytearray(), start  # all before this place is kept, or was left out
    open_at: list[int] = []
    """Of each object and array around the place where it begins in `kept`."""
    left_out = 0
    """From here on the one so many levels deep is left out."""
    around = 1 if bytes(buffer[start : start + _SHORT_BYTES_MAX]).lstrip()[:1] == b"[" else 0

    def room(depth: int) -> int:
        return _ROOM_BYTES[max(0, min(depth - around, len(_ROOM_BYTES)) - 1)]

    for mark in _MARK.finditer(buffer, start, min(len(buffer), limits.LONG_TEXTS_BYTES_MAX)):
        first, end = buffer[mark.start()], mark.end()
        if first == _QUOTE_BYTE:
            if not left_out and end - mark.start() > _SHORT_BYTES_MAX:
                beginning = _BEGINNING.match(buffer, mark.start())
                kept += buffer[copied : beginning.end() if beginning else mark.start() + 1]
                copied = end - 1
        elif first in b"{[":
            open_at.append(len(kept) + mark.start() - copied)
        elif open_at:
            begun, depth = open_at.pop(), len(open_at) + 1
            if left_out == depth:
                left_out, copied = 0, mark.start()
            elif not left_out and len(kept) + end - copied - begun > room(depth):
                kept += buffer[
                    copied : mark.start()
                ]  # nothing in it is large, and so it has no end of a part to stop behind
                del kept[begun + 1 :]
                copied = mark.start()
            if open_at and not left_out and len(kept) + end - copied - open_at[-1] > room(depth - 1):
                kept += buffer[copied:end]
                left_out, copied = depth - 1, end
    if not left_out:
        kept += buffer[copied : copied + limits.SNIFF_BYTES_MAX]
    return bytes(kept[: limits.SNIFF_BYTES_MAX])
