"""`explain`: the pages of the rules."""

from __future__ import annotations

from replaydbg.actions import explain
from tests.support.command_line import run


def test_without_a_code_every_rule_is_listed() -> None:
    lines = run("explain").out.splitlines()

    assert [line.split()[:2] for line in lines] == [[rule.code, rule.name] for rule in explain.rules()]


def test_a_rule_has_a_page() -> None:
    by_name, by_code = run("explain", "no-progress-loop"), run("explain", "L001")

    assert by_name.out == by_code.out
    for section in ("What it finds", "Why it matters", "Example", "What to do"):
        assert section in by_name.out


def test_an_unknown_rule_is_a_usage_error_with_the_nearest_name() -> None:
    done = run("explain", "no-progres-loop")

    assert done.code == 2
    assert "did you mean no-progress-loop" in done.err
