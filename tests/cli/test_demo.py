"""`demo` by way of typer does what the short way does."""

from __future__ import annotations

from replaydbg.cli import demo
from tests.support.command_line import run


def test_both_ways_lead_to_the_incident() -> None:
    done = run("demo")

    assert done.code == 0
    assert "13 model calls to stand-in-support-rules" in done.out
    assert demo.demo.__doc__
    assert "stand-in" in demo.demo.__doc__


def test_the_demo_takes_no_arguments() -> None:
    assert run("demo", "now").code == 2
