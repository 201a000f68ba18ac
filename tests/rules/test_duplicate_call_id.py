"""Ids of calls that are given twice."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Severity
from replaydbg.core.trace import Trace
from replaydbg.rules.duplicate_call_id import RULE
from tests.support.build import assistant, call, chat, model_call, response, trace, user
from tests.support.rules import found


def replying(*ids: str) -> Trace:
    return trace(
        model_call(
            "m1", [user("Go.")], assistant("", *(call("f", {"n": n}, id_) for n, id_ in enumerate(ids)))
        )
    )


def turns(*ids: str) -> Trace:
    messages = [user("Go.")]
    for number, id_ in enumerate(ids):
        messages += [assistant("", call("f", {"n": number}, id_)), response(id_, number)]
    return chat([*messages, assistant("Done.")])


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(replying("a", "b"), id="each its own"),
        pytest.param(replying("", ""), id="a format without ids"),
        pytest.param(turns("a", "b", "c"), id="turns of their own"),
        pytest.param(
            trace(
                *(
                    model_call(f"m{n}", [user(f"{n}?")], assistant("", call("f", {}, "call_0")))
                    for n in range(3)
                )
            ),
            id="conversations that count alike",
        ),
        pytest.param(
            trace(*(model_call(f"m{n}", [user("Go.")], assistant("", call("f", {}, "a"))) for n in range(2))),
            id="the same reply twice",
        ),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


def test_in_one_reply() -> None:
    (finding,) = found(RULE, replying("a", "b", "a"))
    assert finding.severity is Severity.WARNING
    assert finding.message == "two calls of one reply, to f and f, have the id a"
    assert finding.evidence[0].pointer == "/tool_calls/2/id"


def test_in_later_turns_it_is_a_hint_and_told_once() -> None:
    (finding,) = found(RULE, turns("a", "b", "a", "b"))
    assert finding.severity is Severity.HINT
    assert finding.message == "the id a is used again by a later call, and 1 more ids"
    assert finding.step_ids == ("m1", "m3", "m2", "m4")
