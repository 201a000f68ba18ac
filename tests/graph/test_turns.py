"""Which steps are a turn, and where a stretch of turns ends."""

from __future__ import annotations

from typing import Any

from replaydbg.core.trace import Trace
from replaydbg.graph.deeds import Turn
from replaydbg.graph.facts import Facts
from tests.support.build import (
    Built,
    agent,
    assistant,
    call,
    chat,
    model_call,
    system,
    tool_execution,
    trace,
    user,
)


def stretches(run: Trace) -> list[list[Turn]]:
    return [stretch for stretch in Facts(run).turns.stretches if stretch]


def rows(run: Trace) -> list[list[str]]:
    return [[run.ids[turn.row] for turn in stretch] for stretch in stretches(run)]


def test_a_word_from_a_person_ends_a_stretch() -> None:
    assert rows(chat([user("Go."), assistant("A."), user("On."), assistant("B.")])) == [["m1"], ["m2"]]


def test_results_under_the_role_of_the_user_do_not() -> None:
    run = trace(
        model_call("m1", [user("Go.")], assistant("", call("f", {}, "a"))),
        model_call("m2", [user("Go."), assistant("Calling f."), user("Observation: 1")], "Done."),
    )
    assert rows(run) == [["m1", "m2"]]


def asking(id_: str, *words: str, **facts: Any) -> Built:
    return model_call(id_, [system(words[0]), *map(user, words[1:])], f"Reply {id_}.", **facts)


def test_a_history_that_is_cut_goes_on_and_a_new_task_does_not() -> None:
    assert rows(trace(asking("m1", "S", "Go."), asking("m2", "S", "Go."), asking("m3", "S", "Else."))) == [
        ["m1", "m2"],
        ["m3"],
    ]
    assert rows(
        trace(asking("m1", "Now 2026-01-01 10:00", "Go."), asking("m2", "Now 2026-01-01 10:01", "Go."))
    ) == [["m1", "m2"]]


def test_the_same_question_at_the_same_time_is_asked_of_many() -> None:
    run = trace(*(asking(f"m{n}", "S", "Go.", start_ms=0, duration_ms=9) for n in range(3)))
    assert rows(run) == [["m0"], ["m1"], ["m2"]]


def test_agent_invocations_are_kept_apart() -> None:
    run = trace(agent("a1", "A", asking("m1", "S", "Go.")), agent("a2", "A", asking("m2", "S", "Go.")))
    assert rows(run) == [["m1"], ["m2"]]


def test_a_tool_that_two_libraries_recorded_ran_once() -> None:
    inner = tool_execution("x2", call("f", {"x": 1}), 1)
    outer = tool_execution("x1", call("f", {"x": 1}), 1)
    run = trace(Built(**{**vars(outer), "children": (inner,)}))
    assert rows(run) == [["x1"]]
    assert [run.ids[row] for row in Facts(run).turns.executions_alone] == ["x1"]


def test_replies_without_words_are_no_turns() -> None:
    assert stretches(trace(model_call("m1", [user("Go.")], None), model_call("m2", [user("Go.")], ""))) == []


def test_replies_that_may_be_chants_are_noted() -> None:
    run = chat([user("Go."), assistant("short"), user("On."), assistant("long " * 400)])
    assert [run.ids[row] for row in Facts(run).turns.long_outputs] == ["m2"]
