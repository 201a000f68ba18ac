"""What counts as doing the same, and as the same coming of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replaydbg.core.step import Status
from replaydbg.core.trace import Trace
from replaydbg.graph.deeds import Turn
from replaydbg.graph.facts import Facts
from tests.support.build import (
    assistant,
    call,
    chat,
    model_call,
    response,
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


def test_a_failure_is_seen_in_the_words_of_the_result() -> None:
    first, second = two(({}, "Error: no such order"), ({}, "ok"))
    assert (first.failed, second.failed) == (True, False)


def test_an_id_that_is_told_later_was_made_up_before() -> None:
    """Whoever creates a thing under an id of its own and has it confirmed did not know it before."""
    first, second = two(({"id": UUID}, {"created": UUID}), ({"id": OTHER_UUID}, {"created": OTHER_UUID}))
    assert second.did == first.did  # asked for the later first: the order of asking is no matter
    third, fourth = two(({"q": 1}, [UUID]), ({"id": UUID}, "ok"))
    assert fourth.did != third.did


def test_what_came_at_a_glance() -> None:
    first, second = two(({}, "10 % done"), ({}, "20 % done"))
    assert first.came == second.came
    assert first.outcome != second.outcome
    empty, full = two(({}, []), ({}, [1]))
    assert (empty.nothing, full.nothing) == (True, False)
    assert empty.came != full.came


WORDS = st.lists(
    st.sampled_from(["No", "rows", "12", "error", "Found", " ", "in", "table", "3.5"]), max_size=12
).map("".join)


@given(WORDS, WORDS)
def test_came_as_is_as_what_came(one: str, other: str) -> None:
    """First letters tell most results apart, and never two that are the same at a glance."""
    first, second = two(({}, one), ({}, other))
    assert first.came_as(second) == (first.came == second.came)


FACTS: list[dict[str, Any]] = [
    {},
    {"error": "it broke"},
    {"error": "invalid arguments: x", "status": Status.UNSET},
    {"error": "it broke", "status": Status.UNSET},
    {"status": Status.ERROR},
]
RESULTS: st.SearchStrategy[tuple[Any, dict[str, Any]]] = st.tuples(
    st.one_of(
        WORDS,
        st.sampled_from([None, [], {"error": "no"}, "error: no", "No rows found in the table 12 of all"]),
    ),
    st.sampled_from(FACTS),
)


def side_by_side(results: list[list[tuple[Any, dict[str, Any]]]]) -> list[Turn]:
    """Turns of a model call and an execution for each result."""
    steps = []
    for at, turn in enumerate(results):
        calls = [call("f", {"n": n}, f"{at} {n}") for n in range(len(turn))]
        steps.append(model_call(f"m{at}", None, assistant("", *calls)))
        steps += [
            tool_execution(f"x{at} {n}", calls[n], result, **facts) for n, (result, facts) in enumerate(turn)
        ]
    return [turn for stretch in stretches(trace(*steps)) for turn in stretch]


@settings(max_examples=300)
@given(st.lists(st.lists(RESULTS, min_size=1, max_size=2), min_size=2, max_size=4))
def test_came_as_is_as_what_came_of_calls_side_by_side(
    results: list[list[tuple[Any, dict[str, Any]]]],
) -> None:
    count = len(side_by_side(results))
    assert count == len(results)
    for one in range(count):
        for other in range(one):
            turns = side_by_side(results)  # of which nothing is known yet
            assert turns[one].came_as(turns[other]) == (turns[one].came == turns[other].came)


ARGUMENTS = st.sampled_from(
    [{"a": 1}, {"a": 1.0}, {"a": 2}, {"a": "x  y"}, {"a": "x y"}, {"a": UUID}, {"a": OTHER_UUID}, {"a": "~"}]
)


@given(st.lists(st.tuples(ARGUMENTS, st.sampled_from(["ok", UUID, OTHER_UUID])), min_size=2, max_size=6))
def test_what_was_done_is_the_same_however_it_is_looked_at(done: list[tuple[Any, str]]) -> None:
    """A glance notes how calls were spelled; what is equal so is looked at once."""

    def run() -> list[Turn]:
        messages = [user("Go.")]
        for number, (arguments, result) in enumerate(done):
            messages += [assistant("", call("f", arguments, f"{number}")), response(f"{number}", result)]
        return [turn for stretch in stretches(chat([*messages, assistant("Done.")])) for turn in stretch]

    plain, glanced = run(), run()
    assert all(isinstance(turn.gist, int) for turn in glanced)
    names, others = [turn.did for turn in plain], [turn.did for turn in glanced]
    for at, name in enumerate(names):
        assert [name == one for one in names] == [others[at] == one for one in others]


def test_first_letters_tell_results_apart() -> None:
    first, second = two(({}, "the boots are sold out everywhere"), ({}, "the shoes are sold out everywhere"))
    assert not first.came_as(second)
    assert first._begins is None  # nor was more looked at


def test_results_say_where_they_were_recorded() -> None:
    run = trace(
        model_call("m1", [user("Go.")], assistant("", call("f", {}, "a"))),
        tool_execution("x1", call("f", {}, "a"), 7),
        model_call("m2", [user("Go."), assistant("", call("f", {}, "a")), response("a", 7)], assistant("", call("g", {}, "b"))),
        model_call("m3", [user("Go."), assistant("", call("f", {}, "a")), response("a", 7), assistant("", call("g", {}, "b")), response("b", 8)], "Done."),
    )  # fmt: skip
    ((one, other, _),) = stretches(run)
    assert [(result.value, result.row) for result in one.results()] == [(7, 1)]
    assert [(result.value, result.row) for result in other.results()] == [(8, None)]


def test_white_space_before_nothing_tells_nothing_apart() -> None:
    said = "no matching results in the table of orders"
    first, second = two(({}, " " * 270 + said), ({}, "\n" * 270 + said))
    assert first.came_as(second)
    assert first.nothing


PIECES = st.lists(
    st.sampled_from(
        ["No", "rows ", "12", "error", "a", "-", "~", "  ", "\n", "\xa0", "٣", "2026-01-02 10:20", " 1.5 s", "/tmp/a", "/var/folders/b", "x", UUID, OTHER_UUID,
         "abcdefab" * 4, "the table of orders "]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@settings(max_examples=500)
@given(PIECES, PIECES, PIECES)
def test_first_letters_tell_no_outcome_from_an_equal_one(begins: str, one: str, other: str) -> None:
    first, second = two(({}, begins + one), ({}, begins + other))
    if first.came_otherwise(second):
        assert first.outcome != second.outcome


def test_first_letters_tell_outcomes_apart() -> None:
    first, second = two(({}, "boots: 3 left"), ({}, "shoes: 3 left"))
    assert first.came_otherwise(second)
    again, later = two(({}, "at 2026-01-02 10:20 all is well"), ({}, "at 2026-01-02 10:25 all is well"))
    assert not again.came_otherwise(later)


def test_ids_that_executions_made_up_tell_no_outcome_from_an_equal_one() -> None:
    said = "is the number of the request that found nothing at all"
    run = trace(
        model_call("m1", [user("Go.")], assistant("", call("f", {}, "a"))),
        tool_execution("x1", call("f", {}, "a"), f"{UUID} {said}"),
        model_call("m2", [user("Go."), assistant("", call("f", {}, "a")), response("a", "x")], assistant("", call("f", {}, "b"))),
        tool_execution("x2", call("f", {}, "b"), f"{OTHER_UUID} {said}"),
    )  # fmt: skip
    ((first, second),) = stretches(run)
    assert first.outcome == second.outcome
    assert not first.came_otherwise(second)
