"""What a person asked for and cannot have. The only exceptions that replaydbg raises on purpose.

    ReplaydbgError
    ├── UsageProblem        exit 2   a wrong word, a wrong place, a combination that makes no sense
    │   └── Unwritten       exit 74  the disk would not take a file that was named
    ├── UnreadableInput     exit 3   no such file, not JSON, empty, binary, a format nobody knows
    │   └── CutShort                 its writer took away what was being read
    ├── ReplayProblem       exit 4   the replay could not be done as asked
    └── NotSaved            exit 4   the session file could not be written: nothing of what was done is lost yet

Each carries one sentence, a hint that says what would help, and the exit code. Caught once in `cli/`, once in
`tui/app`. Odd data is a `Notice`, a misbehaving agent a `Finding`, a refusing world a `Failed`: none of them is here.
"""

from __future__ import annotations

import errno

EXIT_CLEAN = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_UNREADABLE = 3
EXIT_REPLAY = 4
EXIT_UNWRITTEN = 74
"""EX_IOERR of sysexits.h: what was to be written could not be, so that nobody takes half of it for all."""
EXIT_INTERRUPTED = 130

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What an `OSError` says where the disk takes no more."""


class ReplaydbgError(Exception):
    exit_code = EXIT_USAGE

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageProblem(ReplaydbgError):
    exit_code = EXIT_USAGE


class Unwritten(UsageProblem):
    """The place is right, and there is no room; what stood there before is untouched."""

    exit_code = EXIT_UNWRITTEN


class UnreadableInput(ReplaydbgError):
    exit_code = EXIT_UNREADABLE


class CutShort(UnreadableInput):
    """A mapped file lost bytes while it was open: whatever was made of it since is void."""


class ReplayProblem(ReplaydbgError):
    exit_code = EXIT_REPLAY


class NotSaved(ReplaydbgError):
    """The disk would not take it. What was saved before is untouched; what was not is still in memory."""

    exit_code = EXIT_REPLAY
