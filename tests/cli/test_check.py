"""`check`: findings of files and folders, and the exit codes that CI goes by."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from replaydbg.cli.check import Level
from replaydbg.core.finding import Severity
from tests.support.command_line import run

TRACES = Path(__file__).resolve().parents[2] / "traces"
INCIDENT = str(TRACES / "support-incident.json")
CLEAN = str(TRACES / "travel-clean.console.json")


def test_a_clean_trace_is_0_and_says_so() -> None:
    done = run("check", CLEAN)

    assert done.code == 0
    assert done.out.splitlines()[-1] == "1 trace: no findings"


def test_findings_are_1() -> None:
    done = run("check", INCIDENT)

    assert done.code == 1
    assert "error-loop" in done.out


@pytest.mark.parametrize(
    ("options", "code"),
    [
        pytest.param(["--select", "orphan-result"], 0, id="a rule that finds nothing"),
        pytest.param(["--select", "error-loop,schema-violation"], 1, id="two rules"),
        pytest.param(["--ignore", "L004", "--ignore", "T003,L002"], 0, id="without what there is"),
        pytest.param(["--fail-on", "error"], 1, id="errors are errors"),
        pytest.param(["--select", "nothing-such"], 2, id="no such rule"),
        pytest.param(["--tools", "nowhere.json"], 2, id="no such side file"),
        pytest.param(["--format", "tarot"], 2, id="no such format"),
    ],
)
def test_options_and_exit_codes(options: list[str], code: int) -> None:
    assert run("check", INCIDENT, *options).code == code


def test_suspects_are_told_when_asked_for() -> None:
    done = run("check", INCIDENT, "--suspects")
    assert "to look at first (a ranking, no verdict" in done.out
    assert " 1. #8 " in done.out
    (told,) = run("check", INCIDENT, "--suspects", "--output", "json").document["traces"]
    assert list(told["suspects"][0]) == ["step_id", "weight", "reasons"]
    (untold,) = run("check", INCIDENT, "--output", "json").document["traces"]
    assert untold["suspects"] is None


def test_the_json_has_the_promised_fields_in_order() -> None:
    document = run("check", INCIDENT, CLEAN, "--output", "json").document

    assert list(document) == ["schema_version", "traces", "not_read"]
    incident, clean = document["traces"]
    assert list(incident) == [
        "path", "format", "trace_id", "steps", "model_calls", "tool_calls", "tool_executions", "findings", "notices",
        "unchecked_calls", "suppressed", "known", "suspects",
    ]  # fmt: skip
    assert (incident["steps"], incident["model_calls"], incident["tool_calls"], incident["tool_executions"]) == (
        26, 13, 11, 11,
    )  # fmt: skip
    assert clean["findings"] == []
    finding = next(one for one in incident["findings"] if one["name"] == "schema-violation")
    assert list(finding) == [
        "code",
        "name",
        "severity",
        "message",
        "step_ids",
        "evidence",
        "schema_source",
        "loop",
        "fingerprint",
        "repair",
        "beginning",
    ]
    assert list(finding["evidence"][0]) == ["step_id", "pointer", "message"]
    assert finding["schema_source"] == "this request"


def test_a_folder_is_walked_and_what_is_no_trace_passed_over(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# nothing")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "clean.json").write_bytes(Path(CLEAN).read_bytes())
    done = run("check", str(tmp_path))

    assert done.code == 0
    assert "1 trace: no findings, 1 file not read" in done.out
    assert "passed over" in done.err


def test_a_file_that_was_named_and_can_not_be_read_is_3_and_the_others_are_checked(tmp_path: Path) -> None:
    done = run("check", str(tmp_path / "gone.json"), INCIDENT)

    assert done.code == 3
    assert "schema-violation" in done.out


def test_a_side_file_gives_the_schema_that_was_not_recorded(tmp_path: Path) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"id": "seven"}'}}
    trace, tools = tmp_path / "trace.json", tmp_path / "tools.json"
    trace.write_text(
        json.dumps(
            {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {"role": "assistant", "content": None, "tool_calls": [call]},
                    {"role": "tool", "tool_call_id": "c1", "content": "error: no such id"},
                ]
            }
        )
    )
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}}
    tools.write_text(json.dumps([{"type": "function", "function": {"name": "look", "parameters": schema}}]))

    unchecked = run("check", str(trace), "--select", "schema-violation")
    assert unchecked.code == 0
    assert "schema not recorded: 1 tool call" in unchecked.out
    done = run("check", str(trace), "--select", "schema-violation", "--tools", str(tools), "--output", "json")
    assert done.code == 1
    assert [one["schema_source"] for one in done.document["traces"][0]["findings"]] == ["side file"]


def test_text_is_a_line_for_each_finding_by_rule_and_evidence_on_demand() -> None:
    brief, verbose = run("check", INCIDENT).out, run("check", INCIDENT, "-v").out

    assert "  error   T003 schema-violation ×8\n    #8     lookup_order: order_id" in brief
    assert "fingerprint" not in brief
    assert "/tool_calls/0/arguments/order_id: 48213 is an integer, not string" in verbose
    assert "schema from this request" in verbose
    assert verbose.count("    what to do: Correct the field in place and re-run what follows") == 1
    assert "what to do" not in brief


def test_where_a_loop_is_broken_is_an_option_for_replay_with_a_place_to_write_in() -> None:
    told = run("check", INCIDENT, "-v", "--select", "error-loop").out
    (line,) = [line for line in told.splitlines() if "--edit " in line]
    words, _, option = line.strip().partition(": --edit ")
    assert words == "let this error say which argument is wrong, and what would be right"
    (text,) = shlex.split(option)
    done = run("replay", INCIDENT, "--edit", text, "--dry-run", "--output", "json").document
    (finding,) = run("check", INCIDENT, "--select", "error-loop", "--output", "json").document["traces"][0][
        "findings"
    ]
    assert finding["repair"] is None
    assert finding["beginning"]["words"] == words
    assert [(one["step_id"], one["pointer"], one["after"]) for one in done["edits"]] == [
        (finding["beginning"]["step_id"], finding["beginning"]["pointer"], "...")
    ]


def test_the_known_repair_is_an_option_for_replay() -> None:
    sample = str(TRACES / "review-violations.otlp.json")
    (line,) = [line for line in run("check", sample, "-v").out.splitlines() if "--edit " in line]
    words, _, option = line.strip().partition(": --edit ")
    assert words == "body instead of comment"
    (text,) = shlex.split(option)
    done = run("replay", sample, "--edit", text, "--dry-run", "--output", "json")
    findings = run("check", sample, "--output", "json").document["traces"][0]["findings"]
    (repair,) = [one["repair"] for one in findings if one["repair"] is not None]
    assert done.document["edits"] == [{key: repair[key] for key in ("step_id", "pointer", "before", "after")}]


def test_a_baseline_leaves_what_is_new(tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    baseline.write_text(run("check", INCIDENT, "--select", "schema-violation", "--output", "json").out)

    done = run("check", INCIDENT, "--baseline", str(baseline))
    assert done.code == 1
    assert "schema-violation" not in done.out
    assert done.out.splitlines()[-1] == "1 trace: 1 error, 8 of the baseline"
    baseline.write_text(run("check", INCIDENT, "--output", "json").out)
    assert run("check", INCIDENT, "--baseline", str(baseline)).code == 0
    # One more of a kind than there was is new.
    less = json.loads(baseline.read_text())
    less["traces"][0]["findings"] = [
        one for one in less["traces"][0]["findings"] if one["step_ids"][0] != "622239a35402aa1b"
    ]
    baseline.write_text(json.dumps(less))
    assert run("check", INCIDENT, "--baseline", str(baseline)).code == 1


def test_what_is_no_baseline_is_said(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text("{}")
    done = run("check", INCIDENT, "--baseline", str(tmp_path / "b.json"))
    assert done.code == 2
    assert "is no baseline" in done.err


@pytest.mark.parametrize(
    ("name", "begin"),
    [("sarif", '{"$schema"'), ("junit", "<?xml"), ("github", "::error file=")],
)
def test_reports_for_other_programs(name: str, begin: str) -> None:
    done = run("check", INCIDENT, CLEAN, "--output", name)
    assert done.code == 1
    assert done.out.startswith(begin)
    assert "lookup_order" in done.out


def test_a_report_that_is_not_there_is_2() -> None:
    done = run("check", INCIDENT, "--output", "tarot")
    assert done.code == 2
    assert "github, junit, sarif" in done.err


def test_levels_are_the_severities() -> None:
    assert [level.value for level in Level] == [severity.label for severity in sorted(Severity)]


def test_one_trace_of_a_file_that_holds_several(tmp_path: Path) -> None:
    told = [
        {"id": name, "messages": [{"role": "assistant", "content": name}]} for name in ("first", "second")
    ]
    path = tmp_path / "two.jsonl"
    path.write_text("\n".join(map(json.dumps, told)))
    document = run("check", str(path), "--trace", "second", "--output", "json").document
    assert [trace["trace_id"] for trace in document["traces"]] == ["second"]
    assert run("check", str(path), "--trace", "third").code == 2


def test_json_says_what_in_a_folder_was_not_read(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "run.json").write_bytes(Path(CLEAN).read_bytes())
    done = run("check", str(tmp_path), "--output", "json")
    assert [one["path"] for one in done.document["traces"]] == [str(tmp_path / "run.json")]
    assert done.document["not_read"] == [
        {"path": str(tmp_path / "notes.txt"), "message": f"{tmp_path / 'notes.txt'} is not JSON"}
    ]
    assert run("check", CLEAN, "--output", "json").document["not_read"] == []
