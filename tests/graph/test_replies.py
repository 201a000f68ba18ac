"""Replies in a few facts each."""

from __future__ import annotations

from replaydbg.core.message import Media, Message, OtherPart, Part, Reasoning, Role
from replaydbg.core.step import Status
from replaydbg.graph.facts import Facts
from tests.support.build import assistant, call, model_call, trace, user


def test_what_a_reply_holds_is_counted() -> None:
    params = {"max_tokens": 8}
    first, second = Facts(
        trace(
            model_call("m1", [user("Hi.")], assistant(" a ", call("find"), call("open")), params=params),
            model_call(
                "m2",
                [],
                Message(Role.ASSISTANT, (Reasoning("hm"),), finish_reason="MAX_TOKENS"),
                params=params,
            ),
        )
    ).replies
    assert (first.text_chars, first.calls, first.thinks, first.cut) == (1, 2, False, False)
    assert (second.text_chars, second.calls, second.thinks, second.cut) == (0, 0, True, True)
    assert second.params is first.params


def test_a_call_without_a_reply_is_told_apart_from_an_empty_one() -> None:
    run = trace(model_call("m1", [], None), model_call("m2", [], Message(Role.ASSISTANT)))
    assert [reply.recorded for reply in Facts(run).replies] == [False, True]


def test_media_and_unknown_parts_are_content() -> None:
    parts: list[tuple[Part, ...]] = [(Media("image"),), (OtherPart({"type": "refusal"}),), (OtherPart(None),)]
    run = trace(*(model_call(f"m{n}", [], Message(Role.ASSISTANT, part)) for n, part in enumerate(parts)))
    assert [reply.others for reply in Facts(run).replies] == [True, True, False]


def test_replies_that_were_broken_off() -> None:
    run = trace(
        model_call("m1", [], assistant("A", finish_reason="aborted")),
        model_call("m2", [], assistant("B"), status=Status.ERROR),
        model_call("m3", [], assistant("C")),
    )
    assert Facts(run).broken_off == {0, 1}
