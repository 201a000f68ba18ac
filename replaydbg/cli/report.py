"""Standard error: notices, errors, and the one place where every command's exceptions end."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from replaydbg.errors import EXIT_INTERRUPTED, EXIT_UNWRITTEN, NO_ROOM, ReplaydbgError

if TYPE_CHECKING:  # the way to the screen goes through here, and needs none of it
    from replaydbg.core.finding import Notice

EXIT_BROKEN_PIPE = 141
"""As the shell reports a program that the end of a pipe has stopped: 128 + SIGPIPE."""
EXIT_INTERNAL = 70
"""EX_SOFTWARE of sysexits.h."""

NOTICES_SHOWN_MAX = 5
"""More would push what was asked for off the screen; JSON output has all of them."""


def guarded(command: Callable[[], int], *, reads: bool = True) -> int:
    """Run a command and return its exit code, whatever happens. No traceback ever reaches the screen.

    `reads` is false where no recording is looked at.
    """
    try:
        code = _of_whole_files(command) if reads else command()
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _drop_output()
        return EXIT_BROKEN_PIPE
    except ReplaydbgError as error:
        problem(error)
        return error.exit_code
    except KeyboardInterrupt:
        say("interrupted")
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last door: nothing may pass it
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            _drop_output()
            say(f"what was to be written could not be: {error.strerror}")
            return EXIT_UNWRITTEN
        if isinstance(error, MemoryError):
            say("the memory that this process may have does not suffice (see `ulimit -v`)")
            return EXIT_INTERNAL
        _internal(error)
        return EXIT_INTERNAL


def _of_whole_files(command: Callable[[], int]) -> int:
    from replaydbg.drivers import mapped

    with mapped.whole():
        return command()


def _drop_output() -> None:
    """Python would complain once more when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(sentence: str) -> None:
    """One line of talk."""
    clear()
    with suppress(OSError, ValueError):
        sys.stderr.write(f"replaydbg: {sentence}\n")
        sys.stderr.flush()


def clear() -> None:
    """Away with what `progress` wrote, before something else is written on the same terminal."""
    with suppress(OSError, ValueError):
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def progress(done: int, of: int) -> None:
    """One line that is written over, on a terminal only."""
    with suppress(OSError, ValueError):
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{done} of {of} file{'s' * (of > 1)}" if done < of else "\r\x1b[K")
            sys.stderr.flush()


def problem(error: ReplaydbgError) -> None:
    from replaydbg.views.text import printable

    say(printable(error.message))
    if error.hint:
        with suppress(OSError, ValueError):
            sys.stderr.write(f"  {printable(error.hint)}\n")


def notices(told: Sequence[Notice], of: str = "") -> None:
    """What readers had to bend, the first few; `of` is the file, where there are several."""
    from replaydbg.views.text import plural, printable

    file = f"{printable(of)}: " if of else ""
    for notice in told[:NOTICES_SHOWN_MAX]:
        say(f"note: {file}{printable(notice.sentence)}")
    if len(told) > NOTICES_SHOWN_MAX:
        more = plural(len(told) - NOTICES_SHOWN_MAX, "more notice")
        say(f"note: {file}and {more}; `check --output json` lists all")


def _internal(error: Exception) -> None:
    import traceback

    from replaydbg.views.text import printable

    what = printable(f"{type(error).__name__}: {error}".split("\n", 1)[0])
    place = _saved("".join(traceback.format_exception(error)))
    where = f"the traceback is in {place}" if place else "the traceback could not be saved"
    say(f"this is a fault of replaydbg, not of your trace ({what}); {where}")


def _saved(text: str) -> str:
    """Keep the traceback in a private file: it may quote the trace. Returns its path, "" where no disk takes it."""
    import tempfile

    try:
        handle, path = tempfile.mkstemp(prefix="replaydbg-fault-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        return ""
    return path
