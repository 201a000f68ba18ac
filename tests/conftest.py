"""Settings of the test run."""

from __future__ import annotations

import os
import signal
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

from replaydbg.drivers import mapped

# Machines that test are busy: an example that takes longer than usual is no mistake. The same examples each time, so
# that a change is judged by what it changed; `REPLAYDBG_EXPLORE=1 pytest` draws others and finds what nobody saw yet.
settings.register_profile("patient", deadline=None, derandomize=not os.environ.get("REPLAYDBG_EXPLORE"))
settings.load_profile("patient")

# What a person has done before (sessions without a place of their own, hints) is no part of a test.
_STATE = TemporaryDirectory(prefix="replaydbg-state-")
os.environ["XDG_STATE_HOME"] = _STATE.name

# Nor are the colours of the terminal that the tests were started in.
os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")

# What a shell starts in the background does not hear of Ctrl+C, nor does what it starts: tests end programs by it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _no_file_was_lost() -> None:
    """A file that one test cut short is no concern of the next."""
    mapped.lost.clear()
