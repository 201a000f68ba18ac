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


def test_words_about_a_browser_need_one() -> None:
    for command in (("open", INCIDENT), ("demo",)):
        for option in (("--port", "8000"), ("--web-edit",)):
            done = run(*command, *option)
            assert done.code == 2
            assert "--web" in done.err


def test_a_browser_is_not_served_what_is_not_there() -> None:
    done = run("open", "nowhere.json", "--web")

    assert done.code == 3
    assert "there is no such file" in done.err
