"""`convert`: files and standard output, what is lost, what is refused."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from tests.support.command_line import run
from tests.support.otlp import request, span

TRACES = Path(__file__).resolve().parents[2] / "traces"
INCIDENT = str(TRACES / "support-incident.json")


@pytest.mark.parametrize("target", ["native", "atif", "openai-chat", "markdown"])
def test_a_file_and_standard_output_are_the_same(target: str, tmp_path: Path) -> None:
    path = tmp_path / "out"
    to_file = run("convert", INCIDENT, "--to", target, "-o", str(path))
    to_output = run("convert", INCIDENT, "--to", target)
    assert (to_file.code, to_output.code) == (0, 0)
    assert path.read_text("utf-8") == to_output.out
    assert "26 steps of 1 trace written to" in to_file.err
    lost = [line for line in to_output.err.splitlines() if f"not in {target}" in line]
    assert bool(lost) == (target in {"atif", "openai-chat"})


def test_native_reads_back_equal(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    assert run("convert", INCIDENT, "--to", "native", "-o", str(path)).code == 0
    assert run("diff", INCIDENT, str(path)).code == 0
    assert run("show", str(path), "--output", "json").document["format"] == "native"


def test_findings_are_written_where_they_are_asked_for() -> None:
    assert "## Findings" in run("convert", INCIDENT, "--to", "markdown", "--findings").out
    assert "## Findings" not in run("convert", INCIDENT, "--to", "markdown").out


def test_all_traces_of_a_file_are_written_or_the_one_that_is_named(tmp_path: Path) -> None:
    path = tmp_path / "two.json"
    chat = {"gen_ai.operation.name": "chat"}
    two = request(span(1, "a", attributes=chat), span(2, "b", attributes=chat, traceId="ab" * 16))
    path.write_bytes(orjson.dumps(two))
    assert len(orjson.loads(run("convert", str(path), "--to", "native").out)["resourceSpans"]) == 2
    refused = run("convert", str(path), "--to", "atif")
    assert refused.code == 2
    assert "--trace" in refused.err
    assert run("convert", str(path), "--to", "atif", "--trace", "#2").code == 0


def test_what_cannot_be(tmp_path: Path) -> None:
    unknown = run("convert", INCIDENT, "--to", "yaml")
    assert unknown.code == 2
    assert "markdown" in unknown.err
    copy = tmp_path / "copy.json"
    copy.write_bytes(Path(INCIDENT).read_bytes())
    itself = run("convert", str(copy), "--to", "native", "-o", str(copy))
    assert itself.code == 2
    assert copy.read_bytes() == Path(INCIDENT).read_bytes()
