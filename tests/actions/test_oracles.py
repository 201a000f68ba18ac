"""What a person wants of a branch: yes or no."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.actions.oracles import final_answer, make_oracles
from replaydbg.errors import UsageProblem
from replaydbg.graph.facts import Facts
from tests.support.build import assistant, call, model_call, parameters, tool, trace, user

TOOLS = [tool("f", parameters(["x"], x={"type": "integer"}))]


def run(x: Any, answer: str = '{"status": "done", "n": [1]}') -> Facts:
    return Facts(
        trace(
            model_call("m1", [user("u")], assistant("", call("f", {"x": x}, "c")), tools=TOOLS),
            model_call("m2", [user("and?")], answer),
        )
    )


BROKEN, MENDED = run("one"), run(1)


def holds(words: str, facts: Facts) -> bool:
    (oracle,) = make_oracles([words], BROKEN)
    return oracle.holds(facts)


def seven(branch: dict[str, Any]) -> bool:
    return bool(branch["steps"][0]["tool_calls"][0]["arguments"]["x"] == 7)


@pytest.mark.parametrize(
    ("words", "broken", "mended"),
    [
        ("gone:T003", False, True),
        ("gone:schema-violation", False, True),
        ("absent:no-progress-loop", True, True),
        ("regex:d.ne", True, True),
        ("not-regex:done", False, False),
        ("pointer:/status=done", True, True),
        ("pointer:/n/0=1", True, True),
        ("pointer:/n=[2]", False, False),
        ("pointer:/no/such=1", False, False),
        ("python:tests.actions.test_oracles:seven", False, False),
    ],
)
def test_oracles(words: str, broken: bool, mended: bool) -> None:
    assert (holds(words, BROKEN), holds(words, MENDED)) == (broken, mended)


def test_a_function_of_the_persons_own() -> None:
    assert holds("python:tests.actions.test_oracles:seven", run(7))


def test_without_words_every_error_of_the_recording_must_be_gone() -> None:
    (oracle,) = make_oracles([], BROKEN)
    assert oracle.words == "gone:schema-violation"
    with pytest.raises(UsageProblem, match="no error that could be gone"):
        make_oracles([], MENDED)


@pytest.mark.parametrize(
    "words",
    ["gone:no-progress-loop", "gone:nothing", "regex:(", "pointer:/x", "python:no.such:f", "maybe", ""],
)
def test_what_cannot_be_asked(words: str) -> None:
    with pytest.raises(UsageProblem):
        make_oracles([words], BROKEN)


def test_the_final_answer_is_the_last_reply_without_calls() -> None:
    assert final_answer(BROKEN) == '{"status": "done", "n": [1]}'
    assert final_answer(Facts(trace(model_call("m", [], assistant("hm", call("f")))))) == ""
    assert not holds("pointer:/status=done", run(1, "no JSON"))
