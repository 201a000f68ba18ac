"""Text as a terminal may be given it: what could harm or mislead is escaped here, once, and widths are in cells.

A `Span` is a stretch of text with its `look`, a word for its meaning; `tui/theme.py` knows the colours of looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import isfinite
from typing import NamedTuple
from unicodedata import category, east_asian_width

ELLIPSIS = "…"

_UNSAFE = re.compile(
    # Controls, soft hyphen, zero-width and bidi marks, fillers, byte order marks, surrogates, tags.
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\ufe00-\ufe0f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_EMOJI_STYLE = "\ufe0e\ufe0f"
"""Ask for the plain or the coloured picture. Terminals disagree on the width of the result, so they are left out."""
_JOINER = "\u200d"
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Span(NamedTuple):
    text: str
    look: str = ""


Line = tuple[Span, ...]


def printable(text: str) -> str:
    """One line that a terminal shows as it reads it: controls, escape sequences, bidi and zero-width characters spelt out.

    Joiners between two pictures are dropped: they are how emoji are spelt, and hide nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_escaped, text)


def veiled(text: str) -> str:
    """The same with a sign of one cell in the place of each such character: for an editor, where columns must stay. Tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_sign, text)


def _sign(match: re.Match[str]) -> str:
    char = match[0]
    if char < " ":
        return char if char == "\t" else chr(_CONTROL_PICTURES + ord(char))
    return "·" if char == _JOINER or char in _EMOJI_STYLE else "�"


_CONTROL_PICTURES = 0x2400


def _escaped(match: re.Match[str]) -> str:
    char, text, at = match[0], match.string, match.start()
    if char in _EMOJI_STYLE and at and _is_picture(text[at - 1]):
        return ""
    if char == _JOINER and 0 < at < len(text) - 1:
        before = text[at - 2] if text[at - 1] in _EMOJI_STYLE and at > 1 else text[at - 1]
        if _is_picture(before) and _is_picture(text[at + 1]):
            return ""
    if char in _SHORT:
        return _SHORT[char]
    number = ord(char)
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def _is_picture(char: str) -> bool:
    """Symbols, skin tones, and the digits that keycaps are made of."""
    return category(char) in ("So", "Sk", "Sm", "Po", "Nd", "Mn")


def one_line(text: str, chars_max: int = 400) -> str:
    """The beginning of a text as one printable line: any white space is one space."""
    return printable(" ".join(text[: chars_max * 2].split())[:chars_max])


def cell_width(text: str) -> int:
    """Terminal cells of a printable text: East Asian wide characters and emoji take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(map(_char_width, text))


def _char_width(char: str) -> int:
    if char < "\u0300":
        return 1
    if "\U0001f3fb" <= char <= "\U0001f3ff":
        return (
            0  # a colour of skin for the emoji before it: what draws the screen gives it no cell of its own
        )
    if east_asian_width(char) in "WF":
        return 2
    return 0 if category(char) in ("Mn", "Me") else 1


def clip(text: str, width: int, ellipsis: str = ELLIPSIS) -> str:
    """The text, or as much of it as fits `width` cells with an ellipsis at its end."""
    if text.isascii() and len(text) <= width:
        return text
    if width <= 0:
        return ""
    used, fits = 0, 0
    for at, char in enumerate(text):
        used += _char_width(char)
        if used <= width - len(ellipsis):
            fits = at + 1
        elif used > width:
            return text[:fits] + ellipsis[:width]
    return text


def clip_middle(text: str, width: int, ellipsis: str = ELLIPSIS) -> str:
    """The text, or its beginning and its end in `width` cells: files of one run begin alike, and differ at the end."""
    if cell_width(text) <= width:
        return text
    head = clip(text, width // 3, ellipsis)
    end, room = len(text), width - cell_width(head)
    while end > 0 and (room := room - _char_width(text[end - 1])) >= 0:
        end -= 1
    return head + text[end:]


def pad(text: str, width: int) -> str:
    """The text clipped or filled with spaces to exactly `width` cells."""
    text = clip(text, width)
    return text + " " * (width - cell_width(text))


def spans_width(spans: Iterable[Span]) -> int:
    return sum(cell_width(span.text) for span in spans)


def fit(spans: Iterable[Span], width: int, ellipsis: str = ELLIPSIS) -> list[Span]:
    """The spans clipped or filled to exactly `width` cells."""
    fitted: list[Span] = []
    room = width
    for span in spans:
        taken = cell_width(span.text)
        if taken > room:
            fitted.append(Span(pad(clip(span.text, room, ellipsis), room), span.look))
            return fitted
        fitted.append(span)
        room -= taken
    if room:
        fitted.append(Span(" " * room))
    return fitted


def plain(spans: Iterable[Span]) -> str:
    return "".join(span.text for span in spans)


def duration_words(milliseconds: float | None) -> str:
    """`31ms`, `4.2s`, `3m12s`, `2h05m`; empty where it was not recorded."""
    if milliseconds is None or not isfinite(milliseconds):
        return ""
    if milliseconds < 0:
        return f"-{duration_words(-milliseconds)}"
    if milliseconds < 9.95:
        return f"{milliseconds:.1f}ms" if milliseconds else "0ms"
    if milliseconds < 999.5:
        return f"{milliseconds:.0f}ms"
    seconds = milliseconds / 1000
    if seconds < 59.95:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"


def count_words(count: int | None) -> str:
    """`412`, `3.1k`, `41k`, `2.3M`; empty where it was not recorded."""
    if count is None:
        return ""
    if count < 1000:
        return str(count)
    for limit, divisor, letter in ((999_500, 1e3, "k"), (999_500_000, 1e6, "M")):
        if count < limit:
            short = count / divisor
            return f"{short:.1f}{letter}" if short < 9.95 else f"{short:.0f}{letter}"
    return f"{count / 1e9:.1f}G"


def cost_words(usd: float | None) -> str:
    """`$0.37`, with four decimals below a cent; empty where it was not recorded."""
    if usd is None or not isfinite(usd):
        return ""
    return f"${usd:.4f}" if 0 < usd < 0.01 else f"${usd:,.2f}"


def token_words(count: int) -> str:
    """`1 token`, `3.1k tokens`."""
    return f"{count_words(count)} token{'' if count == 1 else 's'}"


def plural(count: int, noun: str, nouns: str = "") -> str:
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"
