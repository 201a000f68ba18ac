"""What is remembered of a person, in the folder of their state."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.drivers import remembered


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_what_was_written_is_read() -> None:
    assert remembered.read("hints") == {}
    remembered.write("hints", {"edit": 2})
    assert remembered.read("hints") == {"edit": 2}
    assert [each.name for each in remembered.place("hints").parent.iterdir()] == ["hints.json"]


@pytest.mark.parametrize("text", ["", "[1]", "{", "[" * 5000, "\x00"])
def test_what_cannot_be_read_is_nothing(text: str) -> None:
    remembered.write("hints", {})
    remembered.place("hints").write_text(text)
    assert remembered.read("hints") == {}


def test_what_cannot_be_written_is_left(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    remembered.write("hints", {"edit": 1})
    assert remembered.read("hints") == {}
