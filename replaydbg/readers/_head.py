"""The first bytes of a file, by which its format is known.

A text that goes on beyond them (a long prompt, an image) would hide all that follows it: of such a one only the beginning is
kept, and what stands behind it is seen, too.
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
