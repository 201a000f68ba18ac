"""The list of findings as lines."""

from __future__ import annotations

from replaydbg.core.finding import Finding, Severity
from replaydbg.views.findings import finding_line, finding_rows
from replaydbg.views.text import plain, spans_width
from tests.support.runs import loop_findings, looping

RUN = looping(3)
HINT = Finding("H1", "a-hint", Severity.HINT, "odd\x1b[2J", ("nobody",))


def lines(width: int, *closed: str) -> list[str]:
    return [
        plain(finding_line(row, width)).rstrip()
        for row in finding_rows(RUN, (HINT, *loop_findings(RUN)), closed)
    ]


def test_worst_rules_first_and_findings_in_order_of_the_run() -> None:
    assert lines(60) == [
        " ▾ ‼ schema-violation  ×3",
        "        #5 order_id: 48213 is not a string",
        "        #7 order_id: 48213 is not a string",
        "        #9 order_id: 48213 is not a string",
        " ▾ ! no-progress-loop  ×1",
        "        #4 the same call 6 times",
        " ▾ · a-hint  ×1",
        "           odd\\x1b[2J",
    ]


def test_what_is_less_grave_than_its_rule_has_its_own_sign() -> None:
    found = [
        Finding("T1", "slow", severity, "slow", ("m0",)) for severity in (Severity.WARNING, Severity.HINT)
    ]
    rows = finding_rows(RUN, found)
    assert [plain(finding_line(row, 40)).rstrip() for row in rows] == [
        " ▾ ! slow  ×2",
        "        #2 slow",
        " ·      #2 slow",
    ]


def test_wide_lines_say_how_many_steps() -> None:
    assert lines(100)[5].endswith("6 steps")


def test_rules_fold() -> None:
    assert lines(40, "schema-violation", "a-hint") == [
        " ▸ ‼ schema-violation  ×3",
        " ▾ ! no-progress-loop  ×1",
        "        #4 the same call 6 times",
        " ▸ · a-hint  ×1",
    ]


def test_every_line_is_as_wide_as_asked() -> None:
    rows = finding_rows(RUN, (HINT, *loop_findings(RUN)))
    assert all(spans_width(finding_line(row, width)) == width for row in rows for width in (5, 20, 60, 120))


def test_what_is_suppressed_stands_last_with_its_reason() -> None:
    found = loop_findings(RUN)
    rows = finding_rows(RUN, found[1:], (), [(found[0], "a poll\x1b[2J")])
    assert plain(finding_line(rows[-2], 60)).rstrip() == " ▾ · suppressed  ×1"
    last = plain(finding_line(rows[-1], 80)).rstrip()
    assert last == "        #4 a poll\\x1b[2J  no-progress-loop: the same call 6 times"
    assert [row.rule for row in finding_rows(RUN, (), {"suppressed"}, [(found[0], "x")])] == ["suppressed"]
