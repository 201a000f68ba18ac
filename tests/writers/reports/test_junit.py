"""JUnit XML, read back by a parser."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from replaydbg.core.finding import Severity
from replaydbg.writers.reports.junit import write
from tests.support.reports import CHAPTERS, COVER, written


def suites(*chapters: object, fail_on: Severity = Severity.WARNING) -> list[ET.Element]:
    text = written(write, chapters or CHAPTERS, replace(COVER, fail_on=fail_on))  # type: ignore[arg-type]
    return list(ET.fromstring(text.encode("utf-8")))


def test_a_trace_is_a_suite_and_a_rule_a_test() -> None:
    first, clean, unread = suites()
    assert [(one.get("tests"), one.get("failures"), one.get("errors")) for one in (first, clean, unread)] == [
        ("2", "1", "0"), ("2", "0", "0"), ("1", "0", "1"),
    ]  # fmt: skip
    assert [case.get("name") for case in first] == ["L001 no-progress-loop", "T003 schema-violation"]
    assert first.get("name") == "runs/a b.json trace-1"


def test_a_failure_says_where_and_what() -> None:
    failure = suites()[0][1].find("failure")
    assert failure is not None
    assert failure.text is not None
    assert '#8 chat m-1 /tool_calls/0/arguments/id: error: lookup: a "quote", a <tag> & 100%' in failure.text
    assert "\ufffd" in failure.text
    out = suites()[0][1].find("system-out")
    assert out is not None
    assert "suppressed: known: see ticket 7" in (out.text or "")


def test_what_is_all_suppressed_is_skipped() -> None:
    hushed = replace(CHAPTERS[0], told=CHAPTERS[0].told[1:2])
    (suite,) = suites(hushed)
    assert (suite.get("failures"), suite.get("skipped")) == ("0", "1")


def test_what_does_not_fail_the_check_does_not_fail_its_test() -> None:
    told = CHAPTERS[0].told[0]
    info = replace(told, finding=replace(told.finding, severity=Severity.INFO))
    (suite,) = suites(replace(CHAPTERS[0], told=(info,)))
    assert suite.get("failures") == "0"
    (suite,) = suites(replace(CHAPTERS[0], told=(info,)), fail_on=Severity.INFO)
    assert suite.get("failures") == "1"


def test_a_rule_that_failed_is_an_error_of_its_test() -> None:
    (suite,) = suites(replace(CHAPTERS[1], failed={"T003": "it raised <something>"}))
    assert (suite.get("failures"), suite.get("errors")) == ("0", "1")
    error = suite[1].find("error")
    assert error is not None
    assert error.get("message") == "it raised <something>"


def test_a_rule_that_could_not_look_is_skipped() -> None:
    rules = (COVER.rules[0], replace(COVER.rules[1], lacks="not looked for"))
    suite = next(iter(ET.fromstring(written(write, CHAPTERS[1:2], replace(COVER, rules=rules)).encode())))
    assert suite.get("skipped") == "1"
    skipped = suite[1].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "not looked for"
