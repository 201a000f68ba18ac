"""What arguments and results say, apart from chance: spelling, times, made-up ids; and whether a result says anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

import orjson

from replaydbg.core.digest import canonical
from replaydbg.core.message import Json

MADE_UP = re.compile(
    r"(?<![0-9a-z])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?![0-9a-z])",
    re.IGNORECASE,
)
"""UUIDs and hex digests. In arguments only these are masked, and only if nobody told them to the agent."""

_MADE_UP_CHARS_MIN = 32
_IDS = re.compile(r"[0-9a-fA-F-]{32,}")
"""All of them are in what this finds, which is ten times as fast."""
_IN_MADE_UP = bytes(
    ord("h") if chr(byte) in "0123456789abcdefABCDEF" else ord("-") if byte == ord("-") else ord(" ")
    for byte in range(256)
)
_DIGEST_SHAPE, _UUID_SHAPE = b"h" * 32, b"-".join(b"h" * count for count in (8, 4, 4, 4, 12))

_VOLATILE = re.compile(
    r"""\d(?<![0-9a-zA-Z]\d)(?:
        \d{3}-\d\d-\d\d[tT\ ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\ ?[zZ]|[+-]\d\d:?\d\d)?  # a time of day
      | (?<=1)[6-9]\d{8}(?:\.\d+|\d{3}|\d{9})?                                               # Unix time, 2020 to 2033
      | (?<=0)x[0-9a-fA-F]{6,}                                                                # an address
      | \d*(?:\.\d+)?\ ?(?:ns|µs|us|ms) | \d*\.\d+\ ?(?:s|secs?|seconds?)                    # how long it took
    )(?![0-9a-zA-Z])""",
    re.VERBOSE,
)
"""What differs between two results that say the same. Days and whole seconds stay: they are usually content.

Begins with a plain digit and looks back only then: that is ten times as fast on long results.
"""

_SO_LONG = rb"(?:\d+(?:\.\d+)? ?(?:h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?)\b ?){1,3}"
_PASSING = re.compile(
    rb"\b(?:age|after|elapsed|for|running|since|up|uptime|waited|waiting)\W{1,3}" + _SO_LONG
    + rb"|" + _SO_LONG + rb"(?:ago|elapsed|passed|so far)\b"
    rb'|"(?:age|elapsed|now|timestamp|uptime|waited)(?:_\w+)?": ?"?\d+(?:\.\d+)?"?'
    rb"|\b\d{1,2}:\d\d:\d\d\b",
    re.IGNORECASE,
)  # fmt: skip
"""A clock, and how long something goes on already. Content in many a result, but for one that says nothing else for long."""

_PLAIN = re.compile(r"[^\d/]{0,47}(?:/(?!tmp/|var/folders/)[^\d/]{0,31}){0,2}[^\d/a-fA-F-]")
"""No made-up id goes on behind it; what else is masked begins with a digit or is such a path."""

_SPACES = bytes(ord(" ") if byte in b" \t\n\r\v\f" else byte for byte in range(256))
_SHAPE = bytes(
    0
    if byte in {0xD9, 0xDB, 0xDF, 0xE0, 0xE1, 0xEA, 0xEF, 0xF0}
    else ord("0")
    if chr(byte).isdecimal()
    else byte
    for byte in range(256)
)
"""Digits as 0; as NUL the bytes that digits of other scripts begin with in UTF-8."""
_VOLATILE_SHAPE = re.compile(rb"0(?:0:00|0{9}|x|\ ?(?:[num]|\xc2\xb5)s)")
"""This is in all that `_VOLATILE` finds, but for seconds with a fraction."""
_SECONDS = re.compile(rb"\.0+ ?s")

_KNOWN_BYTES_MAX = 1024
"""Longer arguments are not kept beside what is made of them."""

_NOT_IN_GIST = b" \t\n\r\v\f\\nrtNRT0123456789.+-~abcdefABCDEF"
_GIST_OF_BYTES, _GIST_BYTES = 512, 192
_IN_SMALL_LETTERS = bytes(range(256)).lower()

_NOT_IN_OUTLINE = _NOT_IN_GIST + b":,~xzXZmnosuMNOSU" + bytes(range(0x80, 0x100))
"""And all else that times and durations are written with; the digits of other scripts, too."""
_OUTLINED_BYTES, _OUTLINE_BYTES = 512, 64

_TEMPORARY = re.compile(r"(?:/var/folders|/tmp)/[\w./-]+")
_MAY_BE_TEMPORARY = re.compile(rb"/(?:tmp|var/folders)/")
_WHOLE_FLOAT = re.compile(rb"\.0(?![0-9])")
_AS_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME

_WITHOUT_FLOATS = frozenset({str, int, bool, type(None)})
_NOTHING_CHARS_MAX = 200
_COMPLAINTS = frozenset({"errors", "issues", "problems", "violations", "warnings"})
"""Lists that are empty where all is well."""
_NOTHING = re.compile(
    r"(?:null|none|nothing|n/a|empty|0 results?|(?:no|0) (?:\w+ ){0,3}(?:found|available|left)"
    r"|(?:no|0) (?:more |matching )?(?:results?|match(?:es)?|items?|data|records?|rows?|entries|hits?)(?: [^,;]{0,60})?"
    r"|(?:\w+ ){0,3}not found)?[.!]?",
    re.IGNORECASE,
)


def canonical_text(value: Json) -> str:
    """The value as text in which keys are sorted, numbers have one spelling, and ASCII white space is single."""
    text = as_text(value)
    if not isinstance(value, str):
        for escaped in ("\\n", "\\r", "\\t"):
            text = text.replace(escaped, " ")
    # As bytes, so that white space is here what it is in `canonical_bytes`: text splits at a no-break space, too.
    return b" ".join(text.encode("utf-8", "surrogatepass").split()).decode("utf-8", "surrogatepass")


def canonical_bytes(value: Json) -> bytes:
    """`canonical_text` in UTF-8, the quick way where there is one: this is done for every call of a run."""
    if isinstance(value, str):
        return _single_spaced(value.encode("utf-8", "surrogatepass"))
    try:
        made = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # lone surrogates, integers beyond 64 bits, keys that are no text
        plain = None
    else:
        if len(made) > _KNOWN_BYTES_MAX:
            plain = _plain.__wrapped__(made)
        else:
            plain = _plain(bytes(memoryview(made)))  # as it was made it holds ten times as much memory
    return canonical_text(value).encode("utf-8", "surrogatepass") if plain is None else plain


@lru_cache(maxsize=2048)
def _plain(made: bytes) -> bytes | None:
    """JSON with one space for each run of white space; None where a number is to be spelled in another way.

    What this is asked of it has mostly been asked of before: calls that may be the same again.
    """
    if b".0" in made and _WHOLE_FLOAT.search(made) is not None:
        return None
    if b"\\" in made:
        made = made.replace(b"\\n", b" ").replace(b"\\r", b" ").replace(b"\\t", b" ")
    return b" ".join(made.split()) if b"  " in made else made.strip()


def _single_spaced(text: bytes) -> bytes:
    """Words with one space between them: most text is so already, and is not taken apart."""
    plain = text.translate(_SPACES)
    return b" ".join(plain.split()) if b"  " in plain else plain.strip()


def exact(value: Json) -> bytes:
    """`core.digest.canonical` in UTF-8, the quick way where both write the same."""
    if not _holds_float(value):
        try:
            return orjson.dumps(value, option=_AS_CANONICAL)
        except TypeError:  # lone surrogates, integers beyond 64 bits, keys that are no text
            pass
    return canonical(value).encode("utf-8", "surrogatepass")


def _holds_float(value: Json) -> bool:
    """Whether there is a number that orjson writes in its own way."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [item for item in one.values() if type(item) not in _WITHOUT_FLOATS]
        elif isinstance(one, (list, tuple)):
            waiting += [item for item in one if type(item) not in _WITHOUT_FLOATS]
        elif isinstance(one, float):
            return True
    return False


def as_text(value: Json) -> str:
    return value if isinstance(value, str) else canonical(value)


def roughly(text: bytes) -> bytes:
    """Without its numbers, in small letters."""
    return text.translate(_IN_SMALL_LETTERS, b"0123456789.")


def gist(value: Json) -> bytes:
    """The first letters of a value: equal for two of which `roughly` the `canonical_bytes` are, made-up ids masked or not.

    White space, escapes of it, and all that numbers and ids are written with is left out, which takes a fifth of the time.
    """
    return gist_of(plainly(value))


def gist_of(text: bytes) -> bytes:
    """See `gist`, of what was written `plainly`."""
    letters = text[:_GIST_OF_BYTES].translate(_IN_SMALL_LETTERS, _NOT_IN_GIST)
    if len(letters) < _GIST_BYTES and len(text) > _GIST_OF_BYTES:
        letters = text.translate(_IN_SMALL_LETTERS, _NOT_IN_GIST)
    return letters[:_GIST_BYTES]


def plainly(value: Json) -> bytes:
    """The value in some spelling that is the same each time; equal values may be spelled in several ways (1 and 1.0)."""
    try:
        return value.encode() if isinstance(value, str) else orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (TypeError, UnicodeEncodeError):  # as in `canonical_bytes`
        return canonical_bytes(value)


def outline(text: str) -> bytes:
    """A few letters of a text: equal for two of which `masked_bytes` of the `canonical_bytes` are. Quick."""
    plain = text.encode("utf-8", "surrogatepass")
    if _MAY_BE_TEMPORARY.search(plain):
        plain = masked_bytes(canonical_bytes(text))
    letters = plain[:_OUTLINED_BYTES].translate(_IN_SMALL_LETTERS, _NOT_IN_OUTLINE)
    if len(letters) < _OUTLINE_BYTES < len(plain):
        letters = plain.translate(_IN_SMALL_LETTERS, _NOT_IN_OUTLINE)
    return letters[:_OUTLINE_BYTES]


def masked(text: str) -> str:
    """Without times, durations, made-up ids, addresses and temporary names."""
    if has_long_word(text):
        text = with_ids_replaced(text, lambda _: "~")
    if "/tmp/" in text or "/var/folders/" in text:  # noqa: S108 - looked for, not written to
        text = _TEMPORARY.sub("~", text)
    return _VOLATILE.sub("~", text)


def masked_bytes(text: bytes) -> bytes:
    """`masked` of text in UTF-8, looked through only where a glance finds that it may hold any of these."""
    if has_long_word(text) or _MAY_BE_TEMPORARY.search(text) or _may_be_volatile(text):
        return masked(text.decode("utf-8", "surrogatepass")).encode("utf-8", "surrogatepass")
    return text


def plain_beginning(text: str) -> bytes:
    """How `masked_bytes` of its `canonical_bytes` begins, as far as nothing in it can be masked: a few letters, quick."""
    plain = _PLAIN.match(text)
    begins = b"" if plain is None else _single_spaced(plain[0].encode("utf-8", "surrogatepass"))
    return b"" if has_long_word(begins) else begins


def without_clocks(text: bytes) -> bytes:
    """Without what is new in each answer when nothing is: the time, and how long it took so far."""
    return _PASSING.sub(b"~", masked_bytes(text))


def _may_be_volatile(text: bytes) -> bool:
    """Whether there is something like a time, an address or how long it took: `_VOLATILE` takes ten times as long."""
    shape = text.translate(_SHAPE)
    if b"0" not in shape:
        return b"\0" in shape
    return (
        b"\0" in shape
        or _VOLATILE_SHAPE.search(shape) is not None
        or (b".0" in shape and _SECONDS.search(shape) is not None)
    )


def has_long_word(text: str | bytes) -> bool:
    """Whether the text can hold a made-up id at all: most cannot, and looking for one is slow."""
    if len(text) < _MADE_UP_CHARS_MIN:
        return False
    plain = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    shape = plain.translate(_IN_MADE_UP)
    return _DIGEST_SHAPE in shape or _UUID_SHAPE in shape


def made_up_ids(text: str) -> list[str]:
    if not has_long_word(text):
        return []
    return [found[0].lower() for ids in _IDS.finditer(text) for found in _made_up_in(ids)]


def with_ids_replaced(text: str, by: Callable[[str], str]) -> str:
    """The text with something else in place of each made-up id."""

    def replaced(ids: re.Match[str]) -> str:
        if not has_long_word(ids[0]):  # a line of dashes
            return ids[0]
        pieces, at = [], ids.start()
        for found in _made_up_in(ids):
            pieces += [text[at : found.start()], by(found[0])]
            at = found.end()
        return "".join([*pieces, text[at : ids.end()]])

    return _IDS.sub(replaced, text)


def _made_up_in(ids: re.Match[str]) -> Iterator[re.Match[str]]:
    """What stands on both sides is looked at, too."""
    return MADE_UP.finditer(ids.string, ids.start(), ids.end() + 1)


def is_nothing(result: Json) -> bool:
    """Whether a result says that there is nothing: empty, null, no results, not found; a list of nothing beside its count."""
    if isinstance(result, str):
        long = len(result) > _NOTHING_CHARS_MAX and not result[0].isspace()
        if long and not result[_NOTHING_CHARS_MAX].isspace():
            return False  # as nearly always, and nothing is copied
        text = result.strip()
        return len(text) <= _NOTHING_CHARS_MAX and _says_nothing(text)
    if isinstance(result, dict):
        if not _COMPLAINTS.isdisjoint(result):
            return False
        if all(not value or is_nothing(value) for value in result.values()):
            return True
        lists = [value for value in result.values() if isinstance(value, (list, dict))]
        return bool(lists) and not any(lists) and all(map(_counts, result.values()))
    return result is None or result in ([], {})


@lru_cache(maxsize=2048)
def _says_nothing(text: str) -> bool:
    """Of a short text: many results are the same few words."""
    if text[:1] not in {"[", "{"}:
        return text == '""' or _NOTHING.fullmatch(text) is not None
    try:
        return is_nothing(orjson.loads(text))
    except orjson.JSONDecodeError:
        return False


def _counts(value: Json) -> bool:
    """Whether the value may stand beside an empty list and say no more than it does."""
    return not value or isinstance(value, (int, float))
