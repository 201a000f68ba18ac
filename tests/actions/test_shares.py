"""How the screen was divided, from sitting to sitting."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.actions import shares
from replaydbg.drivers import remembered


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_what_was_kept_comes_back() -> None:
    shares.write({"-wide": (40, 60)})
    assert shares.read() == {"-wide": (40, 60)}


@pytest.mark.parametrize(
    "odd", [None, 5, [], [40], [40, 0], [40, 101], ["40", 60], [40.5, 60], {"a": 1}, [True, 60]]
)
def test_what_no_screen_can_have_is_passed_over(odd: object) -> None:
    remembered.write("panes", {"-wide": odd, "-xwide": [30, 70]})
    assert shares.read() == {"-xwide": (30, 70)}
