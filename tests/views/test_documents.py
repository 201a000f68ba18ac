"""JSON of the commands: names, order, and what is told of what is not there."""

from __future__ import annotations

from dataclasses import replace

from replaydbg.core.finding import Evidence, Finding, Notice, Severity
from replaydbg.diff.align import align
from replaydbg.diff.steps import compare
from replaydbg.graph.facts import Facts
from replaydbg.views import documents
from tests.support.build import call, tool_execution, trace
from tests.support.sittings import branch, recording


def test_a_finding_without_a_schema_says_null() -> None:
    finding = Finding("L001", "loop", Severity.ERROR, "again", ("m1",), (Evidence("m1", "/x", "here"),))

    assert documents.finding_document(finding) == {
        "code": "L001",
        "name": "loop",
        "severity": "error",
        "message": "again",
        "step_ids": ["m1"],
        "evidence": [{"step_id": "m1", "pointer": "/x", "message": "here"}],
        "schema_source": None,
        "loop": None,
    }


def test_a_notice_has_its_place() -> None:
    assert documents.notice_document(Notice("/a", "odd")) == {"pointer": "/a", "message": "odd"}


def test_the_parent_of_a_branch_of_the_recording_is_the_recording() -> None:
    source = recording()

    assert documents.branch_document(branch(), source.id)["parent"] == source.id
    assert documents.branch_document(branch("b2", "b1"), source.id)["parent"] == "b1"


def test_a_stop_is_told_with_its_place_and_null_where_there_is_none() -> None:
    document = documents.branch_document(branch(), "t")
    assert document["stopped"] == {"reason": "give a model", "step_id": "m2", "kind": "offline"}
    assert documents.branch_document(replace(branch(), stopped=None), "t")["stopped"] is None


def test_a_field_that_is_not_there_is_left_out_and_null_is_a_value() -> None:
    before = trace(tool_execution("t1", call("look", {"a": None}), "x"))
    after = trace(tool_execution("t1", call("look", {}), "x"))
    pairs = align(before, after, None)
    comparison = compare(Facts(before), Facts(after), (), (), pairs)

    (step,) = documents.comparison_document(before, after, comparison)["steps"]
    assert step["changes"] == [{"pointer": "/tool_calls/0/arguments/a", "before": None}]
