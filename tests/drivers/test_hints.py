"""Which hints a person has seen, kept in the folder of the user's state."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.drivers import hints


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_what_was_written_is_read() -> None:
    assert hints.read() == {}
    hints.write({"edit": 2})
    assert hints.read() == {"edit": 2}
    assert [each.name for each in hints.place().parent.iterdir()] == ["hints.json"]


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"edit": "x"}', "[" * 5000, "\x00"])
def test_what_cannot_be_read_is_nothing(text: str) -> None:
    hints.write({})
    hints.place().write_text(text)
    assert hints.read() == {}


def test_what_cannot_be_written_is_left(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    hints.write({"edit": 1})
    assert hints.read() == {}
