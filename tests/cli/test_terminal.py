"""The terminal is put back when the screen was left by an exception."""

from __future__ import annotations

import os
import pty
import sys
import termios
import tty

import pytest

from replaydbg.cli import terminal


def test_modes_and_screen_are_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    outer, inner = pty.openpty()
    stream = os.fdopen(inner, "w", closefd=False)
    monkeypatch.setattr(sys, "stdin", stream)
    monkeypatch.setattr(sys, "stderr", stream)
    before = termios.tcgetattr(inner)

    def fail() -> None:
        tty.setraw(inner)
        raise RuntimeError

    with pytest.raises(RuntimeError), terminal.kept():
        fail()
    assert termios.tcgetattr(inner) == before
    os.set_blocking(outer, False)
    assert b"\x1b[?1049l" in os.read(outer, 1000)
    stream.close()
    os.close(outer)
    os.close(inner)


def test_a_screen_that_ended_well_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    outer, inner = pty.openpty()
    stream = os.fdopen(inner, "w", closefd=False)
    monkeypatch.setattr(sys, "stdin", stream)
    with terminal.kept():
        pass

    os.set_blocking(outer, False)
    with pytest.raises(BlockingIOError):
        os.read(outer, 1)
    stream.close()
    os.close(outer)
    os.close(inner)
