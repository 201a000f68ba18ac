r"""Whether bytes can hold a text that is sought, however it is written in them: a look at memory's speed, before anything
is decoded.

Of the words those parts are sought that are written in one way only: letters, digits, and what stands between them in a
name. A part may still be escaped (`\u00e9`, in texts inside texts `\\u00e9`), or be written with letters that become
others when their case is put aside (`ß` is `ss`): then the answer is that the bytes may hold it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from replaydbg.views.expressions import Expression
from replaydbg.views.literals import literals

if TYPE_CHECKING:
    import regex

BYTES_MAX = 256
"""No part takes more, however it is written."""

_PART_CHARS_MAX = 32
_FORMS_MAX = 16
"""Ways to write the beginning of a part that are looked for one after another."""
_ESCAPE_BYTES = len("u0000")
_CASED_END = 0x1F000
"""Characters from here on have no case."""

_PLAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_ -]*[a-z0-9_])?")
_OTHER = re.compile(r"[^\x00-\x7f]+")
_LIKE_A_NUMBER = re.compile(r"\d*e-?\d*")
_WORDS_OF_PROGRAMS = (
    "null", "true", "false", "nan", "infinity", "truncated", "attribute", "characters", "refusal",
)  # fmt: skip
"""Said of values that are not written so everywhere: what is left out is null, too."""

_ODD_NUMBER = re.compile(rb"\.\d{15}|\.\d+e")
_ZEROS = re.compile(rb'[:,["]\s*-?\d+e')
"""Numbers that may be said with other digits than they are written with; those of more than 64 bits are let be."""


class Needle:
    """Bytes hold it if they hold all parts of one of the alternatives. Without any, nothing is known of bytes."""

    def __init__(self, *alternatives: tuple[str, ...]) -> None:
        found = [[part for words in each for part in _parts(words.casefold())] for each in alternatives]
        self._alternatives = [sorted(parts, key=len, reverse=True) for parts in found] if all(found) else []

    @classmethod
    def of(cls, sought: str | Expression) -> Needle:
        """What a text must hold to say the words, or to be like the pattern, in any case."""
        return cls((sought,)) if isinstance(sought, str) else cls(*literals(sought.source))

    def __bool__(self) -> bool:
        return bool(self._alternatives)

    def may_be_in(self, written: bytes, *, has_escapes: bool = True) -> bool:
        """Where the bytes are known to have no escapes it takes half the time to say no."""
        return any(
            all(part.may_be_in(written, has_escapes) for part in parts) for parts in self._alternatives
        )


def has_escapes(written: bytes) -> bool:
    return _escape().search(written, concurrent=True) is not None


@lru_cache(maxsize=1)
def _escape() -> regex.Pattern[bytes]:
    import regex  # noqa: PLC0415 - a hundredth of a second that the first rows need not wait for

    return regex.compile(rb"\\u")


def _parts(words: str) -> Iterator[_Plain | _Other]:
    for run in _PLAIN.findall(words):
        is_sure = len(run) > 2 and not _LIKE_A_NUMBER.fullmatch(run)
        if is_sure and not any(run in word for word in _WORDS_OF_PROGRAMS):
            yield _Plain(run[:_PART_CHARS_MAX])
    yield from map(_Other, _OTHER.findall(words))


class _Plain:
    """A part of ASCII characters. Other threads go on while it is looked for, and several may look at a time."""

    def __init__(self, run: str) -> None:
        import regex  # noqa: PLC0415 - a hundredth of a second that the first rows need not wait for

        self._run = regex.compile(rb"(?ir)" + re.escape(run).encode())
        self._length = len(run)
        odd = {other for char in run for letters in _letters() for other in letters.get(char, "")}
        self._odd = [(char.encode()[0], char.encode()) for char in odd]
        escaped = {f"{ord(char):04x}" for char in {*run, *run.upper(), *odd, *"\b\f\n\r\t"}}
        self._escaped = re.compile(rb"\\u(?i:%b)" % "|".join(escaped).encode())
        self._is_number, self._ends_in_zero = run.isdecimal(), run.endswith("0")

    def __len__(self) -> int:
        return self._length

    def may_be_in(self, written: bytes, escapes: bool) -> bool:
        if self._run.search(written, concurrent=True):
            return True
        if escapes and has_escapes(written) and self._escaped.search(written):
            return True
        if not written.isascii():
            for first, char in self._odd:  # the first byte is found in no time
                if first in written and _is_in(written, char):
                    return True
        if not self._is_number:
            return False
        low = written.lower()
        return bool(_ODD_NUMBER.search(low) or (self._ends_in_zero and _ZEROS.search(low)))


class _Other:
    """A part of other characters: all the ways in which its beginning may be written."""

    def __init__(self, run: str) -> None:
        same, several = _letters()
        self._forms: list[bytes] = []
        """What is escaped is so without the sign before it: a text inside a text has more of them."""
        self._raw: list[bytes] = []
        """Those without an escape."""
        self._begins: list[bytes] = []
        """How the first of its characters is written."""
        for char in run:
            letters = (char, *same.get(char, ""))
            raw, ways = list(map(str.encode, letters)), [*map(str.encode, letters), *map(_escaped, letters)]
            if char in several or len(self._forms) * len(ways) > _FORMS_MAX:
                if self._forms:
                    break
            else:
                self._begins = self._begins or [
                    *raw,
                    *(b"\\" + way[:_ESCAPE_BYTES] for way in ways[len(raw) :]),
                ]
                self._forms = [form + way for form in self._forms or [b""] for way in ways]
                self._raw = [form + way for form in self._raw or [b""] for way in raw]

    def __len__(self) -> int:
        return 0

    def may_be_in(self, written: bytes, escapes: bool) -> bool:
        if not self._forms:
            return True
        low = written.lower()
        if not escapes or low.rfind(b"\\u") < 0:
            return not low.isascii() and any(_is_in(low, form) for form in self._raw)
        if not any(_is_in(low, begin) for begin in self._begins):
            return False
        low = low.replace(b"\\", b"")
        return any(_is_in(low, form) for form in self._forms)


def _is_in(low: bytes, what: bytes) -> bool:
    """From the end: in long texts that do not hold it, `in` takes twice as long. Single bytes are found in no time."""
    return all(byte in low for byte in what) and low.rfind(what) >= 0


def _escaped(char: str) -> bytes:
    units = char.encode("utf-16-be").hex()
    return "".join(f"u{units[at : at + 4]}" for at in range(0, len(units), 4)).encode()


@lru_cache(maxsize=1)
def _letters() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """For a letter those that become it when their case is put aside, and those that become it with others."""
    same: dict[str, list[str]] = {"i": ["\u0131"]}  # to regular expressions
    several: dict[str, list[str]] = {}
    for char in map(chr, range(0x80, _CASED_END)):
        folded = char.casefold()
        if folded != char:
            for letter in folded:
                (same if len(folded) == 1 else several).setdefault(letter, []).append(char)
    return same, several
