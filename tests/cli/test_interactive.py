"""The way to the screen, in a real terminal."""

from __future__ import annotations

import shutil
import sys
import textwrap
from pathlib import Path

import pytest

from tests.support.command_line import run
from tests.support.terminal import ALTERNATE_SCREEN, ROOT, play

INCIDENT = ROOT / "traces" / "support-incident.json"


@pytest.fixture
def trace(tmp_path: Path) -> str:
    """A copy, beside which no session lies."""
    return shutil.copy(str(INCIDENT), str(tmp_path))


def test_open_paints_a_screen_and_q_leaves_it(trace: str) -> None:
    played = play([sys.executable, "-m", "replaydbg", "open", trace], b"q", wait_for=b"lookup_order")

    assert played.code == 0
    assert b"lookup_order" in played.painted
    assert played.painted.rindex(b"\x1b[?1049l") > played.painted.index(ALTERNATE_SCREEN)


def test_a_dumb_terminal_gets_the_listing(trace: str) -> None:
    played = play([sys.executable, "-m", "replaydbg", "open", trace], environ={"TERM": "dumb"})

    assert played.code == 0
    assert ALTERNATE_SCREEN not in played.painted
    assert b"\x1b" not in played.painted
    assert b"lookup_order" in played.painted


def test_a_mistake_of_ours_leaves_the_terminal_whole(tmp_path: Path) -> None:
    script = """
        import sys
        from replaydbg import __main__
        from replaydbg.tui.app import ReplayApp
        def run(self, **_):
            import termios, tty
            tty.setraw(sys.stdin.fileno())
            sys.stderr.write("\\x1b[?1049h\\x1b[?25l\\x1b[?1003h")
            sys.stderr.flush()
            raise RuntimeError("boom")
        ReplayApp.run = run
        sys.argv = ["replaydbg", "open", "traces/support-incident.json"]
        sys.exit(__main__.main())
    """
    played = play([sys.executable, "-c", textwrap.dedent(script)], environ={"TMPDIR": str(tmp_path)})
    after = played.painted.rpartition(ALTERNATE_SCREEN)[2]

    assert played.code == 70
    for sequence in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1003l"):
        assert sequence in after
    assert after.index(b"\x1b[?1049l") < after.index(b"fault of replaydbg")
    assert b"Traceback" not in after
    assert "boom" in next(tmp_path.glob("replaydbg-fault-*")).read_text()


def test_a_trace_that_is_not_there_never_paints_a_screen() -> None:
    played = play([sys.executable, "-m", "replaydbg", "open", "nowhere.json"])

    assert played.code == 3
    assert b"there is no such file" in played.painted


def test_a_trace_of_a_folder_never_paints_a_screen(trace: str) -> None:
    folder = str(Path(trace).parent)
    played = play([sys.executable, "-m", "replaydbg", "open", folder, "--trace", "x"])
    assert played.code == 2
    assert ALTERNATE_SCREEN not in played.painted
    assert b"is a folder" in played.painted


def test_standard_input_is_printed() -> None:
    done = run("open", "-", stdin=INCIDENT.read_bytes())

    assert done.code == 0
    assert "lookup_order" in done.out
