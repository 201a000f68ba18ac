"""The terminal: whether there is one, and that it is left as it was found, whatever happens on the screen in between."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_AS_FOUND = (
    "\x1b[?1049l"  # out of the alternate screen
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l"  # no mouse reports
    "\x1b[?2004l\x1b[?1004l\x1b[<u"  # no bracketed paste, no focus reports, plain keys
    "\x1b[?25h\x1b[0m"  # cursor seen, no colour
)


def is_terminal(stream: object) -> bool:
    """Whether the stream is a terminal that can do more than print lines."""
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty()) and os.environ.get("TERM", "dumb") not in ("dumb", "")


@contextmanager
def kept() -> Iterator[None]:
    """Put the terminal back when the screen was left by an exception; a screen that ended well has done so itself."""
    import termios

    descriptor = sys.stdin.fileno()
    found = termios.tcgetattr(descriptor)
    try:
        yield
    except BaseException:
        with suppress(OSError, termios.error):
            termios.tcsetattr(descriptor, termios.TCSADRAIN, found)
            os.write(sys.stderr.fileno(), _AS_FOUND.encode())
        raise
