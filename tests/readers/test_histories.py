"""Prompts decoded with the help of earlier ones say what they say when decoded alone, and share what they repeat."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import Message
from replaydbg.readers._histories import CHAINS_MAX, Histories
from replaydbg.wire import genai

WORDS = st.text(max_size=200)
MESSAGES = st.lists(
    st.builds(
        lambda role, words: {"role": role, "parts": [{"type": "text", "content": words}]},
        st.sampled_from(["user", "assistant", "tool"]),
        WORDS,
    ),
    min_size=1,
    max_size=8,
)
LONG = {"role": "system", "parts": [{"type": "text", "content": "You are an agent. " * 40}]}


def text(messages: list[dict[str, Any]]) -> str:
    return orjson.dumps(messages).decode()


def read(histories: Histories, messages: list[dict[str, Any]]) -> tuple[Message, ...]:
    told = histories.messages(text(messages))
    assert told is not None
    return told.messages


def read_in(histories: Histories, value: memoryview, *, replied: bool = False) -> tuple[Message, ...]:
    told = histories.messages_in(value, replied=replied)
    assert told is not None
    return told.messages


@given(st.lists(MESSAGES, min_size=1, max_size=12), st.lists(st.integers(0, 30), max_size=12))
def test_every_prompt_is_decoded_as_if_it_stood_alone(pieces: list[Any], cuts: list[int]) -> None:
    histories, said = Histories(), [LONG]
    for piece, cut in zip(pieces, [*cuts, *[30] * len(pieces)], strict=False):
        said = [LONG, *said[1 : cut + 1], *piece]  # some go on from the last one, some from further back

        assert genai.read_messages(said) == read(histories, said)


def test_what_is_repeated_is_held_once() -> None:
    histories = Histories()
    user = {"role": "user", "parts": [{"type": "text", "content": "hello"}]}
    first = read(histories, [LONG, user])
    whole = histories.messages(text([LONG, user, user]))

    assert whole is not None
    second = whole.messages
    assert whole.begun == len(text([LONG, user])) - 1
    assert first[0] is second[0]
    assert first[1] is second[1]


def test_a_text_that_only_looks_like_a_continuation_is_decoded_whole() -> None:
    histories = Histories()
    histories.messages(text([LONG, 1]))  # type: ignore[list-item]

    assert genai.read_messages([LONG, 12]) == read(histories, [LONG, 12])  # type: ignore[list-item]


def test_a_text_that_is_no_whole_list_is_left_to_others() -> None:
    histories = Histories()
    whole = text([LONG, LONG])

    assert histories.messages(whole[:-9]) is None
    assert histories.messages("{}") is None
    assert histories.messages(whole[:-1] + ",]") is None


def test_few_prompts_are_remembered() -> None:
    histories = Histories()
    for number in range(3 * CHAINS_MAX):
        histories.messages(
            text([LONG, {"role": "user", "parts": [{"type": "text", "content": str(number)}]}])
        )

    assert len(histories._known) == CHAINS_MAX


NON_ASCII = st.sampled_from(["—", "é", "\n", '"', "\\", "]", "},{", "😀", "a", "\u2028"])
SPOKEN = st.lists(
    st.builds(
        lambda words: {"role": "user", "parts": [{"type": "text", "content": "".join(words)}]},
        st.lists(NON_ASCII, max_size=9),
    ),
    min_size=1,
    max_size=6,
)


def any_value(text: str, *, ascii_only: bool) -> memoryview:
    return memoryview(json.dumps({"stringValue": text}, ensure_ascii=ascii_only).encode())


@given(st.lists(SPOKEN, min_size=1, max_size=8), st.lists(st.integers(0, 12), max_size=8), st.booleans())
def test_escaped_prompts_are_decoded_as_if_each_stood_alone(
    pieces: list[Any], cuts: list[int], ascii_only: bool
) -> None:
    histories, said = Histories(), [LONG]
    for piece, cut in zip(pieces, [*cuts, *[12] * len(pieces)], strict=False):
        said = [LONG, *said[1 : cut + 1], *piece]
        value = any_value(text(said), ascii_only=ascii_only)
        assert genai.read_messages(said) == read_in(histories, value)


def test_escaped_prompts_share_what_they_repeat() -> None:
    histories, user = Histories(), {"role": "user", "parts": [{"type": "text", "content": "hi"}]}
    first = read_in(histories, any_value(text([LONG, user]), ascii_only=True))
    second = read_in(histories, any_value(text([LONG, user, user]), ascii_only=True))
    again = read_in(histories, any_value(text([LONG, user, user]), ascii_only=True))
    assert (first[0] is second[0], second[2] is again[2], len(again)) == (True, True, 3)


def test_a_prompt_of_new_messages_shares_the_reply_that_it_begins_with() -> None:
    histories, answer = Histories(), {"role": "tool", "parts": [{"type": "text", "content": "hi"}]}
    replies = [
        read_in(histories, any_value(text([{**LONG, "name": str(number)}]), ascii_only=False), replied=True)
        for number in range(CHAINS_MAX)
    ]
    prompt = read_in(histories, any_value(text([{**LONG, "name": "2"}, answer]), ascii_only=False))
    assert replies[2][0] is prompt[0]


def test_replies_do_not_drive_out_prompts() -> None:
    histories = Histories()
    first = read_in(histories, any_value(text([LONG]), ascii_only=False))
    for number in range(2 * CHAINS_MAX):
        reply = text([{**LONG, "name": str(number)}])
        histories.messages_in(any_value(reply, ascii_only=False), replied=True)
    second = read_in(histories, any_value(text([LONG, LONG]), ascii_only=False))
    assert first[0] is second[0]


@pytest.mark.parametrize(
    "value",
    [
        "", "{}", "7", '{"intValue":"7"}', '{"stringValue":"]"}', '{"stringValue":"[7"}', '{"stringValue":"[1]","x":"]"}', '{"x":"[1]"}',
        '{"stringValue":"a","y":"[1]"}', '{"stringValue":"[\\ud800]"}', '{"stringValue":"[\\"\\ud800\\"]"}', '{"stringValue":"{}]"}',
        '{"stringValue":"[NaN]"}', '{"stringValue":"[REDACTED]"}',
    ],
)  # fmt: skip
def test_what_is_no_plain_text_of_a_list_is_left_to_others(value: str) -> None:
    assert Histories().messages_in(memoryview(value.encode())) is None


def test_white_space_around_an_escaped_prompt_says_nothing() -> None:
    value = memoryview(b' { "stringValue" : "[\\"a\\"]" } ')
    assert read_in(Histories(), value) == genai.read_messages(["a"])


def test_two_threads_may_read_of_one_file() -> None:
    """The screen shows a step while the rules look at all of them."""
    chains = [[{**LONG, "name": f"agent {number}"}] for number in range(CHAINS_MAX + 4)]
    texts = [text([*said, *[LONG] * more]) for more in range(12) for said in chains]
    expected = [genai.read_messages(orjson.loads(each)) for each in texts]
    histories = Histories()

    def read_some(step: int) -> list[Any]:
        at = [number * step % len(texts) for number in range(len(texts))]
        escaped = [any_value(texts[number], ascii_only=True) for number in at]
        return [
            (number, read(histories, orjson.loads(texts[number])), read_in(histories, each))
            for number, each in zip(at, escaped, strict=True)
        ]

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            for told in threads.map(read_some, [1, 5, 7, 11] * 4):
                for number, plain, taken_out in told:
                    assert plain == taken_out == expected[number]
    finally:
        sys.setswitchinterval(before)
