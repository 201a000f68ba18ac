"""Messages that requests repeat are read once, and are what they would be alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import Message
from replaydbg.readers import _said_before
from replaydbg.readers._said_before import SaidBefore
from replaydbg.wire import anthropic_messages, openai_chat

VALUES = st.sampled_from(
    [
        None,
        1,
        1.0,
        True,
        0,
        False,
        -0.0,
        float("nan"),
        "1",
        "\ud800",
        1 << 70,
        [],
        {},
        [1],
        {"a": 1},
        {"a": 1.0},
    ]
)
ITEMS = st.lists(
    st.builds(
        lambda role, content, name, value: {"role": role, "content": content, "name": name, "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": value}}]},
        st.sampled_from(["user", "assistant", "tool", "system", 7]),
        VALUES | st.lists(st.builds(lambda value: {"type": "tool_use", "id": "c", "name": "f", "input": value}, VALUES), max_size=2),
        VALUES,
        VALUES,
    )
    | VALUES,
    max_size=6,
)  # fmt: skip


@given(st.lists(ITEMS, max_size=5), st.sampled_from([openai_chat, anthropic_messages]))
def test_as_if_each_request_stood_alone(requests: list[list[Any]], shape: Any) -> None:
    before = SaidBefore()
    for items in requests:
        # Compared by what they are written as: 1 == 1.0 == True, and NaN is not even itself.
        assert repr(before.read(items, shape.read_messages)) == repr(shape.read_messages(items))


def counted() -> tuple[list[Any], Any]:
    read: list[Any] = []

    def once(items: list[Any]) -> tuple[Message, ...]:
        read.extend(items)
        return openai_chat.read_messages(items)

    return read, once


def test_each_message_is_read_once_and_is_one_value() -> None:
    read, once = counted()
    before, talk = SaidBefore(), [{"role": "user", "content": f"say {number}"} for number in range(9)]
    told = [before.read([dict(item) for item in talk[:length]], once) for length in range(1, 10)]
    assert read == talk
    assert all(told[-1][0] is one[0] for one in told)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_said_before, "KEPT_BYTES_MAX", 200)
    read, once = counted()
    before, talk = SaidBefore(), [{"role": "user", "content": str(number) * 40} for number in range(9)]
    for _ in range(2):
        assert before.read(talk, once) == openai_chat.read_messages(talk)
    assert len(read) == 18


def test_what_is_nested_too_deep_to_be_named_is_read_all_the_same() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = [deep]
    read, once = counted()
    before = SaidBefore()
    assert len(before.read([{"role": "user", "name": "a", "content": deep}], once)) == 1
    assert len(read) == 1
