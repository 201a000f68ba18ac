"""Screens of tests do not depend on the locale of the machine."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def unicode_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLAYDBG_ASCII", "0")
