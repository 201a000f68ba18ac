"""`show`: the chain and one step, as text and as JSON, in the shape that is promised."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from replaydbg.drivers.files import trace_files
from tests.support.command_line import run

TRACES = Path(__file__).resolve().parents[2] / "traces"
INCIDENT = str(TRACES / "support-incident.json")
STEP_FIELDS = [
    "number", "id", "parent_id", "kind", "name", "agent", "model", "started_at", "duration_ms", "status", "tool_calls",
    "result", "usage", "findings",
]  # fmt: skip


def test_the_json_of_a_trace_has_the_promised_fields_in_order() -> None:
    document = run("show", INCIDENT, "--output", "json").document

    assert list(document) == ["schema_version", "trace_id", "format", "steps"]
    assert document["schema_version"] == 1
    assert [step["number"] for step in document["steps"]] == list(range(1, 27))
    for step in document["steps"]:
        assert [name for name in step if name in STEP_FIELDS] == STEP_FIELDS
    call = document["steps"][7]["tool_calls"][0]
    assert list(call) == ["id", "name", "arguments", "arguments_raw"]
    assert call["arguments"] == {"order_id": 48213, "region": "Europe"}
    assert "schema-violation" in document["steps"][7]["findings"]


@pytest.mark.parametrize("reference", ["#8", "135db308f86d8ea0", "135db308"])
def test_a_step_is_named_by_number_id_or_prefix(reference: str) -> None:
    document = run("show", INCIDENT, "--step", reference, "--output", "json").document

    assert [step["number"] for step in document["steps"]] == [8]
    assert document["steps"][0]["messages"][0]["role"] == "system"


def test_a_step_that_is_not_there_is_a_usage_error() -> None:
    done = run("show", INCIDENT, "--step", "#99")

    assert done.code == 2
    assert "the trace has #1 to #26" in done.err


def test_the_text_has_every_step_and_the_findings() -> None:
    lines = run("show", INCIDENT).out.splitlines()
    numbers = [int(line.split()[0]) for line in lines[1:28] if line.split()[0].isdigit()]

    assert "26 steps, 13 model calls to stand-in-support-rules" in lines[0]
    assert numbers == list(range(1, 27))
    assert any("error-loop" in line for line in lines)


def test_the_text_of_a_step_has_its_violation_and_its_places_to_edit() -> None:
    text = run("show", INCIDENT, "--step", "#8").out

    assert "48213 is an integer, not string" in text
    assert "--edit '#8:/tool_calls/0/arguments=…'" in text


def test_what_is_printed_to_a_pipe_has_no_control_characters(tmp_path: Path) -> None:
    path = tmp_path / "evil.json"
    messages = [
        {"role": "user", "content": "\x1b[2J\x9b1m\u202egnp.exe"},
        {"role": "assistant", "content": "\x07ok\r\nnext", "tool_calls": []},
    ]
    path.write_text(json.dumps({"messages": messages}))
    for arguments in ([], ["--step", "#1"], ["--output", "json"], ["--step", "#1", "--output", "json"]):
        done = run("show", str(path), *arguments)
        assert done.code == 0
        bad = set(done.out) & set("\x1b\x9b\x07\r\u202e")
        assert not bad, arguments


def test_standard_input_and_gzip() -> None:
    plain = Path(INCIDENT).read_bytes()

    assert run("show", "-", stdin=plain).out == run("show", INCIDENT).out
    assert run("show", "-", stdin=gzip.compress(plain)).out == run("show", INCIDENT).out


@pytest.mark.parametrize("content", [b"", b"not json", b"\x00\x01\x02", b"{}", b"[]", b"17"])
def test_what_is_no_trace_is_said_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    done = run("show", str(path))

    assert done.code == 3
    assert done.out == ""
    assert done.err.startswith(f"replaydbg: {path} ")


def test_json_that_nobody_knows_is_shown_and_labelled(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b'{"a": {"b": 1}}')
    done = run("show", str(path))
    assert done.code == 0
    assert "unknown-json" in done.out
    assert "(fallback); nearest:" in done.err


def test_one_trace_of_several(tmp_path: Path) -> None:
    path = tmp_path / "two.json"
    document = json.loads(Path(INCIDENT).read_text())
    again = json.loads(json.dumps(document).replace("23bd104e96b72ffc30bbf661188d6f6b", "a" * 32))
    path.write_text(json.dumps(document) + "\n" + json.dumps(again) + "\n")

    first = run("show", str(path), "--step", "#1", "--output", "json")
    assert first.document["trace_id"] == "23bd104e96b72ffc30bbf661188d6f6b"
    assert "#1 of 2" in first.err
    for reference in ("#2", "aaaa"):
        assert (
            run("show", str(path), "--trace", reference, "--output", "json").document["trace_id"] == "a" * 32
        )
    assert run("show", str(path), "--trace", "b").code == 2


def test_every_sample_opens() -> None:
    for path in trace_files(str(TRACES)):
        if path.endswith(".md"):
            continue
        done = run("show", path, "--output", "json")
        assert done.code == 0, path
        assert done.document.get("steps") or done.document["traces"], path


def several(folder: Path) -> str:
    told = [
        {"id": name, "messages": [{"role": "assistant", "content": name}]} for name in ("first", "second")
    ]
    path = folder / "two.jsonl"
    path.write_text("\n".join(map(json.dumps, told)))
    return str(path)


def test_a_file_that_holds_several_traces_is_a_list_of_them(tmp_path: Path) -> None:
    path = several(tmp_path)
    done = run("show", path)
    assert [line.split()[:2] for line in done.out.splitlines()] == [["first", "#1"], ["second", "#2"]]
    assert "--trace" in done.err
    assert run("open", path).out == done.out

    traces = run("show", path, "--output", "json").document["traces"]
    assert [(one["number"], one["trace_id"], one["steps"], one["findings"]) for one in traces] == [
        (1, "first", 1, {}),
        (2, "second", 1, {}),
    ]


@pytest.mark.parametrize("name", ["second", "sec", "#2"])
def test_one_of_several_traces_by_its_name(tmp_path: Path, name: str) -> None:
    assert (
        run("show", several(tmp_path), "--trace", name, "--output", "json").document["trace_id"] == "second"
    )


def test_a_name_that_none_of_several_traces_has(tmp_path: Path) -> None:
    done = run("show", several(tmp_path), "--trace", "third")
    assert done.code == 2
    assert "first, second" in done.err


def test_a_folder_is_a_list_of_the_traces_below_it(tmp_path: Path) -> None:
    several(tmp_path)
    (tmp_path / "notes.txt").write_text("hello")
    done = run("show", str(tmp_path))
    assert [line.split()[:2] for line in done.out.splitlines()] == [
        ["notes.txt", "is"],
        ["two.jsonl", "#1"],
        ["two.jsonl", "#2"],
    ]
    traces = run("show", str(tmp_path), "--output", "json").document["traces"]
    assert [one["problem"] is None for one in traces] == [False, True, True]


@pytest.mark.parametrize("option", ["--trace", "--step"])
def test_of_a_folder_no_trace_and_no_step_is_picked(tmp_path: Path, option: str) -> None:
    several(tmp_path)
    done = run("show", str(tmp_path), option, "first")
    assert (done.code, done.out) == (2, "")
    assert "is a folder" in done.err
    assert option in done.err
