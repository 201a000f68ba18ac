"""What a prompt says that none before it said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.history import Conversation, History
from replaydbg.core.message import Message, Reasoning, Role, Text, ToolCall, text_message
from replaydbg.writers._news import News

SYSTEM, HI = text_message(Role.SYSTEM, "be kind"), text_message(Role.USER, "hi")
YES = text_message(Role.ASSISTANT, "yes")


def test_a_conversation_is_told_once() -> None:
    news = News()
    assert news.of([SYSTEM, HI]) == [SYSTEM, HI]
    news.reply(YES)
    again = text_message(Role.USER, "again")
    assert news.of([SYSTEM, HI, YES, again]) == [again]
    assert news.of([SYSTEM, HI, YES, again]) == []


said = st.lists(st.sampled_from([SYSTEM, HI, YES, text_message(Role.USER, "again")]), max_size=6)


@given(said, st.lists(st.integers(0, 6), max_size=6), said, st.integers(0, 6))
def test_prompts_that_share_their_messages_are_told_as_others(
    messages: list[Message], lengths: list[int], others: list[Message], kept: int
) -> None:
    """What is told already of a conversation is not looked at again: it comes to the same."""
    first = Conversation(lambda message: message)
    second = Conversation(lambda message: message, first, kept)
    for message in messages:
        first.append(message)
    for message in others:
        second.append(message)
    fast, plain = News(), News()
    for number, length in enumerate(lengths):
        one = (first, second)[number % 2]
        prompt = History(one, min(length, len(one)))
        assert fast.of(prompt) == plain.of(list(prompt))
        for news in (fast, plain):
            news.reply(YES)


def test_a_long_conversation_is_decoded_once() -> None:
    decoded: list[int] = []

    def decode(number: int) -> Message:
        decoded.append(number)
        return text_message(Role.USER, str(number))

    long, news = Conversation(decode, size=lambda entry: 1 << 30), News()
    for number in range(50):
        long.append(number)
    told = [len(news.of(History(long, length))) for length in range(51)]
    assert told == [0] + [1] * 50
    assert decoded == list(range(50))


def test_what_is_said_twice_is_told_twice() -> None:
    news = News()
    assert news.of([HI]) == [HI]
    assert news.of([HI, YES, HI]) == [YES, HI]


def test_a_reply_that_comes_back_without_its_reasoning_is_the_same() -> None:
    news = News()
    news.reply(Message(Role.ASSISTANT, (Reasoning("hm"), Text("yes "))))
    assert news.of([YES]) == []


FIND, READ = ToolCall("1", "find", {"q": "x"}), ToolCall("2", "read", {"a": 1})


def test_a_reply_that_comes_back_in_pieces_is_the_same() -> None:
    """A client makes a message of each call, and one of the text; a harness leaves out the call that it took from the text."""
    news = News()
    news.reply(Message(Role.ASSISTANT, (Text("yes"), FIND, READ)))
    pieces = [YES, *(Message(Role.ASSISTANT, (each,)) for each in (FIND, READ))]
    assert news.of(pieces) == []
    assert news.of([*pieces, pieces[1]]) == [pieces[1]], "a call that nobody made is new"


def test_a_reply_with_another_call_is_another() -> None:
    news = News()
    news.reply(Message(Role.ASSISTANT, (Text("yes"), FIND)))
    other = Message(Role.ASSISTANT, (Text("yes"), READ))
    assert news.of([other]) == [other]
