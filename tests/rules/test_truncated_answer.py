"""Replies that the token limit ended."""

from __future__ import annotations

import pytest

from replaydbg.core.step import Usage
from replaydbg.core.trace import Trace
from replaydbg.rules.truncated_answer import RULE
from tests.support.build import assistant, model_call, trace, user
from tests.support.rules import found


def ending(reason: str, **params: object) -> Trace:
    reply = assistant("Once upon a", finish_reason=reason)
    return trace(model_call("m1", [user("Tell.")], reply, params=params, usage=Usage(9, 128)))


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(ending("stop", max_tokens=128), id="stopped"),
        pytest.param(ending("length", max_tokens=1), id="a probe"),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


@pytest.mark.parametrize("reason", ["length", "max_tokens", "MAX_TOKENS", "max_output_tokens"])
def test_found(reason: str) -> None:
    (finding,) = found(RULE, ending(reason, max_tokens=128))
    assert finding.message == "the token limit of 128 ended the reply after 128 tokens"
    (finding,) = found(RULE, ending(reason))
    assert finding.message == "the token limit ended the reply after 128 tokens"


def test_the_model_could_read_no_more() -> None:
    (finding,) = found(RULE, ending("model_context_window_exceeded", max_tokens=9000))
    assert finding.message == "the end of the model's context window ended the reply after 128 tokens"
