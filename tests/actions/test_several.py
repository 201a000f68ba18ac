"""The same edits on many traces: each has its own steps, and one that they do not fit stops no other."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from replaydbg.actions.open import Opened
from replaydbg.actions.rerun import RerunOptions
from replaydbg.actions.several import Outcome, Several, Wanted, is_several, opened_each

MODEL = "python:tests.actions.test_several:model"


def model(request: dict[str, Any]) -> str:
    return f"told: {request['messages'][-1]['content']}"


def chat(*texts: str) -> str:
    roles = ("user", "assistant")
    return json.dumps(
        {"messages": [{"role": roles[at % 2], "content": text} for at, text in enumerate(texts)]}
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "long.json").write_text(chat("a", "b", "c", "d"))
    (tmp_path / "short.json").write_text(chat("e", "f"))
    (tmp_path / "broken.json").write_text("{")
    return tmp_path


def outcomes(folder: Path, several: Several) -> dict[str, Outcome]:
    def outcome(opened: Opened | Outcome) -> Outcome:
        return opened if isinstance(opened, Outcome) else asyncio.run(several.rerun(opened))

    return {Path(one.path).stem: one for one in map(outcome, opened_each([str(folder)]))}


def test_each_trace_has_the_edit_on_its_own_step(folder: Path) -> None:
    done = outcomes(
        folder, Several(Wanted(["#1:/messages/0/content=better"]), RerunOptions(provider=MODEL, model="m"))
    )
    assert list(done) == ["broken", "long", "short"]
    assert "broken.json is" in done["broken"].passed_over
    for name in ("long", "short"):
        branch = done[name].branch
        assert branch is not None
        output = branch.trace.body(0).output
        assert output is not None
        assert output.text == "told: better"
        assert done[name].spent.live_calls >= 1


def test_a_trace_that_the_edit_does_not_fit_is_passed_over_with_the_reason(folder: Path) -> None:
    done = outcomes(folder, Several(Wanted(["#2:/messages/0/content=better"]), RerunOptions()))
    assert "no step #2" in done["short"].passed_over
    assert done["long"].branch is not None
    choices = Wanted(["#1:/messages/0/content=x"], keep=["#2"])
    assert "no step #2" in outcomes(folder, Several(choices, RerunOptions()))["short"].passed_over


def test_bounds_hold_for_all_together(folder: Path) -> None:
    wanted = Wanted(["#1:/messages/0/content=better"])
    done = outcomes(folder, Several(wanted, RerunOptions(provider=MODEL, model="m", calls_max=1)))
    assert done["long"].branch is not None
    assert done["long"].branch.stopped is not None
    assert "all runs together" in done["short"].passed_over


def test_a_plan_asks_nothing(folder: Path) -> None:
    several = Several(Wanted(["#1:/messages/0/content=better"]), RerunOptions())
    plans = [
        asyncio.run(several.planned(one)) for one in opened_each([str(folder)]) if isinstance(one, Opened)
    ]
    assert [one.plan is not None and sum(one.plan.calls_by_model.values()) for one in plans] == [2, 1]


def test_a_folder_is_several_and_a_file_is_not(folder: Path) -> None:
    assert is_several([str(folder)])
    assert is_several([str(folder / "long.json"), str(folder / "short.json")])
    assert not is_several([str(folder / "long.json")])
    assert not is_several(["-"])
