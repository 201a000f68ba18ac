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

    def copy_to_clipboard(self, text: str) -> None:
        self.copied.append(text)

    @contextmanager
    def suspend(self) -> Any:
        if not self._lends:
            raise SuspendNotSupported
        yield


def script(folder: Path, text: str) -> str:
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return str(path)


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.delenv("VISUAL", raising=False)


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
