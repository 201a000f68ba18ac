"""Secrets in text, by the detectors of `detect-secrets` wherever `re2` sees that they may find something: the only file that
imports these two, where they are installed.

Detectors of one vendor's key each; those that guess by entropy or by a word like `password` are left out, since traces
are full of both. Keys that came up after the last version of the library, and that agents have at hand, are detectors of
our own in its manner. Detectors are asked for matches only: none of them is let check a secret with its vendor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
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

_LOOKS = (
    r"A(?:3T[A-Z0-9]|BIA|CCA|KIA|SIA)[0-9A-Z]{16}",
    r"AccountKey=",
    r"://[^\s:/@]+:[^\s:/@]+@",
    r"\.[\w\x80-\xff-]{6,}\.[\w\x80-\xff-]{27}",  # how a token of Discord ends
    r"gh[pousr]_\w{36}",
    r"github_pat_[0-9A-Za-z]{22}_",
    r"gl(?:pat|dt|ft|soat|rt|cbt|imt|ptt|agent|oas)-[\w-]{20}",
    r"GR1348941",
    r"eyJ[\w=-]+\.[\w=-]",
    r"[0-9a-z]{32}-us[0-9]",
    r":_authToken=",
    r"T3BlbkFJ",
    r"PRIVATE KEY",
    r"PuTTY-User-Key-File-2",
    r"pypi-Ag",
    r"SG\.[\w-]{22}\.",
    r"xox",
    r"XOX",
    r"hooks\.slack",
    r"sq0csp-",
    r"k_live_[0-9A-Za-z]{24}",
    r"[0-9\x80-\xff]{8}:[\w-]{35}",  # digits of any script
    r"AC[a-z0-9]{32}",
    r"SK[a-z0-9]{32}",
    r"sk-ant-[a-z]",
    r"AIza[\w-]{35}",
    r"hf_[A-Za-z]{34}",
    r"(?i:aws|aw\xc5\xbf)[^\n]*['\"][^'\"\n]{40,}['\"]",  # where case is ignored the long s is one, too
    r"(?i:access_?key)\W{1,16}[A-Za-z0-9/+]{40}",
)
"""What keys look like in UTF-8, one of these or more for each pattern of the detectors."""

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
    """Whether the extra `secrets` is installed. The detectors are imported only when there is something to look at: a quarter
    of a second.
    """
    return all(map(find_spec, ("detect_secrets", "re2")))


def may_be_in(text: str) -> bool:
    """Whether the detectors may find something in the text: of most a glance tells that they do not."""
    return _glance()(text.encode("utf-8", "surrogatepass")) is not None


@cache
def _glance() -> Callable[[bytes], object]:
    """What finds any of `_LOOKS` in one pass, in a nanosecond and a half a byte; `re` takes twenty times as long."""
    import re2  # type: ignore[import-untyped]  # noqa: PLC0415 - where a run says anything

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1  # bytes as they are
    options.never_capture = True
    search: Callable[[bytes], object] = re2.compile("|".join(_LOOKS).encode("ascii"), options).search
    return search


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
