"""Answers of another model than was asked, and conversations that change theirs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replaydbg.core.finding import Severity
from replaydbg.core.trace import Trace
from replaydbg.rules.model_switched import RULE
from tests.support.build import Built, assistant, model_call, trace, user
from tests.support.rules import found


def asking(id_: str, asked: str, answered: str = "") -> Built:
    step = model_call(id_, [user(id_)], "ok", model=asked)
    return replace(step, body=replace(step.body, response_model=answered))


def conversation(first: str, second: str) -> Trace:
    prompt = [user("Hi.")]
    return trace(
        model_call("m1", prompt, "Hello.", model=first),
        model_call("m2", [*prompt, assistant("Hello."), user("And?")], "Bye.", model=second),
    )


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(trace(asking("m1", "gpt-4o", "gpt-4o-2024-08-06")), id="a snapshot"),
        pytest.param(trace(asking("m1", "gpt-4o")), id="the answer names none"),
        pytest.param(trace(asking("m1", "prod-eu", "gpt-4o")), id="a deployment"),
        pytest.param(
            trace(asking("m1", "gpt-4o"), asking("m2", "gpt-4o-mini")), id="two agents with a model each"
        ),
        pytest.param(conversation("gpt-4o", "gpt-4o-2024-08-06"), id="a conversation and a snapshot"),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


def test_another_model_answers() -> None:
    run = trace(*(asking(f"m{n}", "gpt-4o", "gpt-4o-mini-2024-07-18") for n in range(2)))
    (finding,) = found(RULE, run)
    assert finding.severity is Severity.WARNING
    assert finding.message == "gpt-4o was asked, gpt-4o-mini-2024-07-18 answered, 2 times"


def test_a_conversation_goes_on_with_another() -> None:
    (finding,) = found(RULE, conversation("gpt-4o", "claude-sonnet-4-5"))
    assert finding.severity is Severity.INFO
    assert finding.step_ids == ("m2", "m1")
