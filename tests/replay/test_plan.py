"""What the screen says right after an edit."""

from __future__ import annotations

import pytest

from replaydbg.core.branch import Edit
from replaydbg.core.step import Usage
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.replay.engine import Replay
from replaydbg.replay.plan import Plan, Touch, plan
from replaydbg.replay.spending import ToolNeed
from tests.replay.test_engine import LOOP, lanes, nested
from tests.support.build import (
    assistant,
    call,
    chat,
    model_call,
    response,
    system,
    tool_execution,
    trace,
    user,
)
from tests.support.drive import edit


def planned(of: Trace, *edits: Edit) -> Plan:
    return plan(Facts(of), edits)


def touches(of: Trace, *edits: Edit) -> dict[str, str]:
    return {of.ids[step.row]: str(step.touch) for step in planned(of, *edits).steps}


def test_an_edited_prompt_reruns_its_thread() -> None:
    one = planned(LOOP, edit(LOOP, "m1", "/messages/0/content", "find!"))
    assert [str(step.touch) for step in one.steps] == ["edited", "rerun", "rerun", "rerun", "rerun"]
    assert one.calls_by_model == {"m-1": 3}
    assert one.tools == (ToolNeed("find", 2, 2),)
    assert one.missing == ()


def test_an_edited_reply_costs_only_what_follows() -> None:
    one = planned(LOOP, edit(LOOP, "m2", "/output/content", "never mind"))
    assert [str(step.touch) for step in one.steps] == ["reused", "reused", "edited", "reused", "rerun"]
    assert one.calls_by_model == {"m-1": 1}


def test_an_edited_call_needs_its_tool_and_says_how_to_have_it() -> None:
    one = planned(LOOP, edit(LOOP, "m2", "/tool_calls/0/arguments/id", 8))
    assert one.tools == (ToolNeed("find", 1, 0),)
    (sentence,) = one.missing
    assert "--tool find=python:module:function, --allow-tool find" in sentence


def test_an_edited_result_is_told_to_the_next_call() -> None:
    assert touches(LOOP, edit(LOOP, "x1", "/result", "found")) == {
        "m1": "reused",
        "x1": "edited",
        "m2": "rerun",
        "x2": "rerun",
        "m3": "rerun",
    }


def test_parallel_threads_that_came_later_are_unproven_and_a_merge_is_rerun() -> None:
    found = touches(lanes(), edit(lanes(), "Bern-1", "/tool_calls/0/arguments/city", "Basel"))
    assert {id_: touch for id_, touch in found.items() if id_[:4] in {"Rome", "Bern", "merg"}} == {
        "Rome-1": "independent",
        "Rome-x": "unproven",
        "Rome-2": "unproven",
        "Bern-1": "edited",
        "Bern-x": "rerun",
        "Bern-2": "rerun",
        "merge": "rerun",
    }


def test_an_edit_inside_of_a_tool_execution_reaches_the_parent() -> None:
    of = nested()
    assert touches(of, edit(of, "e2", "/output/content", "never")) == {
        "boss": "reused",
        "b1": "reused",
        "bx": "rerun",
        "expert": "reused",
        "e1": "reused",
        "ex": "reused",
        "e2": "edited",
        "b2": "rerun",
    }


def test_a_parent_whose_result_is_in_other_words_is_unproven() -> None:
    of = nested("thirty days, in other words")
    assert touches(of, edit(of, "e2", "/output/content", "never"))["b2"] == "unproven"


def test_an_edited_model_is_who_will_be_asked() -> None:
    assert planned(LOOP, edit(LOOP, "m1", "/model", "m-2")).calls_by_model == {"m-2": 3}


def test_tokens_are_the_recorded_ones_or_estimated_from_the_text() -> None:
    of = trace(
        model_call("m1", [user("x" * 40)], "y" * 40, usage=Usage(100, 10)),
        model_call("m2", [user("x" * 40), assistant("y" * 40), user("z" * 40)], "w" * 40),
    )
    assert planned(of, edit(of, "m1", "/messages/0/content", "x")).tokens_estimate == 110 + 40


def test_a_prompt_that_was_not_recorded_is_said() -> None:
    of = trace(
        model_call("m1", None, assistant("", call("f", {}, "c1"))),
        tool_execution("x1", call("f", {}, "c1"), "r"),
    )
    (sentence,) = planned(of, edit(of, "x1", "/result", "s")).missing
    assert "the prompt of #1 was not recorded" in sentence


def test_nothing_is_touched_by_an_edit_that_says_what_is_there() -> None:
    one = planned(LOOP, edit(LOOP, "x1", "/result", "no such order"))
    assert one.counts() == dict.fromkeys(Touch, 0) | {Touch.REUSED: 5}
    assert (one.calls_by_model, one.tokens_estimate) == ({}, 0)


@pytest.mark.parametrize("executions", [True, False])
def test_every_row_has_a_sentence(executions: bool) -> None:
    of = chat(
        [user("u"), assistant("", call("f", {}, "c")), response("c", "r"), assistant("done")],
        executions=executions,
    )
    one = planned(of, edit(of, "m1", "/messages/0/content", "v"))
    assert [step.row for step in one.steps] == list(range(len(of)))
    assert all(step.reason for step in one.steps)
    assert one.tools == (ToolNeed("f", 1, 1),)


def test_a_model_that_was_edited_is_asked_from_there_on_not_before() -> None:
    of = chat(
        [system("s"), user("hi"), assistant("a"), user("more"), assistant("b"), user("on"), assistant("c")]
    )
    both = (edit(of, of.ids[0], "/messages/0/content", "x"), edit(of, of.ids[1], "/model", "m-2"))
    assert planned(of, *both).calls_by_model == {"m-1": 1, "m-2": 2}


def test_what_an_edited_reply_does_not_come_to_is_asked_of_nobody() -> None:
    """Of a reply that makes no call the turn ends there; what the person said next is said all the same."""
    of = chat(
        [
            user("u"),
            assistant("", call("f", {}, "c1"), call("g", {}, "c2")),
            response("c1", "one"),
            response("c2", "two"),
            assistant("", call("f", {"x": 1}, "c3")),
            response("c3", "three"),
            assistant("done"),
            user("and?"),
            assistant("no"),
        ],
        model="m",
    )
    ended = plan(Facts(of), [edit(of, "m1", "/tool_calls", [])])
    fewer = plan(Facts(of), [edit(of, "m1", "/tool_calls", [{"id": "c1", "name": "f", "arguments": {}}])])
    assert ended.calls_by_model == {"m": 1}
    assert ended.tools == ()
    gone = [step.row for step in ended.steps if step.reason.startswith("gone: ")]
    assert [of.name(row) for row in gone] == ["f", "g", "chat m", "f", "chat m"]
    assert [of.name(step.row) for step in fewer.steps if step.reason.startswith("gone: ")] == ["g"]


def test_a_call_whose_result_was_not_recorded_is_nothing_that_could_be_reused() -> None:
    """As Google ADK's test files have them: the calls, and what was said in the end."""
    asked = call("send", {"to": "a"}, "c")
    of = trace(
        model_call("m1", [user("u")], assistant("", asked)),
        tool_execution("x1", asked),
        model_call("m2", [user("u"), assistant("", asked)], "sent"),
    )
    one = planned(of, edit(of, "m1", "/output/content", "I send it"))
    assert touches(of, edit(of, "m1", "/output/content", "I send it"))["x1"] == "rerun"
    assert one.tools == (ToolNeed("send", 1, 0),)
    (asked_,) = Replay(Facts(of), [edit(of, "m1", "/output/content", "I send it")]).requests()
    assert asked_.why == "the call to send was recorded without its result"


def test_a_call_at_the_end_of_a_run_was_answered_by_nobody() -> None:
    finish = assistant("", call("finish", {}, "f"))
    of = chat([user("u"), assistant("", call("look", {}, "c")), response("c", "r"), finish])
    one = planned(of, edit(of, "m1", "/messages/0/content", "v"))
    assert one.tools == (ToolNeed("finish", 1, 0), ToolNeed("look", 1, 1))
