"""Three values and nothing guessed: what proves independence, what proves dependence, and that all else is unproven."""

from __future__ import annotations

import pytest

from replaydbg import limits
from replaydbg.core.trace import Trace
from replaydbg.graph.dependence import Dependence, Use, Verdicts, holds, message_text, word_grams
from replaydbg.graph.facts import Facts
from tests.support.build import (
    Built,
    agent,
    assistant,
    call,
    chat,
    model_call,
    response,
    tool_execution,
    trace,
    user,
)

ANSWER = "the train to Bern leaves at ten past nine"


def two(second: Built, first: str = ANSWER) -> Trace:
    return trace(model_call("a", [user("when?")], first, start_ms=0, duration_ms=10), second)


def later(told: str) -> Built:
    return model_call("b", [user(told)], "ok", start_ms=20, duration_ms=10)


def uses(of: Trace, text: str = ANSWER, source: int = 0) -> tuple[Use, ...]:
    flow = Facts(of).flow
    return flow.uses(source, text, flow.elsewhere(source)).found


def verdict(of: Trace, id_: str, changed: str) -> Dependence:
    return Verdicts(Facts(of).flow, [of.row(changed)]).of(of.row(id_)).dependence


# --- times


@pytest.mark.parametrize(
    ("start_ms", "expected"),
    [(5, Dependence.INDEPENDENT), (10, Dependence.UNPROVEN), (11, Dependence.UNPROVEN)],
    ids=["before the output existed", "at the very moment", "after"],
)
def test_only_what_began_before_the_output_existed_is_independent(
    start_ms: int, expected: Dependence
) -> None:
    of = two(model_call("b", [user("x")], "y", start_ms=start_ms, duration_ms=1))
    assert verdict(of, "b", "a") is expected


def test_missing_times_prove_nothing() -> None:
    of = two(model_call("b", [user("x")], "y", timed=False))
    assert verdict(of, "b", "a") is Dependence.UNPROVEN
    assert verdict(of, "a", "b") is Dependence.UNPROVEN


def test_one_step_that_begins_before_its_parent_makes_all_times_worthless() -> None:
    skewed = agent("root", "root", model_call("c", [user("z")], "z", start_ms=2), start_ms=50, duration_ms=10)
    of = trace(
        model_call("a", [user("when?")], ANSWER, start_ms=0, duration_ms=10),
        model_call("b", [user("x")], "y", start_ms=5, duration_ms=1),
        skewed,
    )
    assert not Facts(of).flow.clocks_agree
    assert verdict(of, "b", "a") is Dependence.UNPROVEN


def test_a_reply_that_is_gone_on_from_before_it_ends_makes_times_worthless() -> None:
    of = trace(
        model_call("a", [user("u")], "one", start_ms=0, duration_ms=10),
        model_call("b", [user("u"), assistant("one"), user("v")], "two", start_ms=3, duration_ms=10),
    )
    assert not Facts(of).flow.clocks_agree


def test_another_run_of_the_file_that_was_under_way_is_independent() -> None:
    of = trace(
        agent("r1", "one", model_call("a", [user("u")], ANSWER, start_ms=0, duration_ms=10), start_ms=0),
        agent("r2", "two", model_call("b", [user("v")], "ok", start_ms=20), start_ms=5, duration_ms=50),
        agent("r3", "three", model_call("c", [user("w")], "ok", start_ms=20), start_ms=15, duration_ms=50),
    )
    assert verdict(of, "b", "a") is Dependence.INDEPENDENT
    assert verdict(of, "c", "a") is Dependence.UNPROVEN


# --- order of the conversation


def test_what_a_step_was_made_of_comes_before_it_without_any_times() -> None:
    of = trace(
        model_call("m1", [user("u")], assistant("", call("f", {}, "c")), timed=False),
        tool_execution("x1", call("f", {}, "c"), "r", timed=False),
        model_call(
            "m2", [user("u"), assistant("", call("f", {}, "c")), response("c", "r")], "done", timed=False
        ),
    )
    one = Verdicts(Facts(of).flow, [2]).of(1)
    assert (one.dependence, one.precedes) == (Dependence.INDEPENDENT, True)
    assert verdict(of, "m1", "x1") is Dependence.INDEPENDENT


def test_the_thread_around_a_tool_execution_comes_before_what_runs_inside_of_it() -> None:
    of = trace(
        model_call("m1", [user("u")], assistant("", call("ask", {}, "c")), timed=False),
        tool_execution(
            "x1",
            call("ask", {}, "c"),
            "r",
            timed=False,
            children=(model_call("in", [user("v")], "r", timed=False),),
        ),
    )
    flow = Facts(of).flow
    assert flow.made_of(of.row("in")) == {of.row("m1")}
    assert list(flow.enclosing_executions(of.row("in"))) == [of.row("x1")]


def test_descendants_follow_every_fork() -> None:
    start = [user("u"), assistant("a")]
    of = trace(
        model_call("m1", [user("u")], "a"),
        model_call("m2", [*start, user("left")], "l"),
        model_call("m3", [*start, user("right")], "r"),
    )
    assert sorted(Facts(of).flow.descendants(0)) == [0, 1, 2]


# --- text


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (f"Merge: {ANSWER}!", (Use(1, verbatim=True),)),
        ("told that the train to Bern leaves at ten or so", (Use(1, verbatim=False),)),
        ("when does the boat leave?", ()),
        (f'{{"answer": "{ANSWER}"}}', (Use(1, verbatim=True),)),
    ],
    ids=["word for word", "in part", "not at all", "inside of JSON"],
)
def test_an_old_answer_in_another_prompt_is_proof(told: str, expected: tuple[Use, ...]) -> None:
    assert uses(two(later(told))) == expected


def test_a_prompt_from_before_the_answer_was_not_made_of_it() -> None:
    assert uses(two(model_call("b", [user(ANSWER)], "ok", start_ms=5))) == ()


@pytest.mark.parametrize(
    ("answer", "asked", "found"),
    [
        ("42", "x", False),
        ("sunny in Bern", "weather?", True),
        ("sunny in Bern", "is it sunny in Bern?", False),
    ],
    ids=["too short to mean anything", "short, and its own", "short, and out of the question"],
)
def test_short_answers_may_stand_there_by_chance(answer: str, asked: str, found: bool) -> None:
    of = trace(
        model_call("a", [user(asked)], answer, start_ms=0, duration_ms=10),
        model_call("b", [user(f"merge {answer} and rain")], "ok", start_ms=20),
    )
    assert bool(uses(of, answer)) is found


def test_the_result_of_a_tool_that_ran_elsewhere_says_it_of_its_own_accord() -> None:
    def told_by(start_ms: int) -> Trace:
        asked = call("look", {}, "c")
        return trace(
            model_call("o1", [user("look")], assistant("", asked), start_ms=0, duration_ms=1),
            tool_execution("ox", asked, ANSWER, start_ms=start_ms, duration_ms=100),
            model_call("a", [user("when?")], ANSWER, start_ms=10, duration_ms=10),
            model_call("o2", [user("look"), assistant("", asked), response("c", ANSWER)], "ok", start_ms=200),
        )

    around = told_by(5)
    assert uses(around, source=around.row("a")) == (
        Use(around.row("o2"), verbatim=True, ran=around.row("ox")),
    )
    after = told_by(50)
    assert uses(after, source=after.row("a")) == ()


def test_a_search_that_was_cut_short_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DEPENDENCE_CHARS_MAX", 10)
    of = trace(
        model_call("a", [user("when?")], ANSWER, start_ms=0, duration_ms=10),
        *(model_call(f"b{n}", [user(f"a long prompt {n}")], "ok", start_ms=20) for n in range(3)),
    )
    flow = Facts(of).flow
    assert not flow.uses(0, ANSWER, flow.elsewhere(0)).complete


@pytest.mark.parametrize(
    ("text", "needle", "expected"),
    [
        ("an answer here", "answer", True),
        ("unanswered", "answer", False),
        ("unanswered, an answer", "answer", True),
        ('{"a": "two\\nlines of it"}', "two\nlines of it", True),
        ("", "answer", False),
    ],
)
def test_holds_looks_for_whole_words(text: str, needle: str, expected: bool) -> None:
    assert holds(text, needle) is expected


def test_text_of_a_message_is_what_a_model_may_have_said() -> None:
    assert message_text(response("c", {"b": 1, "a": [True]})) == '{"a":[true],"b":1}'
    assert word_grams("one two three") == set()


def test_parallel_threads_with_equal_words_are_told_apart() -> None:
    """Of `Threads`: two agents that have said the same so far go on each from its own reply."""
    asked = call("get", {}, "c")

    def lane(name: str) -> Built:
        return agent(
            name,
            name,
            model_call(f"{name}1", [user("u")], assistant("", asked)),
            model_call(f"{name}2", [user("u"), assistant("", asked), response("c", name)], "done"),
        )

    of = trace(lane("a"), lane("b"))
    links = Facts(of).threads.links
    assert {of.ids[row]: link.previous for row, link in links.items()} == {
        "a1": None,
        "a2": of.row("a1"),
        "b1": None,
        "b2": of.row("b1"),
    }


def test_a_whole_prompt_after_calls_that_recorded_only_what_was_new() -> None:
    """Of `Threads`: the reply to a delta-recorded call is gone on from by a call that recorded everything."""
    first, second = assistant("", call("f", {}, "c1")), assistant("", call("g", {}, "c2"))
    of = trace(
        model_call("m1", [user("u")], first),
        model_call("m2", [first, response("c1", "r")], second),
        model_call("m3", [user("u"), first, response("c1", "r"), second, response("c2", "s")], "done"),
    )
    assert Facts(of).threads.links[2].previous == 1


def test_a_single_thread_has_no_elsewhere() -> None:
    flow = Facts(chat([user("u"), assistant("a"), user("v"), assistant("b")])).flow
    assert flow.elsewhere(0) == []
