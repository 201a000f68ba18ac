"""`replay`: from words to a branch, against the demo's stand-in and its real tools."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from replaydbg.actions import demo
from replaydbg.actions.sitting import open_sitting
from replaydbg.replay.choices import KEPT
from replaydbg.writers import native
from tests.support import model_server
from tests.support.build import model_call, trace, user
from tests.support.command_line import Done, run
from tests.support.session_files import everything_in

INCIDENT = str(Path(__file__).resolve().parents[2] / "traces" / "support-incident.json")
MEND = """#8:/tool_calls/0/arguments={"order_id": "ORD-048213", "region": "EU"}"""
STAND_IN = ["--provider", demo.PROVIDER]
for name, spec in demo.TOOLS.items():
    STAND_IN += ["--tool", f"{name}={spec}", "--allow-tool", name]


def replay(*arguments: str) -> Done:
    keep = () if "--session" in arguments else ("--no-session",)
    return run("replay", INCIDENT, *keep, *arguments)


def test_the_json_of_a_branch_has_the_promised_fields_in_order() -> None:
    done = replay("--edit", MEND, *STAND_IN, "--output", "json")
    document = done.document

    assert done.code == 0
    assert list(document) == [
        "schema_version", "branch", "parent", "edits", "steps", "counts", "stopped", "findings",
        "models",
    ]  # fmt: skip
    assert list(document["steps"][0]) == ["id", "of", "kind", "name", "provenance", "reason", "notes"]
    assert list(document["counts"])[:5] == ["reused", "edited", "live", "unproven", "stale"]
    assert document["parent"] == "23bd104e96b72ffc30bbf661188d6f6b"
    assert document["stopped"] is None
    assert document["counts"]["live"] == 4
    assert document["models"] == [
        {
            "recorded": "stand-in-support-rules",
            "requested": demo.PROVIDER,
            "answered": "stand-in-support-rules",
            "calls": 2,
        }
    ]
    assert {one["name"] for one in document["findings"]["lost"]} == {"schema-violation", "error-loop"}
    assert document["findings"]["gained"] == []


def test_without_an_edit_nothing_is_asked_and_nothing_changes() -> None:
    done = replay("--output", "json")

    assert done.code == 0
    assert done.document["counts"]["reused"] == 26
    assert done.document["findings"] == {"gained": [], "lost": []}


def test_offline_a_changed_model_call_stops_with_an_offer() -> None:
    done = replay("--edit", "#2:/messages/0/content=Be brief.")

    assert done.code == 4
    assert "nothing is sent unless you say so" in done.err
    assert "--live" in done.err


def test_a_dry_run_asks_nothing_and_says_what_it_would() -> None:
    done = replay("--edit", MEND, "--dry-run")
    assert done.code == 0
    assert "11 calls to" not in done.out
    assert re.search(r"it would ask: \d+ calls to stand-in-support-rules; about [\d,]+ tokens", done.out)

    document = replay("--edit", MEND, "--dry-run", "--output", "json").document
    assert document["steps"][7]["touch"] == "edited"
    assert len(document["steps"]) == 26


def test_a_branch_is_written_as_a_trace_of_its_own(tmp_path: Path) -> None:
    out = tmp_path / "mended.json"
    done = replay("--edit", MEND, *STAND_IN, "-o", str(out))
    checked = run("check", str(out), "--output", "json")

    assert done.code == 0
    assert "findings lost" in done.out
    assert checked.code == 0
    assert checked.document["traces"][0]["model_calls"] == 6


def test_the_recording_is_never_overwritten(tmp_path: Path) -> None:
    copy = tmp_path / "trace.json"
    copy.write_bytes(Path(INCIDENT).read_bytes())
    done = run("replay", str(copy), "-o", str(copy))

    assert done.code == 2
    assert "is the recording itself" in done.err
    assert copy.read_bytes() == Path(INCIDENT).read_bytes()


def test_a_branch_is_kept_in_a_session_without_any_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-very-secret")
    session = tmp_path / "s.sqlite3"
    for count in (1, 2):
        assert replay("--edit", MEND, *STAND_IN, "--session", str(session)).code == 0
        connection = sqlite3.connect(session)
        acts = connection.execute("SELECT command FROM act").fetchall()
        connection.close()
        assert [b'"add-branch"' in command for (command,) in acts] == [True] * count

    said = everything_in(session)
    assert (b"ORD-048213" in said, b"very-secret" in said) == (True, False)


def test_a_branch_is_kept_beside_the_trace_unless_told_not_to(tmp_path: Path) -> None:
    trace = tmp_path / "trace.json"
    trace.write_bytes(Path(INCIDENT).read_bytes())
    session = tmp_path / "trace.json.replaydbg.sqlite3"

    assert run("replay", str(trace), "--edit", MEND, *STAND_IN, "--no-session").code == 0
    assert run("replay", str(trace), *STAND_IN).code == 0
    assert not session.exists(), "nothing was asked for that could be lost"

    for _ in range(2):
        assert run("replay", str(trace), "--edit", MEND).code == 4
    connection = sqlite3.connect(session)
    (kept,) = connection.execute("SELECT count(*) FROM act").fetchone()
    connection.close()
    assert kept == 1, "the recording alone gives the same branch each time"


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_model_behind_http_is_asked_only_when_told_to(provider: str) -> None:
    edit = ["--edit", "#8:/messages/0/content=Be brief."]
    with model_server.serving(model_server.reply("Found it.")) as server:
        there = ["--provider", provider, "--base-url", server.url, "--model", "tiny"]
        offline = replay(*edit, *there)
        assert server.requests == []
        live = replay(*edit, *there, "--live", "--output", "json")

    assert offline.code == 4
    assert live.code == 0
    assert len(server.requests) == 1
    assert server.requests[0].body["model"] == "tiny"
    assert live.document["stopped"] is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["--edit", "nonsense"], "is no edit", id="no edit"),
        pytest.param(["--tool", "lookup_order"], "binds no tool", id="no binding"),
        pytest.param(["--allow-tool", "lookup_order"], "nothing is bound", id="allowed, not bound"),
        pytest.param(
            ["--provider", "python:nowhere:f", "--live"], "cannot be imported", id="no such function"
        ),
        pytest.param(["--max-calls", "-1"], "Usage", id="a bound below nothing"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(arguments: list[str], sentence: str) -> None:
    done = replay(*arguments)

    assert done.code == 2
    assert sentence in done.err


def test_a_bound_stops_it_and_what_there_was_is_kept() -> None:
    done = replay("--edit", MEND, *STAND_IN, "--max-calls", "1", "--output", "json")

    assert done.code == 4
    assert done.document["counts"]["live"] >= 1
    assert list(done.document["stopped"])[:2] == ["reason", "step_id"]


def test_tools_are_named_in_a_settings_file(tmp_path: Path) -> None:
    config = tmp_path / "replaydbg.toml"
    config.write_text('[tools.lookup_order]\nanswer = {order = "found"}\npolicy = "allow"\n')
    edits = ("--edit", MEND)
    done = replay(*edits, *STAND_IN[:2], "--config", str(config), "--max-calls", "1", "--output", "json")
    lookups = [step for step in done.document["steps"] if step["name"] == "lookup_order"]
    assert "live" in {step["provenance"] for step in lookups}

    config.write_text('[tools.lookup_order]\nanswer = 1\npolicy = "never"\n')
    done = replay(*edits, *STAND_IN[:2], "--config", str(config))
    assert done.code == 4
    assert "the settings say that lookup_order never runs" in done.err


def test_a_branch_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    session = str(tmp_path / "s.sqlite3")
    first = replay("--edit", MEND, *STAND_IN, "--max-calls", "1", "--session", session, "--output", "json")
    assert (first.code, first.document["stopped"]["reason"].startswith("the bound of 1")) == (4, True)
    assert f"--resume {first.document['branch']} goes on with it" in first.err
    done = run("replay", INCIDENT, "--resume", first.document["branch"], *STAND_IN, "--session", session)
    assert done.code == 0
    assert f"branch {first.document['branch']}" in done.out
    whole = replay("--edit", MEND, *STAND_IN, "--output", "json").document
    # The only one there is: it went on in its place.
    again = run("replay", INCIDENT, "--resume", "", *STAND_IN, "--session", session, "--output", "json")
    assert (again.code, again.document["stopped"], whole["stopped"]) == (0, None, None)
    assert [step["provenance"] for step in again.document["steps"]] == [
        step["provenance"] for step in whole["steps"]
    ]
    assert run("replay", INCIDENT, "--resume", "x", "--edit", MEND, "--session", session).code == 2
    refused = run("replay", INCIDENT, "--resume", "", "--samples", "2", "--session", session)
    assert (refused.code, "begin anew" in refused.err) == (2, True)


def asked_again(request: dict[str, Any]) -> str:
    return f"answer to {request['messages'][-1]['content']}"


def test_what_was_decided_of_unproven_steps_is_kept_with_the_branch(tmp_path: Path) -> None:
    """A run of three threads, of which two may have used what the first one left somewhere."""
    of = trace(
        model_call("a", [user("plan")], "the plan", start_ms=0, duration_ms=10),
        *(
            model_call(id_, [user(id_)], "who knows", start_ms=20 * at, duration_ms=10)
            for at, id_ in enumerate("bcd", start=1)
        ),
    )
    path, session = tmp_path / "run.json", str(tmp_path / "s.sqlite3")
    path.write_bytes(b"".join(native.write(of)))
    model = ["--model", f"python:{__name__}:asked_again", "--session", session, "--output", "json"]
    decided = ["--rerun", "#2", "--rerun", "#3", "--keep", "#4"]
    first = run("replay", str(path), "--edit", "#1:/output/content=new", *decided, *model, "--max-calls", "1")
    assert (first.code, first.document["stopped"]["kind"]) == (4, "calls")

    done = run("replay", str(path), "--resume", "", *model)

    assert done.code == 0
    reasons = [step["reason"] for step in done.document["steps"]]
    assert [step["provenance"] for step in done.document["steps"]] == ["edited", "live", "live", "recorded"]
    assert reasons[3] == KEPT
    changed = run("replay", str(path), "--resume", "", *model, "--rerun", "#4").document
    assert [step["provenance"] for step in changed["steps"]] == ["edited", "live", "live", "live"]
    sitting = open_sitting(of, str(path), session)
    (branch,) = sitting.history.sitting.branches
    sitting.close()
    assert list(branch.choices.values()) == ["rerun", "rerun", "rerun"]


def test_what_of_a_command_cannot_be_confined_is_told_before_it_runs(tmp_path: Path) -> None:
    config = tmp_path / "settings.toml"
    config.write_text('[tools.lookup_order]\ncommand = ["cat"]\n')
    told = "lookup_order runs the command cat; note: "
    asked = replay("--edit", MEND, "--config", str(config))
    allowed = replay("--edit", MEND, "--config", str(config), "--allow-tool", "lookup_order")
    assert told not in asked.err
    assert told in allowed.err
    assert "it may read and change files of yours by their full names" in allowed.err


def test_a_branch_that_cannot_be_written_is_kept_all_the_same(tmp_path: Path) -> None:
    session = str(tmp_path / "s.sqlite3")
    done = replay("--edit", MEND, *STAND_IN, "--session", session, "-o", str(tmp_path / "no" / "x.json"))
    assert "cannot be written" in done.err
    kept = run("diff", INCIDENT, "--session", session, "--branch", "")
    assert (kept.code, "findings lost" in kept.out) == (0, True)
