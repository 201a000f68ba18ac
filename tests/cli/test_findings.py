"""Findings printed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replaydbg.cli.findings import print_finding, print_grouped
from replaydbg.core.finding import Evidence, Finding, Severity
from tests.support.build import model_call, trace

TRACE = trace(model_call("m1"), model_call("m2"))
EVIDENCE = tuple(Evidence("m2", f"/tool_calls/{number}", "\x1b[2Jodd") for number in range(5))
FINDING = Finding("T009", "odd-call", Severity.WARNING, "it is\nodd", ("m2",), EVIDENCE, "side file")


def test_a_finding_says_where_what_and_by_which_schema(capsys: pytest.CaptureFixture[str]) -> None:
    print_finding(TRACE, FINDING)

    assert capsys.readouterr().out.splitlines() == [
        "  #2     warning T009 odd-call: it is\\nodd",
        "         #2 /tool_calls/0: \\x1b[2Jodd",
        "         #2 /tool_calls/1: \\x1b[2Jodd",
        "         #2 /tool_calls/2: \\x1b[2Jodd",
        "         and 2 more places",
        "         schema from side file",
    ]


def test_in_brief_it_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_finding(TRACE, FINDING, brief=True)

    assert capsys.readouterr().out == "  #2     warning T009 odd-call: it is\\nodd\n"


def test_a_finding_about_no_step_has_no_number(capsys: pytest.CaptureFixture[str]) -> None:
    print_finding(TRACE, Finding("X001", "plug-in", Severity.INFO, "failed", ()))

    assert capsys.readouterr().out == "         info    X001 plug-in: failed\n"


def test_a_group_is_as_grave_as_its_gravest_and_the_others_say_what_they_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hint = replace(FINDING, severity=Severity.HINT, message="perhaps", step_ids=("m1",))
    print_grouped(TRACE, [FINDING, hint])

    assert capsys.readouterr().out.splitlines() == [
        "  warning T009 odd-call ×2",
        "    #1     perhaps (hint)",
        "    #2     it is\\nodd",
    ]


def test_those_who_ask_are_told_all_places_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    slow = replace(FINDING, code="R010", name="slow-step")
    print_grouped(TRACE, [slow], verbose=True)

    told = capsys.readouterr().out.splitlines()
    assert told[1].startswith("    what to do: Look at what was asked of it")
    assert sum("/tool_calls/" in line for line in told) == len(EVIDENCE)


def test_a_rule_that_is_not_here_advises_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    print_grouped(TRACE, [replace(FINDING, code="X001", name="odd")], verbose=True)
    assert "what to do" not in capsys.readouterr().out


def test_of_a_retry_storm_no_edit_is_known_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    print_grouped(TRACE, [replace(FINDING, code="L007", name="retry-storm")], [None], [None], verbose=True)
    assert "no edit stops who retries" in capsys.readouterr().out
