"""Hand-off ping-pong: agents that only pass the task round."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Severity
from replaydbg.core.trace import Trace
from replaydbg.rules.hand_off_ping_pong import RULE
from tests.support.build import agent, model_call, system, trace
from tests.support.rules import found


def talking(*turns: tuple[str, str]) -> Trace:
    return trace(
        *(
            agent(f"a{number}", name, model_call(f"m{number}", [system(f"You are {name}.")], text))
            for number, (name, text) in enumerate(turns)
        )
    )


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(talking(("A", "x"), ("B", "y"), ("A", "x"), ("B", "y")), id="twice to and fro"),
        pytest.param(talking(*(("AB"[n % 2], f"idea {n} {'abcdefgh'[n]}") for n in range(8))), id="a talk"),
        pytest.param(talking(*(("A", "x") for _ in range(8))), id="one agent alone"),
        pytest.param(
            talking(*((("lead", "next") if n % 2 else ("worker", f"part {n} is done")) for n in range(8))),
            id="a worker who works",
        ),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


def test_to_and_fro() -> None:
    run = talking(
        ("lead", "plan"), *(((("billing", "support"))[n % 2], "That is for the other one.") for n in range(6))
    )
    (finding,) = found(RULE, run)
    assert finding.severity is Severity.ERROR
    assert finding.message == "billing and support pass the task round 3 times with next to nothing new"
    assert finding.step_ids == tuple(f"m{n}" for n in range(1, 7))
    assert (finding.period, finding.repeats) == (2, 3)


def test_an_agent_without_a_name() -> None:
    run = trace(
        *(model_call(f"m{n}", [system("S")], "Over to you.", agent="x" if n % 2 else "") for n in range(8))
    )
    (finding,) = found(RULE, run)
    assert finding.message.startswith("an unnamed agent and x pass")
