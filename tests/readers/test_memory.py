"""Memory that only the reading needed goes back to the system."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from replaydbg.readers._memory import give_back

_FREED = """
from replaydbg.readers._memory import give_back
def held():
    return next(int(line.split()[1]) << 10 for line in open("/proc/self/status") if line.startswith("RssAnon"))
pieces = [bytearray(b"x" * 60_000) for _ in range(2_000)]
stays = pieces.pop()
del pieces[:]
print(held())
give_back(1 << 20)
print(held())
give_back(1 << 30)
print(held())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="what a process holds is read from /proc")
def test_what_lies_below_what_stays_goes_back() -> None:
    if not hasattr(ctypes.CDLL(None), "malloc_trim"):
        pytest.skip("this C library has no malloc_trim")
    said = subprocess.run([sys.executable, "-c", _FREED], check=True, capture_output=True, text=True).stdout
    freed, after_a_small_file, after_a_large_one = map(int, said.split())
    assert after_a_small_file > freed - 10_000_000
    assert after_a_large_one < freed - 50_000_000


def test_where_the_library_cannot_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    give_back(1 << 30)
