"""Sentences of ours."""

from __future__ import annotations

import pytest

from replaydbg.tui.widgets.said import Said, sayable
from tests.tui.host import running


async def test_markup_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(Said("[red]x[/]")) as (app, _):
        assert app.query_one(Said).render_line(0).text.startswith("[red]x[/]")
    monkeypatch.setenv("REPLAYDBG_ASCII", "1")
    assert sayable("⏎ choose") == "< choose"
