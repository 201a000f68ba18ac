"""How much messages hold."""

from __future__ import annotations

import pytest

from replaydbg.core.history import Conversation, History
from replaydbg.core.message import Message, Role, text_message
from replaydbg.core.size import chars, tokens_estimate, tokens_of_first, without_packed
from tests.support.build import assistant, call, response, user


def test_an_estimate_counts_all_that_is_sent() -> None:
    said = (user("x" * 10), assistant("", call("f", {"a": 1}, "c")), response("c", "y" * 13))
    assert chars(said) == 10 + len('{"a":1}') + 13
    assert tokens_estimate(said) == 8
    assert tokens_estimate(()) == 0


@pytest.mark.parametrize("head", ["", "data:image/png;base64,"])
def test_a_picture_in_a_result_is_no_text(head: str) -> None:
    data = head + "iVBORw0KGgo/+A" * 1000
    picture = {"type": "image", "source": {"type": "base64", "data": data}}
    assert chars([response("c", [picture])]) == len('[{"source":{"data":"","type":"base64"},"type":"image"}]')
    assert chars([response("c", data)]) == 0
    assert chars([response("c", "some words " * 1000)]) == 11_000
    assert without_packed({"a": ["x" * 100, 7, None]}) == {"a": ["x" * 100, 7, None]}


def test_the_first_messages_are_counted_once_and_no_more_than_may_be() -> None:
    decoded: list[str] = []

    def decode(text: str) -> Message:
        decoded.append(text)
        return text_message(Role.USER, text)

    talk = Conversation(decode, size=lambda text: 1000 * len(text))
    for _ in range(6):
        talk.append("x" * 400)
    assert tokens_of_first(History(talk, 6), 5, 800_000) is None
    assert len(decoded) == 2
    assert tokens_of_first(History(talk, 6), 2, 0) == 200
    assert tokens_of_first(History(talk, 6), 5, 1_200_000) == 500
    assert len(decoded) == 5
    assert tokens_of_first(tuple(History(talk, 6)), 3, 0) == 300


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_what_another_conversation_lent_is_counted(kept: int) -> None:
    first = Conversation(lambda text: text_message(Role.USER, text.decode()))
    for text in (b"abcd", b"efgh"):
        first.append(text)
    second = Conversation(lambda text: text_message(Role.USER, text.decode()), first, kept)
    second.append(b"ijkl")
    assert tokens_of_first(History(second, kept + 1), kept + 1, 100) == kept + 1
