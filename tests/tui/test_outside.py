"""The clipboard and the person's own editor."""

from __future__ import annotations

import stat
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import SuspendNotSupported

from replaydbg.tui import outside


class Terminal:
    """As much of an app as this module asks for."""

    def __init__(self, *, lends: bool = True, is_web: bool = False) -> None:
        self.is_web = is_web
        self.copied: list[str] = []
        self._lends = lends
        self.lent = False

    def copy_to_clipboard(self, text: str) -> None:
        self.copied.append(text)

    @contextmanager
    def suspend(self) -> Any:
        if not self._lends:
            raise SuspendNotSupported
        self.lent = True
        yield
        self.lent = False  # as Textual has it: not where something is raised meanwhile


def script(folder: Path, text: str) -> str:
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return str(path)


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "TMUX",
        "VISUAL",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "SSH_CONNECTION",
        "SSH_TTY",
        "STY",
        "TERM_PROGRAM",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(outside, "_COPY_SECONDS", 60)


def edit(monkeypatch: pytest.MonkeyPatch, editor: str, text: str, **terminal: bool) -> tuple[str | None, str]:
    monkeypatch.setenv("EDITOR", editor)
    return outside.edit(Terminal(**terminal), text, ".txt")  # type: ignore[arg-type]


def test_without_tmux_the_terminal_copies() -> None:
    terminal = Terminal()
    assert "OSC 52" in outside.copy(terminal, "x")  # type: ignore[arg-type]
    assert terminal.copied == ["x"]


def test_inside_tmux_its_buffer_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path, f'echo "$@" > {tmp_path}/args; cat > {tmp_path}/buffer')
    (tmp_path / "program").rename(tmp_path / "tmux")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("TMUX", "/tmp/socket,1,0")
    terminal = Terminal()
    assert "tmux" in outside.copy(terminal, "häh")  # type: ignore[arg-type]
    assert (tmp_path / "buffer").read_text("utf-8") == "häh"
    assert (tmp_path / "args").read_text() == "load-buffer -w -\n"
    assert terminal.copied == []


def test_where_tmux_refuses_the_terminal_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path, "exit 1")
    (tmp_path / "program").rename(tmp_path / "tmux")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("TMUX", "/tmp/socket,1,0")
    assert "OSC 52" in outside.copy(Terminal(), "x")  # type: ignore[arg-type]


def test_on_a_desktop_its_own_program_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays behind to hand the text out, with whatever it was given to print to: nobody waits for that."""
    script(tmp_path, f'cat > {tmp_path}/got; echo "$@" > {tmp_path}/args; sleep 60 &')
    (tmp_path / "program").rename(tmp_path / "xclip")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":0")
    terminal = Terminal()
    assert outside.copy(terminal, "häh") == "by xclip"  # type: ignore[arg-type]
    assert (tmp_path / "got").read_text("utf-8") == "häh"
    assert (tmp_path / "args").read_text() == "-selection clipboard\n"
    assert terminal.copied == []

    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.2 5000 10.0.0.1 22")
    assert "OSC 52" in outside.copy(terminal, "x")  # type: ignore[arg-type]
    assert terminal.copied == ["x"]


@pytest.mark.parametrize(
    ("name", "value", "terminal"),
    [
        ("STY", "1.pts", "GNU screen"),
        ("TERM", "linux", "console"),
        ("TERM_PROGRAM", "Apple_Terminal", "Terminal.app"),
    ],
)
def test_a_terminal_that_is_known_to_drop_it_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, terminal: str
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv(name, value)
    said = outside.copy(Terminal(), "x")  # type: ignore[arg-type]
    assert terminal in said
    assert "| shows it" in said


@pytest.mark.parametrize(("before", "after"), [("one", "one two"), ("one\n", "one\n two\n"), ("", " two")])
def test_the_edited_text_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str
) -> None:
    """Editors end a file with a line end; a text that had none has none afterwards."""
    assert edit(monkeypatch, script(tmp_path, 'echo " two" >> "$1"'), before) == (after, "")


def test_an_editor_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, why = edit(monkeypatch, script(tmp_path, "exit 3"), "one")
    assert text is None
    assert "code 3" in why


def test_no_editor_and_no_terminal_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "EDITOR" in edit(monkeypatch, "/nowhere/vi", "one")[1]
    assert "cannot be lent" in edit(monkeypatch, "true", "one", lends=False)[1]


def test_no_file_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    edit(monkeypatch, "true", "secret")
    assert list((tmp_path / "t").iterdir()) == []


def test_a_browser_copies_to_its_own_clipboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    browser = Terminal(is_web=True)
    assert "browser" in outside.copy(browser, "x")  # type: ignore[arg-type]
    assert browser.copied == ["x"]


def paged(monkeypatch: pytest.MonkeyPatch, pager: str, *pieces: str, **terminal: bool) -> str:
    monkeypatch.setenv("PAGER", pager)
    monkeypatch.setattr(outside, "_AT_ONCE_SECONDS", -1.0)  # nobody presses enter here
    return outside.page(Terminal(**terminal), pieces)  # type: ignore[arg-type]


def test_the_pager_is_given_all_of_the_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = script(tmp_path, f'echo "$1 $LESS" > {tmp_path}/args; cat > {tmp_path}/got')
    assert paged(monkeypatch, f"{program} -x", "one\n", "zwei ü\n") == ""
    assert (tmp_path / "got").read_text() == "one\nzwei ü\n"
    assert (tmp_path / "args").read_text() == "-x -R -+F\n"


def test_no_shell_reads_the_name_of_the_pager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paged(monkeypatch, f"{script(tmp_path, 'exit 0')} ; touch {tmp_path}/made", "text")
    assert not (tmp_path / "made").exists()


def test_a_pager_that_is_left_in_the_middle_is_no_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = 0

    def endless() -> Any:
        nonlocal given
        while True:
            given += 1
            yield "line\n" * 1000

    monkeypatch.setenv("PAGER", script(tmp_path, "read line; exit 0"))
    monkeypatch.setattr(outside, "_AT_ONCE_SECONDS", -1.0)
    assert outside.page(Terminal(), endless()) == ""  # type: ignore[arg-type]
    assert given < 1000


@pytest.mark.parametrize(
    ("pager", "says"),
    [
        ("/nowhere/pager", "could not be started"),
        ("'", "could not be started"),
        ("false", "ended with code 1"),
        ("  ", "PAGER is not set"),
    ],
)
def test_what_went_wrong_with_a_pager_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pager: str, says: str
) -> None:
    less = script(tmp_path, "cat > /dev/null")
    Path(less).rename(tmp_path / "less")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert says in paged(monkeypatch, pager, "text")


def test_without_any_pager_it_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "set PAGER" in paged(monkeypatch, "", "text")
    assert "cannot be lent" in paged(monkeypatch, "cat", "text", lends=False)


@pytest.mark.parametrize("program", ["/nowhere/at-all", "un'closed"])
def test_the_terminal_comes_back_from_a_program_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    terminal: Any = Terminal()
    monkeypatch.setenv("EDITOR", program)
    monkeypatch.setenv("PAGER", program)
    assert "could not be started" in outside.edit(terminal, "text", ".txt")[1]
    assert not terminal.lent
    assert "could not be started" in outside.page(terminal, ["text"])
    assert not terminal.lent
