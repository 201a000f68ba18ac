"""What texts must hold that a regular expression finds: its letters, as far as they are easy to tell."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\(?:x..|u....|U.{8}|N\{[^}]*\}|[0-9]{1,3}|.)", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?(?:\[:\^?\w+:\]|[^\]])*\]")
_OPTIONAL = re.compile(r".(?:[?*]|\{[^}]*\})", re.DOTALL)
_MAYBE_ABSENT = re.compile(r"\(\?|\)[?*{]|\{(?!\d*,?\d*\})[^}\"]*\}")
"""The last ones are properties and what may be amiss: `\\p{L}`, `{e<=1}`."""
_GAP = "\n"
"""In the place of what may be any character."""


def literals(pattern: str) -> list[tuple[str, ...]]:
    """For each alternative the runs of letters that it needs; one without any may be in every text."""
    text = _CLASS.sub(_GAP, _ESCAPE.sub(_GAP, pattern))
    if _MAYBE_ABSENT.search(text) or ("|" in text and "(" in text):
        return [()]
    text = re.sub(r"[.^$+()]", _GAP, _OPTIONAL.sub(_GAP, text))
    return [tuple(filter(None, each.split(_GAP))) for each in text.split("|")]
