"""A report for people: each thing once, nothing that breaks out."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given

from replaydbg import limits
from replaydbg.actions.check import check_trace
from replaydbg.actions.open import open_trace
from replaydbg.core.finding import Finding
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.writers._api import Losses, Written
from replaydbg.writers.markdown import WRITER
from tests.support import strategies
from tests.support.build import model_call, trace, user

TRACES = Path(__file__).resolve().parents[2] / "traces"


def written(run: Trace, findings: tuple[Finding, ...] = ()) -> tuple[str, list[str]]:
    losses = Losses()
    return b"".join(WRITER.write([Written(run, findings)], losses)).decode(), list(losses)


def test_the_incident_as_a_report() -> None:
    recorded = open_trace(str(TRACES / "support-incident.json")).trace
    findings = check_trace(Facts(recorded))
    text, losses = written(recorded, findings)
    assert text.count("\n### ") == len(recorded)
    assert text.count("Today is 2026-03-12") == 1, "the prompt is told once, not with every call"
    assert "## Findings" in text
    assert all(f" {finding.code} " in text for finding in findings)
    assert losses == []
    assert "## Findings" not in written(recorded)[0]


def test_text_of_a_trace_stays_inside_its_fence_and_moves_no_terminal() -> None:
    evil = "```\n# not a heading\n````\x1b[2J\u202e"
    text, _ = written(trace(model_call("m\n# x <b>", [user(evil)], "ok")))
    assert "`````\n```\n# not a heading\n````\\x1b[2J\\x202e\n`````" in text
    assert "\x1b" not in text
    assert "# x" not in [line for line in text.splitlines() if not line.startswith("###")]


def test_a_long_text_is_cut_and_said_to_be() -> None:
    text, losses = written(trace(model_call("m", [user("x" * 5_000)], "ok")))
    assert "… and 1,000 more characters" in text
    assert losses == [f"1 text: cut after {limits.MARKDOWN_TEXT_CHARS_MAX:,} characters"]


@given(strategies.traces())
def test_anything_can_be_written(run: Trace) -> None:
    text, _ = written(run)
    inside = ""
    headings = 0
    for line in text.split("\n"):
        fence = re.fullmatch("`{3,}", line)
        if inside:
            inside = "" if fence and line == inside else inside
        elif fence:
            inside = line
        elif line.startswith("### "):
            headings += 1
    assert not inside
    assert headings == len(run)
