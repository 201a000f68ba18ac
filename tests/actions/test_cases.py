"""Branches as regression tests: pinned, verified offline with their own answers, and live."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from replaydbg.actions.cases import Verified, pin, read_case, verify
from replaydbg.actions.rerun import RerunOptions, rerun
from replaydbg.config import ToolSetting
from replaydbg.core.branch import Branch, Choice, Provenance, Question
from replaydbg.core.trace import Trace
from replaydbg.errors import UnreadableInput, UsageProblem
from replaydbg.graph.facts import Facts
from tests.support.build import assistant, call, chat, model_call, response, trace, user
from tests.support.drive import edit

RUN = chat(
    [user("u"), assistant("", call("f", {"x": 1}, "c1")), response("c1", "no"), assistant("sorry")], model="m"
)
ASKED: list[Any] = []


def model(request: dict[str, Any]) -> Any:
    """Calls the tool twice with one and the same question, and then says what it was told."""
    ASKED.append(request)
    told = [message["content"] for message in request["messages"] if message["role"] == "tool"]
    if len(told) < 2:
        asked = {
            "id": f"k{len(told)}",
            "type": "function",
            "function": {"name": "f", "arguments": '{"x": 2}'},
        }
        return {"choices": [{"message": {"role": "assistant", "content": None, "tool_calls": [asked]}}]}
    return " then ".join(told)


def worse(request: dict[str, Any]) -> str:
    return "sorry"


def counting(x: int) -> str:
    counting.times += 1  # type: ignore[attr-defined]
    return f"told {counting.times} times"  # type: ignore[attr-defined]


counting.times = 0  # type: ignore[attr-defined]
HERE = "python:tests.actions.test_cases"


async def branch_of(of: Trace = RUN) -> Branch:
    counting.times = 0  # type: ignore[attr-defined]
    options = RerunOptions(
        provider=f"{HERE}:model",
        tools={"f": ToolSetting(way="python", python="tests.actions.test_cases:counting", policy="allow")},
    )
    return await rerun(Facts(of), [edit(of, "m1", "/messages/0/content", "please")], options)


@pytest.fixture
async def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.json"
    pin(RUN, await branch_of(), ["regex:told 1 times then told 2 times"], str(path))
    return path


async def verified(path: Path, options: RerunOptions | None = None) -> Verified:
    return await verify(read_case(str(path)), options or RerunOptions())


async def test_offline_a_branch_comes_out_again_and_nothing_is_asked(case: Path) -> None:
    ASKED.clear()
    counting.times = 9  # type: ignore[attr-defined]
    told = await verified(case)
    assert (told.problems, told.holds) == ((), True)
    assert told.held == (("regex:told 1 times then told 2 times", True),)
    assert ASKED == []
    assert counting.times == 9  # type: ignore[attr-defined]


async def test_live_the_oracles_judge(case: Path) -> None:
    bad = await verified(case, RerunOptions(provider=f"{HERE}:worse"))
    assert (bad.problems, bad.holds) == ((), False)
    stopped = await verified(case, RerunOptions(provider=f"{HERE}:model"))
    assert not stopped.holds
    assert stopped.problems[0].startswith("the re-run stopped: ")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("regex:told 1", "regex:said 1"), "does not hold"),
        (lambda text: text.replace('"before": "u"', '"before": "w"'), "the edits fit the recording no more"),
    ],
)
async def test_a_case_that_was_changed_does_not_hold(case: Path, change: Any, words: str) -> None:
    case.write_text(change(case.read_text()))
    told = await verified(case)
    assert not told.holds
    assert words in " ".join([*told.problems, *("does not hold" for _, held in told.held if not held)])


async def test_where_the_branch_comes_out_otherwise_is_said(tmp_path: Path) -> None:
    branch = await branch_of()
    path = tmp_path / "case.json"
    *others, last = branch.steps
    pin(
        RUN,
        replace(
            branch, steps=(*others, replace(last, provenance=Provenance.RECORDED, question=Question.NONE))
        ),
        [],
        str(path),
    )
    problems = (await verified(path)).problems
    assert problems[0] == f"the branch had {len(branch.steps)} steps, and comes out with {len(others)}"
    assert problems[1].startswith("the branch stopped not before, and now: ")


async def test_a_branch_must_pass_its_own_oracles(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="does not pass regex:never itself"):
        pin(RUN, await branch_of(), ["regex:never"], str(tmp_path / "case.json"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{}", "is no case$"),
        ('{"replaydbg_case": 1}', "is no case: 'recording' is missing$"),
        ("[]", "is no case"),
        ("nonsense", "is no case"),
        ('{"replaydbg_case": 99}', "is a case of version 99"),
    ],
)
def test_what_is_no_case(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(UnreadableInput, match=words):
        read_case(str(path))


async def test_any_missing_part_is_said_and_not_raised(case: Path) -> None:
    whole = orjson.loads(case.read_bytes())
    for key in whole:
        case.write_text(json.dumps({name: value for name, value in whole.items() if name != key}))
        with pytest.raises(UnreadableInput):
            read_case(str(case))


async def test_what_was_decided_of_unproven_steps_is_part_of_the_case(tmp_path: Path) -> None:
    of = trace(
        model_call("a", [user("plan")], "the plan", start_ms=0, duration_ms=10),
        model_call("b", [user("other")], "who knows", start_ms=20, duration_ms=10),
    )
    options = RerunOptions(provider=f"{HERE}:worse", choices={"b": Choice.RERUN})
    branch = await rerun(Facts(of), [edit(of, "a", "/output/content", "another")], options)
    assert branch.steps[1].provenance is Provenance.LIVE
    path = tmp_path / "case.json"
    pin(of, branch, ["regex:sorry"], str(path))

    assert (await verified(path)).holds
    assert (await verified(path, RerunOptions(provider=f"{HERE}:worse"))).holds
