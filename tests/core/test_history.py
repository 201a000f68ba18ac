"""Prompts that share their messages: lists and lengths."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core import history
from replaydbg.core.history import Conversation, History
from replaydbg.core.message import Message
from tests.support.build import user


class Counted:
    """Decodes digits to a message, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, entry: Any) -> Message:
        self.times += 1
        return user(bytes(entry).decode())


def talk(*texts: str, decode: Counted | None = None) -> Conversation:
    conversation = Conversation(decode or Counted())
    for text in texts:
        conversation.append(text.encode())
    return conversation


@given(st.lists(st.text(min_size=1, max_size=3), max_size=8), st.data())
def test_a_history_is_the_beginning_of_its_conversation(texts: list[str], data: st.DataObject) -> None:
    conversation = talk(*texts)
    length = data.draw(st.integers(0, len(texts)))
    prompt, plain = History(conversation, length), tuple(user(text) for text in texts[:length])
    assert prompt == plain
    assert plain == prompt
    assert hash(prompt) == hash(plain)
    assert tuple(prompt) == plain
    start, stop = data.draw(st.integers(-9, 9)), data.draw(st.integers(-9, 9))
    assert prompt[start:stop] == plain[start:stop]
    if plain:
        assert prompt[-1] == plain[-1]
    with pytest.raises(IndexError):
        prompt[length]
    conversation.append(b"later")
    assert len(prompt) == length


def test_unequal() -> None:
    conversation = talk("a", "b")
    assert History(conversation, 1) != History(conversation, 2)
    assert History(conversation, 2) != (user("a"), user("c"))
    assert History(conversation, 2) == History(talk("a", "b"), 2)
    assert History(conversation, 1) != [user("a")]


def test_each_message_is_decoded_once() -> None:
    decode = Counted()
    conversation = talk("a", "b", "c", decode=decode)
    for length in (1, 2, 3, 3):
        list(History(conversation, length))
    assert decode.times == 3


def test_messages_with_an_image_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "HEAVY_BYTES_MIN", 3)
    decode = Counted()
    conversation = talk("a", "long", decode=decode)
    assert [list(History(conversation, 2)) for _ in range(2)] == [[user("a"), user("long")]] * 2
    assert decode.times == 3


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "DECODED_BYTES_MAX", 2)
    monkeypatch.setattr(history, "LATEST_BYTES_MAX", 1)
    decode = Counted()
    conversation = talk("a", "b", "c", "d", decode=decode)
    assert tuple(History(conversation, 4)) == tuple(map(user, "abcd"))
    assert [conversation[0], conversation[1], conversation[3]] == [user("a"), user("b"), user("d")]
    assert decode.times == 4  # the first that there is room for are kept, and beside them the latest
    assert conversation[2] == user("c")
    assert decode.times == 5


def test_forks_share_what_they_kept() -> None:
    first = talk("a", "b", "c")
    decode = Counted()
    fork = Conversation(decode, first, 2)
    fork.append(b"d")
    again = Conversation(decode, fork, 3)
    again.append(b"e")
    assert History(again, len(again)) == tuple(map(user, "abde"))
    assert again[0] is first[0]
    assert decode.times == 2
    assert len(Conversation(decode, first, 99)) == 3
