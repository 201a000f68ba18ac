"""Images, sounds and files of a message in a few words: what it is, how large, and of images how many pixels.

Nothing is opened or fetched: the first bytes of what the recording holds say all of it.
"""

from __future__ import annotations

import re
from base64 import b64decode
from struct import unpack

from replaydbg.core.message import Json, Media
from replaydbg.views.text import clip, printable

_DATA_URI = re.compile(r"data:([\w.+/-]*)[^,]{0,100},")
_LOOKED_AT_CHARS = 64_000
"""The size of a JPEG stands behind its notes, which cameras and programs fill."""
_URI_CELLS_MAX = 80


def described(part: Media) -> str:
    """`[image/png 1024×768, 82 kB]`; where the recording names a place only, `[image/png https://...]`."""
    kind, data, uri = part.mime_type or part.kind, part.data, part.uri
    inline = _DATA_URI.match(uri) if not data else None
    if inline is not None:
        kind, data, uri = part.mime_type or inline[1] or part.kind, uri[inline.end() :], ""
    if not data:
        return f"[{printable(kind)}{' ' + clip(printable(uri[:2000]), _URI_CELLS_MAX) if uri else ''}]"
    size = pixels(_beginning(data))
    return f"[{printable(kind)}{f' {size[0]}×{size[1]}' if size else ''}, {bytes_words(len(data.rstrip('=')) * 3 // 4)}]"


def picture_in(value: Json) -> Media | None:
    """The picture that a block of a tool's result is, as Anthropic, MCP or OpenAI write it; None where it is none."""
    match value:
        case {"type": "image", "source": {"type": "base64", "data": str(data), **more}}:
            return Media("image", str(more.get("media_type") or ""), data=data)
        case {"type": "image" | "audio" as kind, "data": str(data), **more}:
            return Media(kind, str(more.get("mimeType") or ""), data=data)
        case {"type": "input_image" | "image_url", "image_url": str(uri) | {"url": str(uri)}}:
            return Media("image", uri=uri) if uri.startswith("data:") else None
    return None


def instead_of(text: str) -> str:
    """What to say in the place of a text that nobody reads: bytes written in letters. "" for any other."""
    if len(text) < _BYTES_CHARS_MIN:
        return ""
    if _DATA_URI.match(text):
        return described(Media("data", uri=text))
    head = text[:_BYTES_CHARS_MIN]
    if _BASE64.fullmatch(head) and len(set(head)) >= _LETTERS_MIN:
        return described(Media("base64", data=text))
    return ""


_BYTES_CHARS_MIN = 1000
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+")
_LETTERS_MIN = 20
"""Of a thousand letters of packed bytes; one letter said a thousand times is something to be seen."""


def bytes_words(count: int) -> str:
    if count < 10_000:
        return f"{count:,} bytes".replace(",", " ")
    return f"{count / 1e6:.1f} MB" if count >= 1_000_000 else f"{count / 1e3:.0f} kB"


def _beginning(data: str) -> bytes:
    text = data[:_LOOKED_AT_CHARS]
    try:
        return b64decode(text[: len(text) // 4 * 4], validate=False)
    except ValueError:
        return b""


def pixels(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, GIF, JPEG or WebP; None where that cannot be told."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR" and len(data) >= 24:
        return unpack(">II", data[16:24])
    if data[:4] == b"GIF8" and len(data) >= 10:
        return unpack("<HH", data[6:10])
    if data[:2] == b"\xff\xd8":
        return _of_jpeg(data)
    if data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8X" and len(data) >= 30:
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    return None


_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""Markers of JPEG that begin a picture; the others of their row are tables."""


def _of_jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        if data[at + 1] in _FRAMES:
            height, width = unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
    return None
