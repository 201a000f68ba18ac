"""Secrets in text, by the detectors of `detect-secrets`: the only file that imports it, where it is installed.

Detectors of one vendor's key each; those that guess by entropy or by a word like `password` are left out, since traces
are full of both. Keys that came up after the last version of the library, and that agents have at hand, are detectors of
our own in its manner. Detectors are asked for matches only: none of them is let check a secret with its vendor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from typing import Any, NamedTuple

from replaydbg.wire.arguments import is_placeholder

_KINDS = (
    "AWS Access Key", "Azure Storage Account access key", "Basic Auth Credentials", "Discord Bot Token", "GitHub Token",
    "GitLab Token", "JSON Web Token", "Mailchimp Access Key", "NPM tokens", "OpenAI Token", "Private Key", "PyPI Token",
    "SendGrid API Key", "Slack Token", "Square OAuth Secret", "Stripe Access Key", "Telegram Bot Token", "Twilio API Key",
)  # fmt: skip
_NEEDED: dict[str, tuple[str, ...] | re.Pattern[str]] = {
    "AWS Access Key": re.compile(r"A(?:3T|BIA|CCA|KIA|SIA)|[aA][wW][sS\u017f]"),
    "AWS Secret Key": re.compile(r"[cC][cC][eE][sS][sS]"),
    "Azure Storage Account access key": ("AccountKey",),
    "GitHub Token": ("gh",),
    "GitLab Token": ("gl", "GR1348941"),
    "Discord Bot Token": re.compile(r"\.[\w-]{6}\.[\w-]{27}"),
    "Mailchimp Access Key": re.compile(r"-us[0-9](?<=[0-9a-z]{32}-us[0-9])"),
    "NPM tokens": ("_authToken",),
    "OpenAI Token": ("T3BlbkFJ",),
    "Private Key": ("PRIVATE KEY", "PuTTY"),
    "Slack Token": ("xox", "XOX", "hooks.slack"),
    "Square OAuth Secret": ("sq0csp-",),
    "Stripe Access Key": ("k_live_",),
    "Telegram Bot Token": re.compile(r":(?<=\d{8}:)[\w-]{35}"),
}
"""What every key of the kind holds: text without it need not be looked through by patterns, which is ten times as slow."""
GOOGLE = "Google API Key"
_YOUNGER = {
    "Anthropic API Key": r"sk-ant-[a-z]{3,10}\d\d-[A-Za-z0-9_-]{60,}",
    "AWS Secret Key": r"(?i:secret_?access_?key)\W{1,4}(?P<key>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
    "GitHub Token of finer grain": r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
    GOOGLE: r"AIza[A-Za-z0-9_-]{35}",
    "Hugging Face Token": r"hf_[A-Za-z]{34}",
    "OpenAI Key of a project": r"sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,}",
}
"""What vendors say that their keys look like."""
BASIC_AUTH = "Basic Auth Credentials"
_PRIVATE_KEY = "Private Key"
_BODY = re.compile(r"[\s\S]{0,120}?[A-Za-z0-9+/]{40}")
"""What follows the first line of a key; code that looks for that line has none."""
_STAND_INS = frozenset(
    {
        "changeme",
        "example",
        "pass",
        "passw0rd",
        "passwd",
        "password",
        "pwd",
        "secret",
        "token",
        "yourpassword",
    }
)
_CHARS_OF_STAND_INS_MAX = 8
"""Different characters of `ghp_xxxx` and `sk_live_0000`, the kind in front included; real keys have twice as many."""

_BASIC_AUTH = re.compile(rb"://[^\s:/@]+:[^\s:/@]+@")
_BY_RARE_LETTER: tuple[tuple[bytes, int, re.Pattern[bytes] | None], ...] = (
    (b"eyJ", 2, re.compile(rb"eyJ[\w=-]+\.[\w=-]")),
    (b"PRIVATE KEY", 8, None),
    (b"XOX", 0, None),
    (b"AccountKey=", 7, None),
)
"""Each with the place of its rarest letter: looking for that one takes a fifth of the time that `in` takes."""
_BY_PIECE = (b":_authToken=", b"hooks.slack")
_XOX = re.compile(rb"xox")
"""`in` takes ten times as long where an x is frequent."""
_BY_PIECE_OF_TOKEN = (
    b"PuTTY-User-Key-File-2", b"GR1348941", b"T3BlbkFJ", b"pypi-Ag", b"k_live_", b"sk-ant-", b"github_pat_", b"AIza", b"sq0csp-",
)  # fmt: skip
_WITH_LONG_TOKEN = tuple(
    re.compile(pattern)
    for pattern in (
        rb"A(?:3T[A-Z0-9]|BIA|CCA|KIA|SIA)[0-9A-Z]{16}",
        rb"gh[pousr]_\w{36}",
        rb"gl(?:pat|dt|ft|soat|rt|cbt|imt|ptt|agent|oas)-",
        rb"-us[0-9](?<=[0-9a-z]{32}-us[0-9])",
        rb"hf_[A-Za-z]{34}",
        rb"SG\.[\w-]{22}\.",
        rb":(?<=[0-9\x80-\xff]{8}:)[\w-]{35}",  # digits of any script
        rb"AC[a-z0-9]{32}",
        rb"SK[a-z0-9]{32}",
    )
)
"""Each begins with letters that are always the same: others take ten times as long."""
_DISCORD_END = re.compile(rb"\.[\w\x80-\xff-]{6,}\.[\w\x80-\xff-]{27}")
_DISCORD = re.compile(rb"[MNO][\w\x80-\xff-]{23,}" + _DISCORD_END.pattern)
"""Digits of any script."""
_AWS = (b"aws", "aw\u017f".encode())
"""In small letters: for patterns that ignore case the long s is one, too."""
_ACCESS_KEY = (b"access_key", b"accesskey")
_SECRET_KEY = re.compile(rb"access_?key\W{1,16}[A-Za-z0-9/+]{40}", re.IGNORECASE)
_AWS_SECRET = re.compile(rb"(?i:aws|aw\xc5\xbf)[^\n]{0,200}?['\"][^'\"\n]{40,120}['\"]")
"""What keys look like in UTF-8, one of these for each pattern of the detectors; see `may_be_in`."""

_TOKEN = bytes(ord("w") if re.match(rb"[\w\\\x80-\xff-]", bytes([byte])) else ord(" ") for byte in range(256))
"""With the backslash, which keys of Square may have."""
_LONG_TOKEN = b"w" * 20
_BEFORE_TOKEN, _AFTER_TOKEN = 12, 160
"""What else a key may have: `SG.` or eight digits and a colon in front; behind it, in a token of Discord, a dot with 6 letters and one with 27, of at
most four bytes each."""

_IN_KEYS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+")
_KEY = bytes(ord("w") if byte in _IN_KEYS or byte >= 0x80 else ord(" ") for byte in range(256))
_LONG_KEY = b"w" * 40
"""In all that is told from its name only: a secret of Amazon. Letters beyond ASCII can be equal to some of its."""

_SHOWN_CHARS = 4


class Secret(NamedTuple):
    kind: str
    value: str


@cache
def _detectors() -> tuple[Any, ...]:
    try:
        from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class  # noqa: PLC0415
        from detect_secrets.plugins.base import RegexBasedDetector  # noqa: PLC0415
    except ImportError:
        return ()
    known: dict[str, Any] = get_mapping_from_secret_type_to_class()
    younger = {
        kind: type(
            kind, (RegexBasedDetector,), {"secret_type": kind, "denylist": [re.compile(pattern, re.ASCII)]}
        )
        for kind, pattern in _YOUNGER.items()
    }
    return tuple((known | younger)[kind]() for kind in (*_KINDS, *_YOUNGER) if kind in known | younger)


@cache
def can_be_found() -> bool:
    """Whether the extra `secrets` is installed. It is imported only when there is something to look at: a quarter of a second."""
    return find_spec("detect_secrets") is not None


def may_be_in(text: str) -> bool:
    """Whether the detectors may find something in the text: of most a glance tells that they do not."""
    data = text.encode("utf-8", "surrogatepass")
    if b"@" in data and _BASIC_AUTH.search(data):
        return True
    if any(_stands_in(data, *one) for one in _BY_RARE_LETTER) or any(piece in data for piece in _BY_PIECE):
        return True
    if _XOX.search(data):
        return True
    around = _around_long_tokens(data)
    if around and (
        any(piece in around for piece in _BY_PIECE_OF_TOKEN)
        or any(looks.search(around) for looks in _WITH_LONG_TOKEN)
        or (_DISCORD_END.search(around) and _DISCORD.search(around))
    ):
        return True
    if _LONG_KEY not in data.translate(_KEY):
        return False
    lowered = data.lower()
    if any(piece in lowered for piece in _AWS) and _AWS_SECRET.search(data):
        return True
    return any(piece in lowered for piece in _ACCESS_KEY) and _SECRET_KEY.search(data) is not None


def _stands_in(data: bytes, piece: bytes, rare: int, looks: re.Pattern[bytes] | None) -> bool:
    letter = piece[rare : rare + 1]
    at = data.find(letter)
    while at >= 0:
        if data.startswith(piece, at - rare) and (looks is None or looks.match(data, at - rare)):
            return True
        at = data.find(letter, at + 1)
    return False


def _around_long_tokens(data: bytes) -> bytes:
    """The long tokens of a text, each with what stands around it: nearly every text has some, of few letters in all."""
    shape, found, at = data.translate(_TOKEN), [], 0
    while (at := shape.find(_LONG_TOKEN, at)) >= 0:
        start, end = shape.rfind(b" ", 0, at) + 1, shape.find(b" ", at)
        end = len(data) if end < 0 else end
        found.append(data[max(start - _BEFORE_TOKEN, 0) : end + _AFTER_TOKEN])
        at = end
    return b"\n".join(found)


def _detectors_for(text: str) -> Iterator[Any]:
    for detector in _detectors():
        needed = _NEEDED.get(detector.secret_type)
        if isinstance(needed, re.Pattern):
            if needed.search(text) is not None:
                yield detector
        elif needed is None or any(one in text for one in needed):
            yield detector


def secrets_in(text: str) -> Iterator[Secret]:
    """Each secret of the text, as often as it stands there."""
    for detector in _detectors_for(text):
        hits = set(detector.analyze_string(text))
        if not hits:
            continue
        for pattern in detector.denylist:
            for match in pattern.finditer(
                text
            ):  # a hit may be a group of the pattern: `ghp` of the whole token
                if hits & {match[0], *match.groups()} and _stands_alone(match, text):
                    kind = detector.secret_type
                    value = match[1] if kind == BASIC_AUTH or "key" in pattern.groupindex else match[0]
                    if kind == _PRIVATE_KEY and "PRIVATE KEY" in value:
                        real = _BODY.match(text, match.end()) is not None
                    else:
                        real = not _is_stand_in(kind, value)
                    if real:
                        yield Secret(kind, value)


def _is_stand_in(kind: str, value: str) -> bool:
    """Whether it is what documents and templates write in place of a secret."""
    from detect_secrets.filters import heuristic  # noqa: PLC0415 - as the detectors

    if is_placeholder(value) or "EXAMPLE" in value or value.lower().replace("_", "") in _STAND_INS:
        return True
    if kind == BASIC_AUTH:
        templated = heuristic.is_templated_secret(value) or heuristic.is_prefixed_with_dollar_sign(value)
        return bool(templated or heuristic.is_not_alphanumeric_string(value))
    return len(set(value)) <= _CHARS_OF_STAND_INS_MAX


def _stands_alone(match: re.Match[str], text: str) -> bool:
    """Whether it is a word of its own: base64 data holds the beginning of any key somewhere."""
    before, after = text[max(match.start() - 1, 0) : match.start()], text[match.end() : match.end() + 1]
    runs_on = (before.isalnum() and match[0][:1].isalnum()) or (after.isalnum() and match[0][-1:].isalnum())
    return not runs_on


def masked(value: str) -> str:
    """Enough to find it again, too little to use it."""
    return f"{value[:_SHOWN_CHARS]}… ({len(value)} characters)"
