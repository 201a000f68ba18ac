"""Screens of tests do not depend on the locale of the machine, nor on the tests before."""

from __future__ import annotations

import pytest
from textual.scrollbar import ScrollBar, ScrollBarRender


@pytest.fixture(autouse=True)
def unicode_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLAYDBG_ASCII", "0")
    monkeypatch.setattr(ScrollBar, "renderer", ScrollBarRender)  # an app in ASCII leaves its own
