"""What counts as doing the same, and as the same coming of it."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.graph.turns import Turn, canonical_text, is_nothing
from tests.support.build import (
    Built,
    agent,
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

UUID = "3f2b8c1e-0d4a-4c57-9a53-6d6f0f1c2a3b"
OTHER_UUID = "a0000000-0d4a-4c57-9a53-6d6f0f1c2a3b"


def stretches(run: Trace) -> list[list[Turn]]:
    return [stretch for stretch in Facts(run).turns.stretches if stretch]


def two(first: tuple[Any, Any], second: tuple[Any, Any], prompt: str = "Go.") -> tuple[Turn, Turn]:
    """The turns of a run that calls one tool twice, with these arguments and results."""
    run = chat(
        [
            user(prompt),
            assistant("Hm.", call("f", first[0], "1")),
            response("1", first[1]),
            assistant("So.", call("f", second[0], "2")),
            response("2", second[1]),
            assistant("Done."),
        ]
    )
    (stretch,) = stretches(run)
    return stretch[0], stretch[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"a": 1, "b": 2}, {"b": 2.0, "a": 1}, id="order and spelling"),
        pytest.param({"a": "x  y"}, {"a": "x\n y"}, id="white space"),
        pytest.param({"id": UUID}, {"id": OTHER_UUID}, id="ids that nobody told"),
    ],
)
def test_the_same_was_done(one: Any, other: Any) -> None:
    first, second = two((one, 1), (other, 1))
    assert first.did == second.did


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"a": 1}, {"a": 2}, id="a number"),
        pytest.param({"a": "x"}, {"a": "X"}, id="case"),
        pytest.param({"at": "2026-01-02T10:00"}, {"at": "2026-01-02T11:00"}, id="times are asked for"),
        pytest.param({"file": "/tmp/a.txt"}, {"file": "/tmp/b.txt"}, id="files are asked for"),
    ],
)
def test_something_else_was_done(one: Any, other: Any) -> None:
    first, second = two((one, 1), (other, 1))
    assert first.did != second.did


def test_ids_that_were_told_are_what_is_done() -> None:
    in_the_prompt = two(
        ({"id": UUID}, "ok"), ({"id": OTHER_UUID}, "ok"), f"Delete {UUID} and {OTHER_UUID.upper()}."
    )
    assert in_the_prompt[0].did != in_the_prompt[1].did
    in_a_result = two(({"id": "all"}, [UUID, OTHER_UUID]), ({"id": UUID}, "ok"))
    assert in_a_result[0].did != in_a_result[1].did


def test_numbers_apart_it_was_roughly_the_same() -> None:
    first, second = two(({"q": "Order 7"}, 1), ({"q": "order 12.5"}, 1))
    assert first.did != second.did
    assert first.roughly == second.roughly


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("done at 2026-02-03 10:00:01", "done at 2026-02-03 10:09:59.5Z", id="a time"),
        pytest.param("took 12 ms", "took 9 ms", id="milliseconds"),
        pytest.param("1 failed in 0.03s", "1 failed in 1.20s", id="fractions of seconds"),
        pytest.param({"id": UUID, "n": 1}, {"n": 1, "id": OTHER_UUID}, id="a made-up id"),
        pytest.param("<f at 0x7fa2b3c4d5e6>", "<f at 0x7fa2b3c4dfff>", id="an address"),
        pytest.param("wrote /tmp/x1y2/out", "wrote /tmp/z9/out", id="a temporary file"),
        pytest.param("ts=1770000000.25", "ts=1770000099", id="Unix time"),
        pytest.param("a\nb", "a  b ", id="white space"),
    ],
)
def test_the_same_came_of_it(one: Any, other: Any) -> None:
    first, second = two(({}, one), ({}, other))
    assert first.outcome == second.outcome


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("10% done", "20% done", id="progress"),
        pytest.param("on 2026-02-03", "on 2026-02-04", id="a day"),
        pytest.param("30 s left", "20 s left", id="whole seconds"),
        pytest.param([1], [1, 2], id="more"),
        pytest.param("order 1600000001", "order 15", id="a number"),
        pytest.param(True, 1, id="true and one"),
    ],
)
def test_something_else_came_of_it(one: Any, other: Any) -> None:
    first, second = two(({}, one), ({}, other))
    assert first.outcome != second.outcome


def test_a_failure_is_another_outcome_than_the_same_text() -> None:
    run = trace(tool_execution("x1", call("f"), "no"), tool_execution("x2", call("f"), "no", error="no"))
    ((first, second),) = stretches(run)
    assert (first.failed, second.failed) == (False, True)
    assert first.outcome != second.outcome


def test_unknown_is_never_the_same() -> None:
    run = trace(tool_execution("x1", call("f")), tool_execution("x2", call("f")))
    ((first, second),) = stretches(run)
    assert first.did == second.did
    assert first.outcome < 0
    assert first.outcome != second.outcome


def test_a_turn_names_its_steps() -> None:
    one, other = call("f", {}, "a"), call("g", {}, "b")
    run = trace(
        model_call("m1", [user("Go.")], assistant("", one, other)),
        tool_execution("x2", other, 2),
        tool_execution("x1", one, 1),
    )
    ((turn,),) = stretches(run)
    assert [run.ids[row] for row in turn.rows] == ["m1", "x1", "x2"]
    assert turn.tools == ("f", "g")


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


@pytest.mark.parametrize(
    "result",
    [None, "", "  ", [], {}, "[]", "{}", "null", "None", "No results", "no results found for 'x'.", "0 results", "not found",
     "No matching records found", "order not found.", {"items": []}, {"items": [], "total": 0}, {"a": {"b": []}}],
    ids=repr,
)  # fmt: skip
def test_nothing(result: Any) -> None:
    assert is_nothing(result)


@pytest.mark.parametrize(
    "result", ["ok", "no", 5, [0], {"ok": True}, {"items": [1]}, "No results yet, but 3 pages are left to read: go on with the next one", True],
    ids=repr,
)  # fmt: skip
def test_something(result: Any) -> None:
    assert not is_nothing(result)


def test_canonical_text() -> None:
    assert canonical_text({"b": 1.0, "a": "x\n\ty"}) == '{"a":"x y","b":1}'
    assert canonical_text(" a\n b ") == "a b"
