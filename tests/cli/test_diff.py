"""`diff`: two traces, findings gained and lost first."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from replaydbg.actions.open import open_trace
from replaydbg.actions.sitting import open_sitting
from tests.cli.test_replay import INCIDENT, MEND, STAND_IN
from tests.support.command_line import run


def test_a_trace_and_itself_say_the_same() -> None:
    done = run("diff", INCIDENT, INCIDENT)

    assert done.code == 0
    assert done.out.splitlines()[0] == "no finding gained or lost"
    assert done.out.splitlines()[-1] == "the two runs say the same"


def test_findings_are_the_headline_and_fields_are_shown(tmp_path: Path) -> None:
    out = str(tmp_path / "mended.json")
    assert run("replay", INCIDENT, "--edit", MEND, *STAND_IN, "--no-session", "-o", out).code == 0
    lines = run("diff", INCIDENT, out).out.splitlines()

    assert lines[0] == "9 findings lost"
    assert "model calls: 13 -> 6  -54%" in lines
    assert any(line.startswith("they part at #8 chat") for line in lines)
    assert any(line.startswith("time: ") for line in lines)
    at = lines.index("           /tool_calls/0/arguments/order_id")
    assert [line.strip() for line in lines[at + 1 : at + 3]] == ["- 48213", "+ ORD-048213"]


def test_the_json_says_where_they_part(tmp_path: Path) -> None:
    out = str(tmp_path / "mended.json")
    run("replay", INCIDENT, "--edit", MEND, *STAND_IN, "--no-session", "-o", out)
    document = run("diff", INCIDENT, out, "--output", "json").document

    assert list(document) == [
        "schema_version", "a", "b", "findings", "first_divergence", "counts", "totals", "steps",
    ]  # fmt: skip
    assert document["steps"][document["first_divergence"]]["kind"] != "equal"
    assert len(document["findings"]["lost"]) == 9
    removed = [step for step in document["steps"] if step["kind"] == "removed"]
    assert removed
    assert all(step["b"] is None for step in removed)


def test_a_trace_that_is_not_there() -> None:
    assert run("diff", INCIDENT, "nowhere.json").code == 3


def two_traces(tmp_path: Path) -> str:
    """A file with two conversations, of which the second calls a tool with an argument of the wrong type."""
    call = {"id": "c", "type": "function", "function": {"name": "find", "arguments": '{"q": 1}'}}
    told = [
        {
            "id": "first",
            "messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}],
        },
        {
            "id": "second",
            "messages": [
                {"role": "user", "content": "hi"},
                {"role": "assistant", "content": None, "tool_calls": [call]},
            ],
        },
    ]
    path = tmp_path / "two.jsonl"
    path.write_text("\n".join(map(json.dumps, told)))
    return str(path)


def test_traces_of_files_that_hold_several(tmp_path: Path) -> None:
    path = two_traces(tmp_path)
    first = run("diff", path, path)
    assert "the two runs say the same" in first.out
    assert "the first is compared (--trace)" in first.err
    both = run("diff", path, path, "--trace", "first", "--trace", "#2", "--output", "json")
    assert (both.document["a"], both.document["b"]) == ("first", "second")
    assert run("diff", path, path, *["--trace", "#1"] * 3).code == 2


def test_findings_by_a_side_file(tmp_path: Path) -> None:
    path, tools = two_traces(tmp_path), tmp_path / "tools.json"
    tools.write_text(json.dumps({"find": {"type": "object", "properties": {"q": {"type": "string"}}}}))
    done = run("diff", path, path, "--trace", "#1", "--trace", "#2", "--tools", str(tools))
    assert "schema-violation" in done.out


def test_branches_that_were_kept(tmp_path: Path) -> None:
    session = str(tmp_path / "session.sqlite3")
    for region in ("EU", "US"):
        told = MEND.replace("EU", region)
        assert run("replay", INCIDENT, "--edit", told, *STAND_IN, "--session", session).code == 0
    with closing(open_sitting(open_trace(INCIDENT).trace, INCIDENT, session, look_only=True)) as kept:
        first, second = (branch.id for branch in kept.history.sitting.branches)

    one = run("diff", INCIDENT, "--session", session, "--branch", first)
    assert one.out.splitlines()[0] == "9 findings lost"
    two = run("diff", INCIDENT, "--session", session, "--branch", first, "--branch", second)
    lines = [line.strip() for line in two.out.splitlines()]
    assert lines[0] == "no finding gained or lost"
    at = lines.index("/tool_calls/0/arguments/region")
    assert lines[at + 1 : at + 3] == ["- EU", "+ US"]
    for wrong in ((), ("--branch", "nobody"), (INCIDENT, "--branch", first), ("--branch", first) * 3):
        assert run("diff", INCIDENT, "--session", session, *wrong).code == 2


def test_open_against_prints_where_there_is_no_screen(tmp_path: Path) -> None:
    path = two_traces(tmp_path)
    done = run("open", path, "--against", INCIDENT, "--trace", "#2")
    assert done.code == 0
    assert done.out.splitlines()[0].endswith("lost")
    assert "they part at" in done.out
