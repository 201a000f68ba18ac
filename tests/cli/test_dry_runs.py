"""`replay --dry-run` as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from replaydbg.actions import demo
from tests.support.command_line import Done, run

INCIDENT = str(Path(__file__).resolve().parents[2] / "traces" / "support-incident.json")
MEND = """#8:/tool_calls/0/arguments={"order_id": "ORD-048213", "region": "EU"}"""
CALL = """run lookup_order {"order_id": "ORD-048213", "region": "EU"}"""
BOUND = ("--tool", f"lookup_order={demo.TOOLS['lookup_order']}")


def dry(*arguments: str) -> Done:
    return run("replay", INCIDENT, "--no-session", "--dry-run", "--edit", *arguments)


def test_what_would_run_is_told_with_its_arguments_and_by_what() -> None:
    done = dry(MEND, *BOUND, "--allow-tool", "lookup_order", "--provider", demo.PROVIDER)
    assert done.code == 0
    assert f"first: {CALL} by {demo.TOOLS['lookup_order']}\n" in done.out
    assert f"model stand-in-support-rules: 9 calls, at {demo.PROVIDER}, on this machine" in done.out
    assert f"7 answered by the recording; by {demo.TOOLS['lookup_order']}, which may run" in done.out
    assert "missing" not in done.out


def test_what_stands_in_the_way_is_told() -> None:
    assert f"first: {CALL}; but nothing is bound that would run it" in dry(MEND).out
    asked = dry(MEND, *BOUND).out
    assert "but it may not run unasked: --allow-tool lookup_order lets it" in asked
    assert "missing: no recorded result answers 1 of the 8 calls to lookup_order" in asked
    assert "but nothing is sent without --live" in dry("#2:/messages/0/content=Be brief.").out


def test_nothing_to_ask() -> None:
    done = run("replay", INCIDENT, "--dry-run")
    assert "first: nothing is sent and nothing runs\n" in done.out
    assert "it would ask: nothing; about 0 tokens" in done.out


def test_the_json_holds_the_body_to_the_letter() -> None:
    done = dry("#2:/messages/0/content=Be brief.", "--live", "--model", "gpt-4o", "--output", "json")
    (first,) = done.document["first"]
    assert first["body"]["messages"][0] == {"role": "system", "content": "Be brief."}
    assert (first["kind"], first["model"], first["body"]["model"]) == ("model-call", "gpt-4o", "gpt-4o")
    assert done.document["models"][0]["calls"] == 11
    assert done.document["cost_usd_estimate"] > 0
    (call,) = dry(MEND, *BOUND, "--output", "json").document["first"]
    assert (call["name"], call["arguments"]["region"]) == ("lookup_order", "EU")
    assert "--allow-tool" in call["lacks"]


def test_each_of_several_traces(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_bytes(Path(INCIDENT).read_bytes())
    done = run("replay", str(tmp_path), "--dry-run", "--edit", MEND, *BOUND)
    assert done.out.count(f"  first: {CALL} by ") == 2
    document = run("replay", str(tmp_path), "--dry-run", "--edit", MEND, "--output", "json").document
    assert [one["first"][0]["name"] for one in document["traces"]] == ["lookup_order"] * 2


def test_who_is_asked_instead_is_who_is_named() -> None:
    done = dry("#2:/messages/0/content=Be brief.", "--model", "gpt-9")
    assert "it would ask: 11 calls to gpt-9;" in done.out
    document = dry("#2:/messages/0/content=Be brief.", "--model", "gpt-9", "--output", "json").document
    assert document["instead"] == "gpt-9"


def test_tools_that_nobody_recorded(tmp_path: Path) -> None:
    log, tools = tmp_path / "log.json", tmp_path / "tools.json"
    asked = {"id": "c", "type": "function", "function": {"name": "find", "arguments": "{}"}}
    log.write_text(
        json.dumps(
            [
                {"role": "user", "content": "look"},
                {"role": "assistant", "content": None, "tool_calls": [asked]},
                {"role": "tool", "tool_call_id": "c", "content": "nothing"},
                {"role": "assistant", "content": "there is nothing"},
            ]
        )
    )
    tools.write_text(json.dumps({"find": {"type": "object", "properties": {}}}))
    options = ("replay", str(log), "--no-session", "--dry-run", "--edit", "#1:/messages/0/content=look here")
    assert "note: no tools were recorded with #1 and 1 more of its thread" in run(*options).out
    document = run(*options, "--output", "json").document
    assert [text.partition(",")[0] for text in document["remarks"]] == [
        "no tools were recorded with #1 and 1 more of its thread"
    ]
    given = run(*options, "--tools", str(tools), "--live", "--model", "gpt-4o", "--output", "json").document
    assert given["remarks"] == []
    assert given["first"][0]["body"]["tools"][0]["function"]["name"] == "find"


def test_a_branch_says_that_it_was_asked_without_tools(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    asked = {"id": "c", "type": "function", "function": {"name": "find", "arguments": "{}"}}
    log.write_text(
        json.dumps(
            [
                {"role": "user", "content": "look"},
                {"role": "assistant", "content": None, "tool_calls": [asked]},
                {"role": "tool", "tool_call_id": "c", "content": "nothing"},
                {"role": "assistant", "content": "there is nothing"},
            ]
        )
    )
    answers = "python:tests.cli.test_dry_runs:brief"
    options = (
        "replay",
        str(log),
        "--no-session",
        "--edit",
        "#1:/messages/0/content=x",
        "--provider",
        answers,
    )
    assert "note: #1: asked without tools, so that it could call none" in run(*options).out
    steps = run(*options, "--output", "json").document["steps"]
    assert [len(step["notes"]) for step in steps if step["provenance"] == "edited"] == [1]


def brief(_request: object) -> str:
    return "nothing here"
