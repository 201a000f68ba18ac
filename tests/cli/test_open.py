"""`open` with options."""

from __future__ import annotations

from pathlib import Path

from tests.support.command_line import run

INCIDENT = str(Path(__file__).resolve().parents[2] / "traces" / "support-incident.json")


def test_options_lead_to_the_same_listing() -> None:
    plain = run("open", INCIDENT).out

    assert run("open", "--trace", "#1", INCIDENT).out == plain
    assert run("open", INCIDENT, "--session", "unused.sqlite3").out == plain


def test_a_format_that_nobody_knows_is_a_usage_error() -> None:
    done = run("open", INCIDENT, "--format", "tarot")

    assert done.code == 2
    assert "known formats" in done.err
