"""What is taken away."""

from __future__ import annotations

import json

from replaydbg.graph.facts import Facts
from replaydbg.graph.lanes import Chain
from replaydbg.graph.picked import Picked
from replaydbg.views import export
from replaydbg.views.chain import ChainView
from tests.support.runs import loop_findings, looping

RUN = looping(6)


def view() -> ChainView:
    it = ChainView(Chain(RUN, Facts(RUN)), loop_findings(RUN))
    it.noted, it.marked = {2: "starts | here"}, {3}
    return it


def test_text_is_what_is_listed() -> None:
    lines = "".join(export.text(view(), 100)).splitlines()
    assert len(lines) > len(view().chain)
    assert any("×6" in line for line in lines)
    assert any("no-progress-loop" in line for line in lines)


def test_markdown_is_a_report() -> None:
    text = "".join(export.markdown(view(), "a|b.json", "", ""))
    assert text.startswith("# a\\|b.json\n")
    assert "## Findings" in text
    assert "- #3 " in text
    assert "starts \\| here" in text
    assert "- #4 " in text
    table = [line for line in text.splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in table} == {7}


def test_the_report_says_what_was_suppressed_and_why() -> None:
    it = view()
    text = "".join(export.markdown(it, "a", "", "", [(it.findings[0], "a known `quirk`")]))
    told = text.split("## Suppressed")[1].split("##")[0]
    assert it.findings[0].name in told
    assert "Reason: a known \\`quirk\\`" in told


def test_json_holds_the_listed_steps_whole() -> None:
    it = view()
    document = json.loads("".join(export.as_json(it, it.noted)))
    assert [step["number"] for step in document["steps"]] == list(range(1, len(RUN) + 1)), (
        "folds hide nothing here"
    )
    assert document["steps"][2]["note"] == "starts | here"
    it.chain = Picked(it.chain, [1, 4])
    document = json.loads("".join(export.as_json(it, {})))
    assert [step["number"] for step in document["steps"]] == [2, 5], "a filter does"
