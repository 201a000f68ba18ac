"""Points in time as logs write them: seconds, milliseconds, ISO 8601, to Unix nanoseconds; how long a thing took."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.message import Json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_WITHOUT_ZONE = datetime(1970, 1, 1)  # noqa: DTZ001 - to take from it what has no zone either
_MICROSECOND = timedelta(microseconds=1)
_UNITS = ((1e17, 1), (1e14, 1_000), (1e11, 1_000_000), (1e8, 1_000_000_000))
"""Numbers from this size on are nanoseconds, microseconds, milliseconds, seconds: all of them later than 1973."""


def nanoseconds(value: Json) -> int:
    """Unix nanoseconds; `NOT_RECORDED` for what is no time. ISO text without a zone counts as UTC."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return from_iso(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return NOT_RECORDED
    for least, unit in _UNITS:
        if least <= value < 1e20:
            # A float has no nanoseconds to give at this size; whole seconds and their fraction apart stay exact.
            whole = int(value)
            moment = whole * unit + round((value - whole) * unit)
            return moment if moment < 1 << 62 else NOT_RECORDED
    return NOT_RECORDED


def from_moment(moment: datetime | None) -> int:
    """Unix nanoseconds of a moment that has a zone; `NOT_RECORDED` for none, and for one that no column can hold."""
    if moment is None:
        return NOT_RECORDED
    since = moment - _EPOCH
    total = ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1_000
    return total if 0 <= total < 1 << 62 else NOT_RECORDED


def from_iso(text: str) -> int:
    """Unix nanoseconds of ISO 8601 text; `NOT_RECORDED` for any other."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return NOT_RECORDED
    try:
        since = moment - (_EPOCH_WITHOUT_ZONE if moment.tzinfo is None else _EPOCH)
    except OverflowError:
        return NOT_RECORDED
    total = since // _MICROSECOND * 1_000
    return total if 0 <= total < 1 << 62 else NOT_RECORDED


_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def duration(value: Json) -> int:
    """Nanoseconds that `PT1M48.7S` stands for; `NOT_RECORDED` for what is no duration."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return NOT_RECORDED
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1e9)
