"""The run by round, by agent, and in as many stretches as there are lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.trace import Trace
from replaydbg.graph.lanes import Chain
from replaydbg.graph.zoom import Level, Stretches, Zoomed
from tests.support.build import agent, assistant, call, model_call, tool_execution, trace, user

ASK = call("find", {"q": 1}, "c1")


def two_agents() -> Trace:
    """The planner asks twice; between its calls the searcher works, once within a tool of it."""
    searcher = agent(
        "s", "searcher", model_call("s1", [user("q")], "a"), tool_execution("t2", call("look", {}, "c2"), 1)
    )
    return trace(
        agent(
            "p",
            "planner",
            model_call("m1", [user("go")], assistant("", ASK)),
            tool_execution("t1", ASK, "x"),
            searcher,
            model_call("m2", [user("go")], "done"),
        )
    )


def ids(run: Trace, begins: list[int]) -> list[str]:
    return [run.ids[row] for row in begins]


def test_rounds_and_agents_begin_where_a_model_is_asked_or_another_agent_goes_on() -> None:
    run = two_agents()
    assert list(run.ids) == ["p", "m1", "t1", "s", "s1", "t2", "m2"]
    stretches = Stretches(run)
    assert ids(run, list(stretches.agents)) == ["p", "s", "m2"]
    assert ids(run, list(stretches.rounds)) == ["p", "m1", "s", "s1", "m2"]


def test_names_of_agents_are_enough_where_no_step_stands_for_them() -> None:
    steps = [model_call(f"m{number}", [user("q")], "a", agent=name) for number, name in enumerate("aabbab")]
    assert list(Stretches(trace(*steps)).agents) == [0, 2, 4, 5]


def test_the_same_agent_called_twice_in_a_row_is_two_turns() -> None:
    run = trace(*(agent(f"a{n}", "worker", model_call(f"m{n}", [user("q")], "a")) for n in range(3)))
    assert list(Stretches(run).agents) == [0, 2, 4]


@pytest.mark.parametrize(
    ("lines", "expected"), [(3, [0, 2, 4]), (7, list(range(7))), (50, list(range(7))), (1, [0])]
)
def test_the_whole_run_in_so_many_lines(lines: int, expected: list[int]) -> None:
    assert list(Stretches(two_agents()).parts(lines)) == expected


@given(
    st.lists(st.sampled_from("ab"), min_size=1, max_size=30),
    st.sampled_from(list(Level)[:3]),
    st.integers(1, 9),
)
def test_every_step_is_in_one_stretch(names: list[str], level: Level, lines: int) -> None:
    run = trace(
        *(model_call(f"m{number}", [user("q")], "a", agent=name) for number, name in enumerate(names))
    )
    whole = Chain(run)
    zoomed = Zoomed(whole, Stretches(run).of(level, lines), level)
    entries = [zoomed.entry(y) for y in range(len(zoomed))]
    assert [row for entry in entries for row in range(entry.row, entry.end)] == list(range(len(run)))
    for row in range(len(run)):
        entry = zoomed.entry(zoomed.place(row))
        assert entry.row <= row < entry.end
    assert zoomed.state == whole.state
