"""A step with its surroundings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replaydbg.codec import make_edit
from replaydbg.core.message import Role, Text
from replaydbg.graph.facts import Facts
from replaydbg.views.subject import subject
from tests.support.blocks import about, violation
from tests.support.build import (
    assistant,
    call,
    model_call,
    parameters,
    response,
    tool,
    tool_execution,
    trace,
    user,
)

ASKED = call("f", {"a": 1}, "c")
RUN = trace(
    model_call("m", [user("go")], assistant("", call("g", {}, "d"), ASKED)),
    tool_execution("t", ASKED, 1),
    model_call("n", [user("go"), assistant("", ASKED), response("c", 1)], "done"),
)


def test_evidence_of_the_call_is_found_from_its_execution() -> None:
    finding = replace(violation("m", "/tool_calls/1/arguments/a"), step_ids=("m", "t"))
    assert about(RUN, "t", [finding]).evidence_below("/tool_calls/0") == [
        ("/tool_calls/0/arguments/a", "is wrong")
    ]
    assert about(RUN, "m", [finding]).evidence_below("/tool_calls/0") == []


def test_an_edited_call_is_held_against_its_schema_anew() -> None:
    offered = tool("f", parameters(["a"], a={"type": "integer"}))
    run = trace(model_call("m", [user("go")], assistant("", call("f", {"a": "x"}, "c")), tools=[offered]))
    recorded = violation("m", "/tool_calls/0/arguments/a")
    mended = make_edit(run.step(0), "/tool_calls/0/arguments/a", 7)
    worse = make_edit(run.step(0), "/tool_calls/0/arguments", {"a": "y"})

    assert len(about(run, "m", [recorded]).evidence_below("/tool_calls/0")) == 1
    assert about(run, "m", [recorded], edits=[mended]).evidence_below("/tool_calls/0") == []
    ((place, message),) = about(run, "m", [recorded], edits=[worse]).evidence_below("/tool_calls/0")
    assert place == "/tool_calls/0/arguments/a"
    assert "integer" in message


def test_only_findings_about_the_step_count() -> None:
    assert about(RUN, "n", [violation("m", "/model")]).findings == ()


@pytest.mark.parametrize(
    ("place", "edited"),
    [
        ("/messages/0/content", True),
        ("/messages/0", True),
        ("/messages", True),
        ("/messages/1", False),
        ("", False),
    ],
)
def test_edited_at(place: str, edited: bool) -> None:
    edit = make_edit(RUN.step(0), "/messages/0/content", "stop")
    assert about(RUN, "m", edits=[edit]).edited_at(place) is edited


def test_the_step_is_the_edited_one() -> None:
    edit = make_edit(RUN.step(0), "/messages/0/content", "stop")
    step = about(RUN, "m", edits=[edit]).step
    assert step.body.messages is not None
    assert step.body.messages[0].role is Role.USER
    assert step.body.messages[0].parts == (Text("stop"),)


def test_what_is_not_known_yet_is_not_asked_for() -> None:
    """While a file is being read nothing may hold up the screen."""
    facts = Facts(RUN)
    here = subject(facts, 1, known=False)
    assert here.asked_by() is None
    assert here.link is None
    assert here.spec("f") is None
    assert not facts.index.walk._over


def test_names_of_answered_calls() -> None:
    assert about(RUN, "n").call_name("c", 2) == "f"
    assert about(RUN, "n").call_name("other", 2) == ""
