"""`suppress`: a finding that is known and accepted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command_line import run

SAMPLE = Path(__file__).resolve().parents[2] / "traces" / "billing-loop.otlp.jsonl"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "trace.jsonl").write_bytes(SAMPLE.read_bytes())
    return str(tmp_path / "trace.jsonl")


def test_check_is_clean_after_it_and_says_why(copy: str) -> None:
    (finding,) = run("check", copy, "--output", "json").document["traces"][0]["findings"]
    done = run("suppress", copy, finding["fingerprint"], "--reason", "known since June")
    assert (done.code, done.out) == (0, "1 finding suppressed: known since June\n")

    after = run("check", copy)
    assert after.code == 0
    assert after.out.splitlines()[-1] == "1 trace: no findings, 1 suppressed"
    (hushed,) = run("check", copy, "--output", "json").document["traces"][0]["suppressed"]
    assert (hushed["fingerprint"], hushed["reason"]) == (finding["fingerprint"], "known since June")
    assert "  suppressed L001 no-progress-loop: known since June" in run("check", copy, "-v").out.splitlines()
    assert run("check", copy, "--output", "github").out == ""

    assert run("suppress", copy, finding["fingerprint"], "--again").code == 0
    assert run("check", copy).code == 1


def test_a_reason_or_again_is_needed(copy: str) -> None:
    assert run("suppress", copy, "0123456789abcdef").code == 2
    assert run("suppress", copy, "0123456789abcdef", "--reason", "x", "--again").code == 2
    assert run("suppress", copy, "0123456789abcdef", "--reason", "x").code == 2
