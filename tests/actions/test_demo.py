"""What the demo is made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.actions import demo
from replaydbg.actions.open import open_trace
from replaydbg.drivers import python_name
from replaydbg.errors import UnreadableInput


def test_its_parts_are_there() -> None:
    assert len(open_trace(demo.incident_path()).trace) == 26
    assert callable(python_name.load(demo.PROVIDER))
    for spec in demo.TOOLS.values():
        assert callable(python_name.load(spec))


def test_an_installation_without_its_samples_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("replaydbg.demo.incident._PACKAGE", Path("/nowhere/at/all"))

    with pytest.raises(UnreadableInput, match="not in this installation"):
        demo.incident_path()
